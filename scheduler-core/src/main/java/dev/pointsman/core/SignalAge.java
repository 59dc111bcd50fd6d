// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How the age of what engines report weighs on scores. A score that comes from an old signal ({@link
 * dev.pointsman.api.plugin.Scorer#signals()}) is pulled toward the median of those candidates whose signals are fresh: with
 * {@code f = 2^-((age - freshFor) / halfLife)}, a score {@code s} becomes {@code median + f * (s - median)}. So an endpoint of which
 * nothing was heard for long is an average one: neither the idle one that it was last seen as, nor an overloaded one. A score
 * is never pulled beyond the median, and nothing jumps at any age.
 *
 * <p>If no candidate is fresh there is nothing to pull toward, and decisions go on by what is known. A signal that was never
 * observed is missing, not old: its score is the neutral one. An endpoint that is known to be dead should leave the fleet.
 *
 * @param freshFor how old a signal may be and count in full; at least zero
 * @param halfLife how much older it is when half of its difference to the median is left; positive
 */
public record SignalAge(Duration freshFor, Duration halfLife) {
    /** Two seconds, after which llm-d by default calls metrics stale, and a half-life of five: schedulers built in code. */
    public static final SignalAge DEFAULT = new SignalAge(Duration.ofSeconds(2), Duration.ofSeconds(5));

    public SignalAge {
        if (requireNonNull(freshFor, "freshFor").isNegative()) {
            throw new IllegalArgumentException(
                    "freshFor: must not be negative, but was " + freshFor + ".\nMaybe zero, so that all ages count.");
        }
        if (requireNonNull(halfLife, "halfLife").isNegative() || halfLife.isZero()) {
            throw new IllegalArgumentException("halfLife: must be positive, but was " + halfLife
                    + ".\nMaybe turn the fading off instead: Pointsman.Builder.ignoreSignalAge.");
        }
    }
}
