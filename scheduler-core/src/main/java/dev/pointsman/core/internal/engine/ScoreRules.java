// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.plugin.Scorer;

/** What becomes of a raw score or cost: one rule each, for decisions and for their explanations. */
final class ScoreRules {
    /** Stands in for an infinite cost: worse than any real one, and a sum of a few is still finite. */
    private static final double PROHIBITIVE = 1e300;

    private ScoreRules() {}

    /** Returns a score cut to [0, 1], or the neutral value if it is missing. */
    static double used(double raw) {
        if (Double.isNaN(raw)) {
            return Scorer.NEUTRAL;
        }
        return raw < 0 ? 0 : Math.min(raw, 1);
    }

    /** Returns a cost from 0 to what counts as infinite, or the neutral value if it is missing. */
    static double usedCost(double raw, double neutral) {
        return Math.min(Double.isNaN(raw) ? neutral : Math.max(raw, 0), PROHIBITIVE);
    }

    /**
     * Returns the mean of the finite costs that are there, the neutral value for those that are not; infinity if only infinite
     * ones are there, and 0 if none is.
     */
    static double meanCost(double[] costs, int size) {
        double sum = 0;
        int count = 0;
        boolean infinite = false;
        for (int i = 0; i < size; i++) {
            infinite |= costs[i] == Double.POSITIVE_INFINITY;
            if (Double.isFinite(costs[i])) {
                sum += Math.max(costs[i], 0);
                count++;
            }
        }
        return count > 0 ? sum / count : infinite ? Double.POSITIVE_INFINITY : 0;
    }
}
