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
 * <p>The row of the largest violation leaves, the column of the least ratio enters, the larger pivot on a tie. A column that has not
 * the room to mend the violation goes to its other bound instead, and the next one is looked at (Koberstein's bound flipping ratio
 * test), which also keeps useless small pivots out. After some steps without progress the least index is taken for both (Bland),
 * which cannot cycle but can take for ever where many costs are nothing, as those of routes are; so now and then the largest violation
 * has its turn again, until the least index is taken to the end. An answer that was reached by a small pivot, or by very many, counts only once it has been found again from a
 * dictionary that was made afresh.
 */
final class DualSimplex {
    /** How far a variable may be beyond its bound, of its value or of 1; rows are scaled so that 1 is their size. */
    static final double TOLERANCE = 1e-10;

    private static final double PIVOT = 1e-9;
    private static final double TIE = 1e-12;
    private static final double SMALL = 1e-4;
    private static final int MOST_PIVOTS = 1000;
    private static final int MOST_REFRESHED = 3;
    /** Steps without progress that the usual rule may take in its turn. */
    private static final int PATIENCE = 50;
    /** Steps without progress from one of its turns to the next. */
    private static final int TURN = 100;
    /** Turns without progress after which it has no further one. */
    private static final int MOST_TURNS = 500;

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
    private final double[][] matrix;
    private final boolean[] flipped;
    private int pivots;
    private long steps;
    /** Whether a small pivot, or many, may have magnified rounding. */
    private boolean doubtful;

    /** The smallest cost that is none of nothing: what is far below it is rounding, whatever the prices are in. */
    private final double unit;

    /** A program whose variables are free to choose in [0, infinity) until told otherwise. */
    DualSimplex(double[] costs, double[][] matrix, double[] least) {
        columns = costs.length;
        rows = matrix.length;
        this.costs = costs.clone();
        this.matrix = matrix;
        unit = unit(costs);
        dictionary = new double[rows * columns];
        reducedCosts = new double[columns];
        flipped = new boolean[columns];
        lower = new double[columns + rows];
        upper = new double[columns + rows];
        values = new double[columns + rows];
        basic = new int[rows];
        nonbasic = new int[columns];
        place = new int[columns + rows];
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
        System.arraycopy(least, 0, lower, columns, rows);
        start();
    }

    private DualSimplex(DualSimplex other) {
        columns = other.columns;
        rows = other.rows;
        costs = other.costs;
        matrix = other.matrix;
        unit = other.unit;
        flipped = new boolean[columns];
        pivots = other.pivots;
        steps = other.steps;
        doubtful = other.doubtful;
        dictionary = other.dictionary.clone();
        reducedCosts = other.reducedCosts.clone();
        lower = other.lower.clone();
        upper = other.upper.clone();
        values = other.values.clone();
        basic = other.basic.clone();
        nonbasic = other.nonbasic.clone();
        place = other.place.clone();
    }

    /** Returns the smallest cost above zero, signs aside; 1 if there is none. */
    static double unit(double[] costs) {
        return Arrays.stream(costs)
                .map(Math::abs)
                .filter(cost -> cost > 0)
                .min()
                .orElse(1);
    }

    DualSimplex copy() {
        return new DualSimplex(this);
    }

    /** Returns how many numbers the dictionary has. */
    int size() {
        return dictionary.length;
    }

    /** Returns how many steps were taken, before it was copied or after. */
    long steps() {
        return steps;
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
        int refreshed = 0;
        while (true) {
            boolean bland = stalled % TURN > PATIENCE || stalled > TURN * MOST_TURNS;
            int row = leaving(bland);
            if (row < 0 || !step(row, bland)) {
                if (!doubtful || refreshed == MOST_REFRESHED) {
                    return row < 0;
                }
                refresh();
                refreshed++;
                continue;
            }
            steps++;
            double objective = objective();
            stalled = objective > last + TOLERANCE * (unit + Math.abs(last)) ? 0 : stalled + 1;
            last = Math.max(last, objective);
        }
    }

    /** Brings a basic variable to the bound that it violates, in place of another; false if it cannot be. */
    private boolean step(int row, boolean bland) {
        int variable = basic[row];
        boolean rising = values[variable] < lower[variable];
        double bound = rising ? lower[variable] : upper[variable];
        double missing = Math.abs(bound - values[variable]);
        Arrays.fill(flipped, false);
        int column = entering(row, rising, bland);
        while (!bland && column >= 0) {
            double most = Math.abs(dictionary[row * columns + column]) * range(nonbasic[column]);
            if (missing - most <= TOLERANCE) {
                break;
            }
            flipped[column] = true;
            missing -= most;
            column = entering(row, rising, false);
        }
        if (column < 0) {
            return false;
        }
        for (int j = 0; j < columns; j++) {
            if (flipped[j]) {
                int other = nonbasic[j];
                move(j, values[other] == upper[other] ? -range(other) : range(other));
            }
        }
        double pivot = dictionary[row * columns + column];
        doubtful |= Math.abs(pivot) < SMALL || ++pivots > MOST_PIVOTS;
        move(column, (bound - values[variable]) / pivot);
        values[variable] = bound;
        pivot(row, column);
        return true;
    }

    private double range(int variable) {
        return upper[variable] - lower[variable];
    }

    /** Makes the dictionary again from the rows as they were given, with the largest pivots, so that what rounding did to it is gone. */
    private void refresh() {
        boolean[] in = new boolean[columns + rows];
        for (int variable : basic) {
            in[variable] = true;
        }
        start();
        while (true) {
            int row = -1;
            int column = -1;
            double most = PIVOT;
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns && !in[basic[i]]; j++) {
                    double size = Math.abs(dictionary[i * columns + j]);
                    if (in[nonbasic[j]] && size > most) {
                        row = i;
                        column = j;
                        most = size;
                    }
                }
            }
            if (row < 0) {
                break;
            }
            pivot(row, column);
        }
        for (int j = 0; j < columns; j++) {
            place(j);
        }
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++) {
                sum += dictionary[i * columns + j] * values[nonbasic[j]];
            }
            values[basic[i]] = sum;
        }
        pivots = 0;
        doubtful = false;
    }

    /** Puts a variable that is not basic at the bound where its reduced cost wants it, without moving the others. */
    private void place(int column) {
        int variable = nonbasic[column];
        boolean high = reducedCosts[column] < 0 && upper[variable] < Double.POSITIVE_INFINITY;
        values[variable] = high || lower[variable] == Double.NEGATIVE_INFINITY ? upper[variable] : lower[variable];
    }

    /** All rows basic, nothing pivoted. */
    private void start() {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix[i], 0, dictionary, i * columns, columns);
            basic[i] = columns + i;
            place[columns + i] = columns + i;
        }
        System.arraycopy(costs, 0, reducedCosts, 0, columns);
        for (int j = 0; j < columns; j++) {
            nonbasic[j] = j;
            place[j] = j;
        }
    }

    /** Takes away what the first variables cannot use without making the optimum worse by more than a gap. */
    void tighten(double gap, int variables) {
        for (int j = 0; j < columns; j++) {
            int variable = nonbasic[j];
            double rate = Math.abs(reducedCosts[j]);
            if (variable >= variables || rate < 1e-9 * unit) {
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
            double value = values[variable];
            double violation = Math.max(lower[variable] - value, value - upper[variable]);
            if (violation > TOLERANCE * Math.max(1, Math.abs(value))
                    && (bland ? best < 0 || variable < basic[best] : violation > most)) {
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
            if (flipped[j] || Math.abs(pivot) < PIVOT || lower[variable] == upper[variable]) {
                continue;
            }
            boolean atUpper = values[variable] == upper[variable];
            boolean free = !atUpper && values[variable] != lower[variable];
            if (!free && (atUpper ? pivot > 0 : pivot < 0)) {
                continue;
            }
            double ratio = Math.abs(reducedCosts[j] / pivot);
            double tie = TIE * Math.max(unit, Math.min(ratio, least));
            if (best < 0 || ratio < least - tie) {
                best = j;
                least = ratio;
            } else if (ratio <= least + tie) {
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
