// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What was found to be broken: the first case of each rule, so that one mistake is not reported a thousand times. */
final class Findings {
    private final Map<Rule, String> facts = new EnumMap<>(Rule.class);

    /**
     * Notes that a rule was broken.
     *
     * @param rule the rule
     * @param where the trial, such as {@code over 10 endpoints}
     * @param fact what was found
     */
    void broken(Rule rule, String where, String fact) {
        facts.putIfAbsent(rule, where + ": " + fact);
    }

    /** Notes that a plugin threw. */
    void threw(String where, Throwable failure) {
        broken(Rule.THROWS, where, "threw " + firstLine(failure));
    }

    /** Throws if anything was found: the facts in one line, what to try in the other. */
    void throwIfAny(String plugin) {
        if (!facts.isEmpty()) {
            String hints = facts.keySet().stream().map(Rule::hint).collect(Collectors.joining(" "));
            throw new AssertionError(
                    plugin + ": breaks its contract: " + String.join("; ", facts.values()) + ".\n" + hints);
        }
    }

    /** Returns a failure's type and the first line of its message. */
    static String firstLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElse("something");
    }
}
