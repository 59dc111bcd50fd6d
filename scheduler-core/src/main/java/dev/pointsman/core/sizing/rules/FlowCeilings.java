// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import java.util.Arrays;

/**
 * How much of a pool llm-d's flow control lets each priority use, and when it takes a pool to be full. Thread-safe, no state.
 *
 * <p>Sources: llm-d/llm-d-router, {@code flowcontrol/usagelimits} and {@code probabilisticadmitter}; the token threshold, llm-d's
 * blog of 2026-08-17.
 */
public final class FlowCeilings {
    private FlowCeilings() {}

    /** Returns ceilings by rank: the first priority has the highest, the last the lowest, even steps between. */
    public static double[] byRank(double lowest, double highest, int priorities) {
        double[] ceilings = new double[priorities];
        for (int i = 0; i < priorities; i++) {
            double share = priorities == 1 ? 0 : i / (priorities - 1.0);
            ceilings[i] = highest - (highest - lowest) * share;
        }
        return ceilings;
    }

    /** Returns ceilings by the value of the priorities, in proportion between the least and the greatest. */
    public static double[] byValue(double lowest, double highest, double[] priorities) {
        double least = Arrays.stream(priorities).min().orElse(0);
        double most = Arrays.stream(priorities).max().orElse(0);
        return Arrays.stream(priorities)
                .map(value -> most == least ? highest : lowest + (highest - lowest) * (value - least) / (most - least))
                .toArray();
    }

    /**
     * Returns whether a band is open at some call: at its ceiling {@code 1 - i sat / (N - 1)} it is always, otherwise once in {@code
     * round(sat / (1 - sat))} calls, and never once the pool is full, but for the first.
     *
     * @param band from 0, the most important
     * @param bands at least 1
     * @param saturation of the pool, at least 0
     * @param call from 1
     */
    public static boolean open(int band, int bands, double saturation, long call) {
        if (band == 0 || bands < 2) {
            return true;
        }
        if (saturation >= 1) {
            return false;
        }
        if (saturation < ceiling(band, bands, saturation)) {
            return true;
        }
        long every = Math.max(1, Math.round(saturation / (1 - saturation)));
        return call % every == 0;
    }

    /** Returns the soft reflective ceiling of a band: {@code 1 - i sat / (N - 1)}. */
    public static double ceiling(int band, int bands, double saturation) {
        return bands < 2 ? 1 : 1 - band * saturation / (bands - 1);
    }

    /** Returns how full replicas are: the mean of {@code max(waiting / queue, kv / threshold)}. */
    public static double saturation(double[] waiting, double[] kvUsage, double queueThreshold, double kvThreshold) {
        double sum = 0;
        for (int i = 0; i < waiting.length; i++) {
            sum += Math.max(waiting[i] / queueThreshold, kvUsage[i] / kvThreshold);
        }
        return waiting.length == 0 ? 0 : sum / waiting.length;
    }

    /** Returns the chance that a request that may be shed is refused: {@code min(1, k sat^power)}. */
    public static double refusal(double saturation, double power, double k) {
        return Math.min(1, k * Math.pow(saturation, power));
    }

    /** Returns the queued tokens from which a replica is full: what it reads in the longest wait allowed. */
    public static double fullTokens(double tokensPerSecond, double longestSeconds) {
        return tokensPerSecond * longestSeconds;
    }
}
