// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import java.util.Arrays;
import org.ojalgo.matrix.decomposition.Cholesky;
import org.ojalgo.matrix.store.R064Store;

/**
 * Finds the {@code x} between bounds that makes {@code x'Qx / 2 - c'x} least, for a symmetric positive definite {@code Q}: least
 * squares given as normal equations. (Stark and Parker, Bounded-Variable Least Squares, 1995, which is the algorithm of Lawson
 * and Hanson, Solving Least Squares Problems, 1974, chapter 23, with bounds on both sides; on normal equations as in Bro and de
 * Jong, 1997.) Systems are solved by ojAlgo. Deterministic.
 */
final class BoundedLeastSquares {
    private static final double TOLERANCE = 1e-12;

    private final double[] least;
    private final double[] most;

    /**
     * Makes a solver.
     *
     * @param least what each variable cannot be below; finite
     * @param most what each variable cannot be above; at least {@code least}, may be infinite
     */
    BoundedLeastSquares(double[] least, double[] most) {
        this.least = least.clone();
        this.most = most.clone();
    }

    double[] solve(double[][] q, double[] c) {
        int n = c.length;
        double[] x = least.clone();
        boolean[] free = new boolean[n];
        double scale = 0;
        for (double value : c) {
            scale = Math.max(scale, Math.abs(value));
        }
        // Each round frees one variable and may bind others; 5n rounds are more than were ever seen.
        for (int round = 0; round < 5 * n; round++) {
            int steepest = steepest(q, c, x, free, TOLERANCE * Math.max(1, scale));
            if (steepest < 0) {
                break;
            }
            free[steepest] = true;
            double[] candidate = solveFree(q, c, x, free);
            while (bindOutside(x, candidate, free)) {
                candidate = solveFree(q, c, x, free);
            }
            x = candidate;
        }
        return x;
    }

    /** Returns the bound variable along which the objective falls most toward the inside, or -1 if it falls along none. */
    private int steepest(double[][] q, double[] c, double[] x, boolean[] free, double tolerance) {
        int steepest = -1;
        double fastest = tolerance;
        for (int i = 0; i < c.length; i++) {
            if (free[i] || least[i] == most[i]) {
                continue;
            }
            double descent = c[i];
            for (int j = 0; j < c.length; j++) {
                descent -= q[i][j] * x[j];
            }
            double inward = x[i] >= most[i] ? -descent : descent;
            if (inward > fastest) {
                fastest = inward;
                steepest = i;
            }
        }
        return steepest;
    }

    /** Moves from x toward the candidate until a free variable reaches a bound, and binds it; returns false if none would. */
    private boolean bindOutside(double[] x, double[] candidate, boolean[] free) {
        int first = -1;
        double step = 1;
        for (int i = 0; i < x.length; i++) {
            if (free[i] && (candidate[i] < least[i] || candidate[i] > most[i])) {
                double until = (nearest(i, candidate[i]) - x[i]) / (candidate[i] - x[i]);
                if (first < 0 || until < step) {
                    first = i;
                    step = until;
                }
            }
        }
        if (first < 0) {
            return false;
        }
        for (int i = 0; i < x.length; i++) {
            if (free[i]) {
                x[i] = nearest(i, x[i] + step * (candidate[i] - x[i]));
            }
        }
        x[first] = nearest(first, candidate[first]);
        free[first] = false;
        return true;
    }

    private double nearest(int variable, double value) {
        return Math.max(least[variable], Math.min(most[variable], value));
    }

    /** Returns x with its free variables where the objective is least while the others stay. */
    private static double[] solveFree(double[][] q, double[] c, double[] fixed, boolean[] free) {
        int[] index = new int[c.length];
        int size = 0;
        for (int i = 0; i < c.length; i++) {
            if (free[i]) {
                index[size++] = i;
            }
        }
        double[] x = fixed.clone();
        if (size == 0) {
            return x;
        }
        R064Store matrix = R064Store.FACTORY.make(size, size);
        R064Store right = R064Store.FACTORY.make(size, 1);
        for (int i = 0; i < size; i++) {
            double towards = c[index[i]];
            for (int j = 0; j < fixed.length; j++) {
                towards -= free[j] ? 0 : q[index[i]][j] * fixed[j];
            }
            right.set(i, 0, towards);
            for (int j = 0; j < size; j++) {
                matrix.set(i, j, q[index[i]][index[j]]);
            }
        }
        Cholesky<Double> cholesky = Cholesky.R064.make(matrix);
        if (!cholesky.decompose(matrix) || !cholesky.isSolvable()) {
            throw new IllegalStateException("the normal equations are not positive definite: " + Arrays.deepToString(q)
                    + ".\nMaybe the prior is too weak.");
        }
        var solution = cholesky.getSolution(right);
        for (int i = 0; i < size; i++) {
            x[index[i]] = solution.doubleValue(i, 0);
        }
        return x;
    }
}
