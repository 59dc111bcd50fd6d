// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import java.math.BigInteger;
import java.util.Arrays;

/** Collects integers, 8 bytes each, and sums them up exactly. Not thread-safe. */
public final class LongSamples {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);

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

    /** Sums up the values so far. O(n log n). */
    public QuantileSummary summarize() {
        if (size == 0) {
            return new QuantileSummary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        long[] sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);
        BigInteger sum = sum(sorted);
        return new QuantileSummary(
                size,
                sum.min(MOST).max(LEAST).longValue(),
                sum.doubleValue() / size,
                sorted[0],
                Quantile.P50.of(sorted),
                Quantile.P90.of(sorted),
                Quantile.P95.of(sorted),
                Quantile.P99.of(sorted),
                Quantile.P999.of(sorted),
                sorted[size - 1]);
    }

    /** Adds up in a long for as long as that holds it: a week's gaps in nanoseconds, over all blocks, can be more. */
    private static BigInteger sum(long[] values) {
        BigInteger carried = BigInteger.ZERO;
        long sum = 0;
        for (long value : values) {
            long next = sum + value;
            boolean overflows = ((sum ^ next) & (value ^ next)) < 0;
            if (overflows) {
                carried = carried.add(BigInteger.valueOf(sum));
                next = value;
            }
            sum = next;
        }
        return carried.add(BigInteger.valueOf(sum));
    }
}
