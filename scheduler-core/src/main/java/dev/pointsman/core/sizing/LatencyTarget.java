// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How fast answers have to be. Immutable and thread-safe.
 *
 * @param ttft time to the first token; above 0
 * @param tpot time per output token after it; above 0
 * @param quantile the share of requests whose TTFT has to meet its target, such as 0.9; 0 if the mean has to
 */
public record LatencyTarget(Duration ttft, Duration tpot, double quantile) {
    /** Checks the target. */
    public LatencyTarget {
        positive("ttft", requireNonNull(ttft, "ttft"));
        positive("tpot", requireNonNull(tpot, "tpot"));
        if (!(quantile >= 0 && quantile < 1)) {
            throw new IllegalArgumentException("quantile: must be at least 0 and below 1, but was " + quantile
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
    }

    /** Returns a target for the mean TTFT. */
    public static LatencyTarget mean(Duration ttft, Duration tpot) {
        return new LatencyTarget(ttft, tpot, 0);
    }

    /** Returns the target of TTFT in seconds. */
    public double ttftSeconds() {
        return ttft.toNanos() * 1e-9;
    }

    /** Returns the target of TPOT in seconds. */
    public double tpotSeconds() {
        return tpot.toNanos() * 1e-9;
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    name + ": must be above zero, but was " + value + ".\nMaybe give a generous one instead of none.");
        }
    }
}
