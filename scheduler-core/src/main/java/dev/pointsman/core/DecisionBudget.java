// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * How long a decision may take, and what it does without if that is too short: the declared ladder of data producers, the
 * dearest first. A producer on the ladder is skipped if what it is expected to take, by what it took lately for each token of a
 * prompt, would not fit into what is left of the budget; its data is missing then, scorers that read it count as neutral, and
 * the explanation says so. Producers that are not on the ladder always run, as do filters, scorers and pickers: they cost
 * nanoseconds for each candidate.
 *
 * <p>A producer that was skipped is tried again after a while, because its expected cost shrinks by a sixty-fourth each time.
 * The profile should hold a scorer for what is left, such as {@code affinity-ladder-scorer}, which takes the first rung that has
 * data.
 *
 * <pre>{@code
 * Pointsman.builder(fleet).budget(DecisionBudget.of(Duration.ofMillis(1)));
 * }</pre>
 *
 * @param time how long; positive
 * @param ladder names of producers
 */
public record DecisionBudget(Duration time, List<String> ladder) {
    private static final List<String> USUAL =
            List.of("precise-prefix-cache-producer", "approx-prefix-cache-producer", "session-id-producer");

    public DecisionBudget {
        if (requireNonNull(time, "time").isNegative() || time.isZero()) {
            throw new IllegalArgumentException("budget: must be positive, but was " + time
                    + ".\nMaybe leave it out; then a decision takes what it takes.");
        }
        ladder = List.copyOf(ladder);
    }

    /** Makes a budget with the usual ladder: precise prefix, approximate prefix, session; what is left is load. */
    public static DecisionBudget of(Duration time) {
        return new DecisionBudget(time, USUAL);
    }
}
