// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

/**
 * Which quantile is meant, and the one rule by which all of them are found: nearest rank, in integer arithmetic. So every
 * quantile is a value that occurred, and none depends on how a fraction is rounded. Immutable.
 *
 * @param perMille how many in a thousand are at most the quantile, 1 to 1000: 990 for the 99th percentile
 */
public record Quantile(int perMille) {
    /** The median. */
    public static final Quantile P50 = new Quantile(500);
    /** The 90th percentile. */
    public static final Quantile P90 = new Quantile(900);
    /** The 95th percentile. */
    public static final Quantile P95 = new Quantile(950);
    /** The 99th percentile. */
    public static final Quantile P99 = new Quantile(990);
    /** What 999 in 1000 are at most. */
    public static final Quantile P999 = new Quantile(999);

    public Quantile {
        if (perMille < 1 || perMille > 1000) {
            throw new IllegalArgumentException("quantile: must be between 1 and 1000 in a thousand, but was " + perMille
                    + ".\nMaybe use a constant; the 99th percentile is 990.");
        }
    }

    /**
     * Returns the rank, counted from 1: {@code ceil(perMille * count / 1000)}.
     *
     * @param count how many values there are, 1 to 2^53
     */
    public long rank(long count) {
        return (perMille * count + 999) / 1000;
    }

    /**
     * Returns the quantile of some values. O(1).
     *
     * @param sorted at least one value, in ascending order
     */
    public long of(long[] sorted) {
        return sorted[(int) rank(sorted.length) - 1];
    }
}
