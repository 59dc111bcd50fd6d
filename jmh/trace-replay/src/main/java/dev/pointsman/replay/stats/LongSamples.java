// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import java.util.Arrays;

/** Collects integers, 8 bytes each, and sums them up exactly. Not thread-safe. */
public final class LongSamples {
    private long[] values = new long[256];
    private int size;

    /** Makes an empty collection. */
    public LongSamples() {}

    /** Adds a value. */
    public void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    /** Returns how many values there are. */
    public int size() {
        return size;
    }

    /**
     * Sums up the values so far. O(n log n).
     *
     * @throws ArithmeticException if their sum is more than a long can hold
     */
    public QuantileSummary summarize() {
        if (size == 0) {
            return new QuantileSummary(0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        long[] sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);
        long sum = 0;
        for (long value : sorted) {
            sum = Math.addExact(sum, value);
        }
        return new QuantileSummary(
                size,
                sum,
                sorted[0],
                nearestRank(sorted, 500),
                nearestRank(sorted, 900),
                nearestRank(sorted, 950),
                nearestRank(sorted, 990),
                nearestRank(sorted, 999),
                sorted[size - 1]);
    }

    /** The {@code ceil(perMille / 1000 * n)}-th smallest, counted from 1. */
    private static long nearestRank(long[] sorted, long perMille) {
        long rank = (perMille * sorted.length + 999) / 1000;
        return sorted[(int) Math.max(rank, 1) - 1];
    }
}
