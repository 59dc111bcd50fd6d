// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import java.util.List;

/**
 * How strongly a fit believes what it did not measure. The defaults were chosen by cross-validation on the public points, over
 * configurations and over models, and are kept coarse on purpose.
 *
 * @param strength how much the deviation from the level above weighs against one point's relative error
 * @param levels how far a group may be from the one above it, by level
 * @param floor the least a coefficient may vary, as a share of what is believed before any measurement
 * @param fewModels from the level of the chip to that of the data type, a group of {@code n} models is pulled
 *     {@code 1 + fewModels / n} times as strongly, because what one model does is not what the chip does
 * @param balance a model with {@code n} points in such a group counts {@code (20 / (20 + n)) ^ balance} a point
 * @param highConcurrencyWeight what a TTFT above 64 clients counts, which is queueing rather than prefill
 * @param rounds rounds of reweighting toward least absolute errors
 * @param errorFloor relative errors below this all count as much
 */
record FitSettings(
        double strength,
        List<Spread> levels,
        double floor,
        double fewModels,
        double balance,
        double highConcurrencyWeight,
        int rounds,
        double errorFloor) {
    /** A relative error of a tenth counts as it does in least squares. */
    static final double TYPICAL_ERROR = 0.1;

    private static final List<Spread> LEVELS = List.of(
            new Spread(1, 1),
            new Spread(0.3, 0.3),
            new Spread(0.3, 0.4),
            new Spread(0.3, 0.4),
            new Spread(0.3, 0.4),
            new Spread(0.3, 0.4),
            new Spread(0.4, 0.4));

    static final FitSettings DECODE = new FitSettings(0.02, LEVELS, 0.3, 20, 0.5, 1, 8, 0.02);
    static final FitSettings FIRST_TOKEN = new FitSettings(0.01, LEVELS, 0.3, 20, 0.5, 0.3, 8, 0.02);

    /**
     * How far a group may be from the one above it, in standard deviations relative to its coefficients.
     *
     * @param together all coefficients by the same factor
     * @param each each by itself
     */
    record Spread(double together, double each) {}
}
