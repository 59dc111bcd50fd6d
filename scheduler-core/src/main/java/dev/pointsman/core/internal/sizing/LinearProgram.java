// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import java.util.List;
import java.util.OptionalDouble;

/** Solves a linear program of rows to be covered, by variables at least 0. Thread-safe, no state. */
public final class LinearProgram {
    private LinearProgram() {}

    /** Returns the least cost at which all rows are covered; empty if they cannot be. Costs are at least 0. */
    public static OptionalDouble least(double[] costs, double[][] rows, List<Double> bounds) {
        double[] right = bounds.stream().mapToDouble(Double::doubleValue).toArray();
        DualSimplex linear = new DualSimplex(costs, rows, right);
        return linear.solve() ? OptionalDouble.of(linear.objective()) : OptionalDouble.empty();
    }
}
