// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

/** Quantiles of few values, between which it interpolates. */
final class Spreads {
    private Spreads() {}

    /**
     * Returns a quantile of values in ascending order, by linear interpolation between ranks (type 7 of Hyndman and Fan, 1996); 0
     * if there are none.
     */
    static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        double rank = share * (sorted.length - 1);
        int below = (int) Math.floor(rank);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}
