// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

/**
 * How much dearer the relaxation became, on average, by each unit that a column was moved down or up to an integer: which column is
 * worth branching on is best told by what branching on it did before. A column that was not branched on yet is taken to be like the
 * others for its cost. Not thread-safe.
 *
 * <p>Source: Benichou et al., Experiments in mixed-integer linear programming, Mathematical Programming 1 (1971); the product of both
 * directions from Achterberg, Koch and Martin, Branching rules revisited, Operations Research Letters 33 (2005).
 */
final class PseudoCosts {
    private static final double LEAST = 1e-6;

    private final double[] weights;
    private final double unit;
    /** Sums of what a unit cost, down and up in turn, column by column; of all columns together, for their weights, at the end. */
    private final double[] sums;

    private final int[] seen;

    /** Starts without experience of some integer columns, the first of a program. */
    PseudoCosts(double[] costs, int integers, double unit) {
        this.unit = unit;
        weights = new double[integers];
        for (int j = 0; j < integers; j++) {
            weights[j] = LEAST * unit + Math.abs(costs[j]);
        }
        sums = new double[2 * integers + 2];
        seen = new int[2 * integers + 2];
    }

    /**
     * Learns from a branch.
     *
     * @param distance how far the column was moved, in (0, 1)
     * @param dearer by how much the optimum of the relaxation went up
     */
    void learn(int column, boolean up, double distance, double dearer) {
        if (distance > LEAST) {
            double each = Math.max(0, dearer) / distance;
            add(side(column, up), each);
            add(side(weights.length, up), each / weights[column]);
        }
    }

    /** Returns what branching on a column at this value is worth. */
    double worth(int column, double value) {
        double part = value - Math.floor(value);
        double down = Math.max(LEAST * unit, part * each(column, false));
        return down * Math.max(LEAST * unit, (1 - part) * each(column, true));
    }

    private double each(int column, boolean up) {
        int side = side(column, up);
        if (seen[side] > 0) {
            return sums[side] / seen[side];
        }
        int all = side(weights.length, up);
        return weights[column] * (seen[all] > 0 ? sums[all] / seen[all] : 1);
    }

    private void add(int side, double value) {
        sums[side] += value;
        seen[side]++;
    }

    private static int side(int column, boolean up) {
        return 2 * column + (up ? 1 : 0);
    }
}
