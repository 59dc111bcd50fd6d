// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import java.util.Arrays;

/**
 * A linear program {@code min c x, A x >= b, lower <= x <= upper}, solved by the dual simplex method with bounded variables on a
 * dense dictionary. Not thread-safe.
 *
 * <p>Each row has a variable of its own, {@code y = A x}, bounded below by {@code b}. All rows basic is a start whose reduced costs
 * are the costs themselves, so it is dual feasible if every variable with a negative cost has an upper bound to sit at: costs of
 * replicas are positive, and those of kept ones are bounded. No first phase is needed, and after a bound has changed, which is all
 * that branching does, the last dictionary is dual feasible still. (Lemke 1954; Koberstein's thesis of 2005 for bounds.)
 *
 * <p>The row of the largest violation leaves, the column of the least ratio enters, the larger pivot on a tie; after some steps
 * without progress the least index is taken for both (Bland), which cannot cycle.
 */
final class DualSimplex {
    /** How far a variable may be beyond its bound; rows are scaled so that 1 is their size. */
    static final double TOLERANCE = 1e-10;

    private static final double PIVOT = 1e-9;
    private static final int PATIENCE = 50;

    private final int columns;
    private final int rows;
    /** Row by row: what a basic variable is in terms of those that are not. */
    private final double[] dictionary;

    private final double[] reducedCosts;
    private final double[] lower;
    private final double[] upper;
    private final double[] values;
    /** The variable at a row, then the variable at a column; structural ones first, then those of rows. */
    private final int[] basic;

    private final int[] nonbasic;
    /** Where a variable is: its column, or the number of columns plus its row. */
    private final int[] place;

    private final double[] costs;

    /** A program whose variables are free to choose in [0, infinity) until told otherwise. */
    DualSimplex(double[] costs, double[][] matrix, double[] least) {
        columns = costs.length;
        rows = matrix.length;
        this.costs = costs.clone();
        dictionary = new double[rows * columns];
        reducedCosts = costs.clone();
        lower = new double[columns + rows];
        upper = new double[columns + rows];
        values = new double[columns + rows];
        basic = new int[rows];
        nonbasic = new int[columns];
        place = new int[columns + rows];
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix[i], 0, dictionary, i * columns, columns);
            basic[i] = columns + i;
            lower[columns + i] = least[i];
            place[columns + i] = columns + i;
        }
        for (int j = 0; j < columns; j++) {
            nonbasic[j] = j;
            place[j] = j;
        }
    }

    private DualSimplex(DualSimplex other) {
        columns = other.columns;
        rows = other.rows;
        costs = other.costs;
        dictionary = other.dictionary.clone();
        reducedCosts = other.reducedCosts.clone();
        lower = other.lower.clone();
        upper = other.upper.clone();
        values = other.values.clone();
        basic = other.basic.clone();
        nonbasic = other.nonbasic.clone();
        place = other.place.clone();
    }

    DualSimplex copy() {
        return new DualSimplex(this);
    }

    double value(int variable) {
        return values[variable];
    }

    double lower(int variable) {
        return lower[variable];
    }

    double upper(int variable) {
        return upper[variable];
    }

    double objective() {
        double sum = 0;
        for (int j = 0; j < columns; j++) {
            sum += costs[j] * values[j];
        }
        return sum;
    }

    /** Bounds a variable; call {@link #solve} afterwards. */
    void bound(int variable, double least, double most) {
        lower[variable] = least;
        upper[variable] = most;
        int column = place[variable];
        if (column >= columns) {
            return;
        }
        // A variable with a negative reduced cost sits at its upper bound, any other at its lower one.
        double target = reducedCosts[column] < 0 && most < Double.POSITIVE_INFINITY ? most : least;
        move(column, target - values[variable]);
    }

    private void move(int column, double by) {
        if (by == 0) {
            return;
        }
        values[nonbasic[column]] += by;
        for (int i = 0, at = column; i < rows; i++, at += columns) {
            values[basic[i]] += dictionary[at] * by;
        }
    }

    /** Finds the optimum; false if there is no solution. */
    boolean solve() {
        double last = Double.NEGATIVE_INFINITY;
        int stalled = 0;
        while (true) {
            int row = leaving(stalled > PATIENCE);
            if (row < 0) {
                return true;
            }
            int variable = basic[row];
            boolean rising = values[variable] < lower[variable];
            int column = entering(row, rising, stalled > PATIENCE);
            if (column < 0) {
                return false;
            }
            double bound = rising ? lower[variable] : upper[variable];
            move(column, (bound - values[variable]) / dictionary[row * columns + column]);
            values[variable] = bound;
            pivot(row, column);
            double objective = objective();
            stalled = objective > last + TOLERANCE * (1 + Math.abs(last)) ? 0 : stalled + 1;
            last = Math.max(last, objective);
        }
    }

    /** Takes away what the first variables cannot use without making the optimum worse by more than a gap. */
    void tighten(double gap, int variables) {
        for (int j = 0; j < columns; j++) {
            int variable = nonbasic[j];
            double rate = Math.abs(reducedCosts[j]);
            if (variable >= variables || rate < 1e-9) {
                continue;
            }
            double steps = Math.floor(gap / rate + 1e-6);
            if (reducedCosts[j] > 0 && values[variable] == lower[variable]) {
                upper[variable] = Math.min(upper[variable], lower[variable] + steps);
            } else if (reducedCosts[j] < 0 && values[variable] == upper[variable]) {
                lower[variable] = Math.max(lower[variable], upper[variable] - steps);
            }
        }
    }

    private int leaving(boolean bland) {
        int best = -1;
        double most = TOLERANCE;
        for (int i = 0; i < rows; i++) {
            int variable = basic[i];
            double violation = Math.max(lower[variable] - values[variable], values[variable] - upper[variable]);
            if (violation > TOLERANCE && (bland ? best < 0 || variable < basic[best] : violation > most)) {
                best = i;
                most = violation;
            }
        }
        return best;
    }

    private int entering(int row, boolean rising, boolean bland) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0, at = row * columns; j < columns; j++, at++) {
            int variable = nonbasic[j];
            double pivot = rising ? dictionary[at] : -dictionary[at];
            if (Math.abs(pivot) < PIVOT || lower[variable] == upper[variable]) {
                continue;
            }
            boolean atUpper = values[variable] == upper[variable];
            boolean free = !atUpper && values[variable] != lower[variable];
            if (!free && (atUpper ? pivot > 0 : pivot < 0)) {
                continue;
            }
            double ratio = Math.abs(reducedCosts[j] / pivot);
            if (best < 0 || ratio < least - 1e-12) {
                best = j;
                least = ratio;
            } else if (ratio <= least + 1e-12) {
                boolean better = bland
                        ? variable < nonbasic[best]
                        : Math.abs(pivot) > Math.abs(dictionary[row * columns + best]);
                if (better) {
                    best = j;
                    least = Math.min(least, ratio);
                }
            }
        }
        return best;
    }

    private void pivot(int row, int column) {
        int from = row * columns;
        double inverse = 1 / dictionary[from + column];
        for (int j = 0; j < columns; j++) {
            dictionary[from + j] *= -inverse;
        }
        dictionary[from + column] = inverse;
        for (int i = 0; i < rows; i++) {
            double factor = dictionary[i * columns + column];
            if (i != row && factor != 0) {
                int to = i * columns;
                for (int j = 0; j < columns; j++) {
                    dictionary[to + j] += factor * dictionary[from + j];
                }
                dictionary[to + column] = factor * inverse;
            }
        }
        double factor = reducedCosts[column];
        if (factor != 0) {
            for (int j = 0; j < columns; j++) {
                reducedCosts[j] += factor * dictionary[from + j];
            }
            reducedCosts[column] = factor * inverse;
        }
        int leaves = basic[row];
        int enters = nonbasic[column];
        basic[row] = enters;
        nonbasic[column] = leaves;
        place[enters] = columns + row;
        place[leaves] = column;
    }
}
