// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What meters and the values of their tags may be called. */
final class Names {
    /** The tag of all that has none of its own. */
    static final String OTHER = "other";

    /** The tag of what is of no kind; some monitoring systems cannot do with an empty one. */
    static final String NONE = "none";

    /** The keys of tags that meters have of their own. */
    static final Set<String> OWN_TAGS = Set.of(
            "model",
            "path",
            "reason",
            "ending",
            "objective",
            "result",
            "cached",
            "outcome",
            "plugin",
            "scorer",
            "source",
            "kind");

    private static final int LONGEST = 200;
    private static final Pattern NO_WORD = Pattern.compile("[^a-z0-9]+");
    /** Words that Prometheus takes off the end of a name, so that two names would be one. */
    private static final Set<String> MEANINGLESS = Set.of("total", "created", "info", "bucket");

    private static final Set<String> UNITS = Set.of("bytes", "seconds", "tokens", "blocks", "replicas", "requests");

    private Names() {}

    /**
     * Tells whether a text may be the value of a tag. One that is long, has control characters or is no text at all (a half of a
     * surrogate pair, which would be written as a question mark, as the next one would) may not.
     */
    static boolean fitForTag(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c) || Character.isISOControl(c)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the meter's name for something counted or measured: {@code kv-index.stored-blocks} becomes {@code
     * kv.index.stored.blocks}, since Micrometer separates words by dots and has each monitoring system's convention made of that.
     * Null if nothing can be made of it.
     */
    static @Nullable String meter(String what) {
        if (what.length() > LONGEST) {
            return null;
        }
        String[] words = NO_WORD.split(what.toLowerCase(Locale.ROOT));
        int end = words.length;
        while (end > 0 && MEANINGLESS.contains(words[end - 1])) {
            end--;
        }
        String name =
                Arrays.stream(words, 0, end).filter(word -> !word.isEmpty()).collect(Collectors.joining("."));
        return name.isEmpty() ? null : name;
    }

    /** Returns the unit that a meter's name ends with, or null. */
    static @Nullable String unit(String meter) {
        String last = meter.substring(meter.lastIndexOf('.') + 1);
        return UNITS.contains(last) ? last : null;
    }
}
