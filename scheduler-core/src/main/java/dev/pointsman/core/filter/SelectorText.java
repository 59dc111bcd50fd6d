// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads label selectors in Kubernetes' notation. */
final class SelectorText {
    private static final Pattern BETWEEN_REQUIREMENTS = Pattern.compile(",(?![^()]*\\))");
    private static final Pattern VALUE_SEPARATOR = Pattern.compile(",");
    private static final String WORD = "[\\w./-]";
    private static final String VALUES = "\\s*" + WORD + "*\\s*(?:,\\s*" + WORD + "*\\s*)*";
    private static final Pattern REQUIREMENT = Pattern.compile("(?<not>!)?\\s*(?<key>" + WORD + "+)"
            + "(?:\\s*(?<comparison>==|=|!=)\\s*(?<value>" + WORD + "*)"
            + "|\\s+(?<set>in|notin)\\s*\\((?<values>" + VALUES + ")\\))?");

    private SelectorText() {}

    static LabelSelectorFilter parse(String selector) {
        LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();
        if (!selector.isBlank()) {
            for (String requirement : BETWEEN_REQUIREMENTS.split(selector, -1)) {
                add(builder, requirement.strip(), selector);
            }
        }
        return builder.build();
    }

    private static void add(LabelSelectorFilter.Builder builder, String requirement, String selector) {
        Matcher matcher = REQUIREMENT.matcher(requirement);
        boolean negated = matcher.matches() && matcher.group("not") != null;
        if (!matcher.matches() || (negated && (matcher.group("comparison") != null || matcher.group("set") != null))) {
            throw new IllegalArgumentException("selector \"" + selector + "\": cannot read \"" + requirement
                    + "\".\nMaybe write key=value, key!=value, key in (a, b), key notin (a, b), key or !key.");
        }
        String key = matcher.group("key");
        String comparison = matcher.group("comparison");
        String set = matcher.group("set");
        if (comparison != null) {
            String value = matcher.group("value");
            if (comparison.equals("!=")) {
                builder.notIn(key, value);
            } else {
                builder.label(key, value);
            }
        } else if (set != null) {
            String[] values = Arrays.stream(VALUE_SEPARATOR.split(matcher.group("values"), -1))
                    .map(String::strip)
                    .toArray(String[]::new);
            if (set.equals("in")) {
                builder.in(key, values);
            } else {
                builder.notIn(key, values);
            }
        } else if (negated) {
            builder.doesNotExist(key);
        } else {
            builder.exists(key);
        }
    }
}
