// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A mixed integer program {@code min c x, A x >= b, lower <= x <= upper} whose first columns are integers at least 0, and whose
 * rows are scaled so that 1 is their size. Rows are covered to within {@link #SLACK}, so that a demand that is met exactly, but
 * for rounding, is met. Arrays are owned by the program. Not to be changed once built.
 *
 * <p>Columns with a negative cost need an upper bound; all integers should have one, or a program that has no solution in integers, but
 * one in fractions, may be searched without end.
 */
public final class CoveringProgram {
    /** How much of a row's size may be missing. */
    public static final double SLACK = 1e-9;

    /** MIR cuts with a fraction below this would magnify rounding. */
    private static final double GOLDEN_RATIO = 1.618033988749895;

    private static final double LEAST_FRACTION = 1e-3;

    private static final int MOST_CUTS = 48;

    final int integers;
    final double[] costs;
    final double[] lower;
    final double[] upper;
    final List<double[]> rows = new ArrayList<>();
    final List<Double> least = new ArrayList<>();
    /** Which rows limit, and do not ask for anything. */
    private final BitSet limits = new BitSet();

    /**
     * Starts a program without rows.
     *
     * @param integers how many columns, the first ones, are integers
     * @param costs of a unit of each column
     * @param lower bounds; at least 0
     * @param upper bounds; infinite if there is none
     */
    public CoveringProgram(int integers, double[] costs, double[] lower, double[] upper) {
        this.integers = integers;
        this.costs = costs;
        this.lower = lower;
        this.upper = upper;
    }

    /** Adds a row, to be at least so much. */
    public void atLeast(double[] row, double bound) {
        rows.add(row);
        least.add(bound - SLACK);
    }

    /** Adds a row, to be at most so much. */
    public void atMost(double[] row, double bound) {
        double[] negative = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            negative[j] = row[j] == 0 ? 0 : -row[j];
        }
        limits.set(rows.size());
        atLeast(negative, -bound);
    }

    /** Some columns of a program, which no demand ties to the others. */
    static final class Part {
        final CoveringProgram program;
        /** Which columns of the whole its own are. */
        final int[] columns;

        private Part(CoveringProgram program, int[] columns) {
            this.program = program;
            this.columns = columns;
        }
    }

    /**
     * Returns the parts into which the program falls if limits across them are left out: what all of them cost together at least is a
     * lower bound, and the cheapest solution if it keeps the limits.
     */
    List<Part> parts() {
        int[] part = new int[columns()];
        Arrays.fill(part, -1);
        for (int i = 0; i < rows.size(); i++) {
            int name = i;
            double[] row = rows.get(i);
            for (int j = 0; j < row.length && !limits.get(i); j++) {
                if (row[j] != 0 && part[j] >= 0 && part[j] != name) {
                    int old = part[j];
                    Arrays.setAll(part, k -> part[k] == old ? name : part[k]);
                } else if (row[j] != 0) {
                    part[j] = name;
                }
            }
        }
        int[] names = Arrays.stream(part).filter(name -> name >= 0).distinct().toArray();
        List<Part> parts = new ArrayList<>();
        for (int name : names) {
            // What nothing asks for goes with the first.
            parts.add(part(IntStream.range(0, part.length)
                    .filter(j -> part[j] == name || (part[j] < 0 && name == names[0]))
                    .toArray()));
        }
        return parts;
    }

    private Part part(int[] chosen) {
        CoveringProgram program = new CoveringProgram(
                (int) Arrays.stream(chosen).filter(j -> j < integers).count(),
                pick(costs, chosen),
                pick(lower, chosen),
                pick(upper, chosen));
        for (int i = 0; i < rows.size(); i++) {
            double[] row = pick(rows.get(i), chosen);
            boolean all = entries(row) == entries(rows.get(i));
            if (all && entries(row) > 0) {
                program.limits.set(program.rows.size(), limits.get(i));
                program.rows.add(row);
                program.least.add(least.get(i));
            }
        }
        return new Part(program, chosen);
    }

    private static double[] pick(double[] all, int[] chosen) {
        return Arrays.stream(chosen).mapToDouble(j -> all[j]).toArray();
    }

    private static long entries(double[] row) {
        return Arrays.stream(row).filter(value -> value != 0).count();
    }

    int columns() {
        return costs.length;
    }

    boolean pure() {
        return integers == costs.length;
    }

    /**
     * Returns the program as a linear one, with cuts by mixed-integer rounding: if {@code sum a x >= b} with integers {@code x >= 0},
     * then for any divisor, with {@code f(v) = floor(v) + min(1, frac(v) / frac(b))}, also {@code sum f(a) x >= ceil(b)}. Divisors
     * are the row's own coefficients.
     */
    DualSimplex relaxation() {
        List<double[]> all = new ArrayList<>(rows);
        List<Double> bounds = new ArrayList<>(least);
        for (int i = 0; i < rows.size() && all.size() < rows.size() + MOST_CUTS; i++) {
            if (least.get(i) > 0 && covering(rows.get(i))) {
                cuts(rows.get(i), least.get(i), all, bounds);
            }
        }
        double[] right = bounds.stream().mapToDouble(Double::doubleValue).toArray();
        DualSimplex linear = new DualSimplex(costs, all.toArray(double[][]::new), right);
        for (int j = 0; j < columns(); j++) {
            linear.bound(j, lower[j], upper[j]);
        }
        return linear;
    }

    /**
     * Returns a program that has a solution if and only if some shares go with given integers. Its costs are its own: without any, every
     * vertex is as good as every other, and the simplex may wander among them.
     */
    DualSimplex sharesFor(long[] given) {
        double[] any = new double[columns()];
        for (int j = integers; j < any.length; j++) {
            any[j] = 1 + (j * GOLDEN_RATIO) % 1;
        }
        double[] right = least.stream().mapToDouble(Double::doubleValue).toArray();
        DualSimplex linear = new DualSimplex(any, rows.toArray(double[][]::new), right);
        for (int j = 0; j < any.length; j++) {
            linear.bound(j, j < integers ? given[j] : lower[j], j < integers ? given[j] : upper[j]);
        }
        return linear;
    }

    private boolean covering(double[] row) {
        for (int j = 0; j < row.length; j++) {
            if (row[j] < 0 || (row[j] > 0 && j >= integers)) {
                return false;
            }
        }
        return true;
    }

    private static void cuts(double[] row, double bound, List<double[]> all, List<Double> bounds) {
        double[] divisors = Arrays.stream(row)
                .filter(value -> value > 0)
                .distinct()
                .sorted()
                .toArray();
        for (double divisor : divisors) {
            double demand = bound / divisor;
            double fraction = demand - Math.floor(demand);
            if (fraction < LEAST_FRACTION) {
                continue;
            }
            double whole = Math.ceil(demand);
            double[] cut = new double[row.length];
            for (int j = 0; j < row.length; j++) {
                if (row[j] > 0) {
                    double share = row[j] / divisor;
                    double floor = Math.floor(share);
                    cut[j] = Math.min(1, (floor + Math.min(1, (share - floor) / fraction)) / whole);
                }
            }
            all.add(cut);
            bounds.add(1 - 1e-9);
        }
    }

    /** Returns what integers cost; infinite if there are none. */
    double cost(long @Nullable [] solution) {
        double cost = solution == null ? Double.POSITIVE_INFINITY : 0;
        for (int j = 0; solution != null && j < solution.length; j++) {
            cost += costs[j] * solution[j];
        }
        return cost;
    }

    /** Tells whether integers satisfy all rows as well as the relaxation has to; only for programs without other columns. */
    boolean satisfiedBy(long[] solution) {
        for (int i = 0; i < rows.size(); i++) {
            double[] row = rows.get(i);
            double sum = 0;
            for (int j = 0; j < integers; j++) {
                sum += row[j] * solution[j];
            }
            if (sum < least.get(i) - DualSimplex.TOLERANCE) {
                return false;
            }
        }
        return true;
    }
}
