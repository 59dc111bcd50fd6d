// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

/**
 * Where a {@link Predictor} writes its answer, to be used again and again without allocation. In seconds. Not thread-safe.
 *
 * <p>It holds numbers only, because storing a reference costs as much as all of them. The measurements behind an answer are those
 * of the predictor: {@link Predictor#prefillBasis()} and {@link Predictor#decodeBasis()}.
 */
public final class Estimate {
    private double lowerBound;
    private double estimate;
    private double p10;
    private double p90;

    /** Makes an empty answer. */
    public Estimate() {}

    void set(double lowest, double likely, double low, double high) {
        this.lowerBound = lowest;
        this.estimate = atLeast(lowest, likely);
        this.p10 = atLeast(lowest, likely * low);
        this.p90 = atLeast(lowest, likely * high);
    }

    /** Bounds are seldom reached, so a branch is faster than {@link Math#max(double, double)}, which knows NaN and two zeros. */
    private static double atLeast(double lowest, double value) {
        return value < lowest ? lowest : value;
    }

    /** Returns what the data sheet does not allow to be beaten. */
    public double lowerBound() {
        return lowerBound;
    }

    /** Returns the most likely time. */
    public double estimate() {
        return estimate;
    }

    /** Returns the time below which one in ten lies. */
    public double p10() {
        return p10;
    }

    /** Returns the time above which one in ten lies. */
    public double p90() {
        return p90;
    }

    /** Returns a copy that stays. */
    Prediction toPrediction(Basis basis) {
        return new Prediction(lowerBound, estimate, p10, p90, basis);
    }
}
