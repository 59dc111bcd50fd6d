// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.stats.Quantile;
import java.util.Arrays;

/**
 * The times to first token of one run, ready to be asked for quantiles and for points of their cumulative curve.
 *
 * <p>Times are microseconds from the arrival at the router to the first token. Quantiles are by nearest rank, so that
 * each one is a time that some request really waited. Immutable and thread-safe; 8 bytes a request.
 */
public final class TtftDistribution {
    private final long[] sorted;
    private final double meanMicros;

    private TtftDistribution(long[] sorted) {
        this.sorted = sorted;
        double sum = 0;
        for (long micros : sorted) {
            sum += micros;
        }
        this.meanMicros = sum / sorted.length;
    }

    /**
     * Reads times in any order; the array is copied.
     *
     * @throws IllegalArgumentException if there is no time, or a negative one
     */
    public static TtftDistribution of(long[] ttftMicros) {
        if (ttftMicros.length == 0) {
            throw new IllegalArgumentException("ttft: a distribution needs at least one request, but there was none.\n"
                    + "Maybe the trace was empty, or a limit or filter left nothing of it.");
        }
        long[] sorted = ttftMicros.clone();
        Arrays.sort(sorted);
        if (sorted[0] < 0) {
            throw new IllegalArgumentException("ttft: must be at least 0 us, but was " + sorted[0] + ".\n"
                    + "Maybe a first token was recorded before its request arrived.");
        }
        return new TtftDistribution(sorted);
    }

    /** Requests in the run; at least 1. */
    public int count() {
        return sorted.length;
    }

    /** The arithmetic mean. */
    public double meanMicros() {
        return meanMicros;
    }

    /** The shortest time. */
    public long minMicros() {
        return sorted[0];
    }

    /** The longest time. */
    public long maxMicros() {
        return sorted[sorted.length - 1];
    }

    /**
     * The quantile by nearest rank: the smallest time that at least that part of the requests do not exceed. O(1).
     */
    public long quantileMicros(Quantile quantile) {
        return quantile.of(sorted);
    }

    /** The share of requests, in [0, 1], whose first token came within this time. O(log n). */
    public double shareWithin(double micros) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= micros) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (double) low / sorted.length;
    }
}
