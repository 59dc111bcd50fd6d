// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import org.jspecify.annotations.Nullable;

/**
 * Which share of the work of late came in requests shorter than a given one, where a request's work is its length.
 *
 * <p>Lengths are counted in {@value #BINS} bins, one for each length below 16 and then four for each doubling, so that a boundary is
 * off by at most a quarter; within a bin it is interpolated. What readers see is cut anew once an interval, when something is counted;
 * what came before has then halved with every half-life. Thread-safe; reading is lock-free, constant in time and allocates nothing.
 */
final class LengthHistory {
    private static final int LINEAR = 16;
    private static final int FIRST_EXPONENT = 4;
    private static final int PARTS = 4;
    static final int BINS = 124;

    private final long interval;
    private final double halfLifeNanos;

    private final Object writing = new Object();
    // Guarded by writing:
    private final double[] work = new double[BINS];
    private boolean begun;
    private long cutAt;

    /** The work in all bins below each one, and at the end that of all; never changed once it is here. */
    private volatile double @Nullable [] below;

    /**
     * Starts a history.
     *
     * @param interval nanoseconds between cuts
     * @param halfLifeNanos after how many nanoseconds work counts half; at least 1
     */
    LengthHistory(long interval, long halfLifeNanos) {
        this.interval = interval;
        this.halfLifeNanos = halfLifeNanos;
    }

    /** Returns the share of work in shorter requests, 0 to 1; NaN before the first cut. */
    double shareBelow(int length) {
        double[] cut = below;
        if (cut == null) {
            return Double.NaN;
        }
        int bin = bin(length);
        long from = start(bin);
        double part = (double) (length - from) / (start(bin + 1) - from);
        return (cut[bin] + part * (cut[bin + 1] - cut[bin])) / cut[BINS];
    }

    void add(int length, long now) {
        synchronized (writing) {
            if (!begun) {
                begun = true;
                cutAt = now;
            } else if (now - cutAt >= interval) {
                cut(now);
            }
            work[bin(length)] += Math.max(1, length);
        }
    }

    private void cut(long now) {
        double kept = Math.pow(0.5, (now - cutAt) / halfLifeNanos);
        double[] cut = new double[BINS + 1];
        for (int bin = 0; bin < BINS; bin++) {
            cut[bin + 1] = cut[bin] + work[bin];
            work[bin] *= kept;
        }
        below = cut;
        cutAt = now;
    }

    static int bin(int length) {
        if (length < LINEAR) {
            return length;
        }
        int exponent = 31 - Integer.numberOfLeadingZeros(length);
        int part = length >> (exponent - 2) & (PARTS - 1);
        return LINEAR + (exponent - FIRST_EXPONENT) * PARTS + part;
    }

    /** Returns the least length in a bin. */
    static long start(int bin) {
        if (bin < LINEAR) {
            return bin;
        }
        int above = bin - LINEAR;
        return (long) (PARTS + above % PARTS) << (above / PARTS + FIRST_EXPONENT - 2);
    }
}
