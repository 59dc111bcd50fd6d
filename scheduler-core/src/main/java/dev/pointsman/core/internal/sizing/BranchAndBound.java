// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Solves a {@link CoveringProgram} to the optimum by branch and bound over its linear relaxation. Deterministic; not thread-safe.
 *
 * <p>The relaxation is the fluid bound: the fleet that could be had if replicas came in fractions. The node of the lowest
 * bound is next, until as many are open as memory should hold; then the search goes on depth first. Each child starts from its
 * parent's dictionary.
 * Where all costs are multiples of some amount, bounds are rounded up to it, which ends most searches; columns are fixed that could
 * not move without exceeding the best plan. A rounding of each relaxed solution, shrunk while it may be, finds plans early.
 */
public final class BranchAndBound {
    /** Costs closer than this, relative to their size, are equal. */
    public static final double EQUAL = 1e-9;

    private static final double INTEGRAL = 1e-7;
    private static final int REPORT = 128;
    private static final int MIXED_ROUNDING = 64;
    /** Numbers in the dictionaries of open nodes, about 64 MB. */
    private static final int OPEN_NUMBERS = 8 << 20;

    private static final double UNIT = 1e4;

    private final CoveringProgram program;
    private final Watcher watcher;
    private final double grain;
    private final Integer[] dearestFirst;
    private final PriorityQueue<Node> open =
            new PriorityQueue<>(Comparator.comparingDouble(Node::bound).thenComparingLong(Node::order));
    private final Deque<Node> deep = new ArrayDeque<>();
    private final int mostOpen;
    private final double[] weights;
    private long nodes;
    private long branches;
    private double best;
    private long @Nullable [] solution;

    /** Watches the search; told the nodes so far, the lower bound and the best cost, it says whether to go on. */
    @FunctionalInterface
    public interface Watcher {
        /** Says whether to go on. */
        boolean proceed(long nodes, double lowerBound, double best);
    }

    /** What was found. */
    public static final class Result {
        private final long @Nullable [] solution;
        private final double lowerBound;
        private final long nodes;

        Result(long @Nullable [] solution, double lowerBound, long nodes) {
            this.solution = solution;
            this.lowerBound = lowerBound;
            this.nodes = nodes;
        }

        /** Returns the integers, to keep; null if there are none. */
        public long @Nullable [] solution() {
            return solution;
        }

        /** Returns the cost below which nothing can be. */
        public double lowerBound() {
            return lowerBound;
        }

        /** Returns how many linear programs were solved. */
        public long nodes() {
            return nodes;
        }
    }

    private record Node(DualSimplex linear, double bound, long order) {}

    private BranchAndBound(CoveringProgram program, double below, Watcher watcher) {
        best = below;
        this.program = program;
        this.watcher = watcher;
        grain = grain(program);
        weights = new double[program.integers];
        for (int j = 0; j < weights.length; j++) {
            weights[j] = 1e-9 + Math.abs(program.costs[j]);
        }
        mostOpen = OPEN_NUMBERS / (program.columns() * (program.rows.size() + 1) + 1);
        dearestFirst = IntStream.range(0, program.integers).boxed().toArray(Integer[]::new);
        Arrays.sort(dearestFirst, Comparator.comparingDouble((Integer j) -> -program.costs[j]));
    }

    /** Solves a program. */
    public static Result solve(CoveringProgram program, Watcher watcher) {
        return solve(program, Double.POSITIVE_INFINITY, watcher);
    }

    /** Solves a program if its optimum costs less than something; if not, there is no solution, and the bound is that. */
    public static Result solve(CoveringProgram program, double below, Watcher watcher) {
        return new BranchAndBound(program, below, watcher).search();
    }

    private Result search() {
        DualSimplex root = program.relaxation();
        nodes = 1;
        if (root.solve()) {
            add(new Node(root, roundedUp(root.objective()), 0));
        }
        double stoppedAt = Double.POSITIVE_INFINITY;
        while (!deep.isEmpty() || !open.isEmpty()) {
            Node node = deep.isEmpty() ? open.remove() : deep.pop();
            if (!improves(node.bound)) {
                continue;
            }
            if (++branches % REPORT == 0) {
                double lowest = lowest(node);
                if (!watcher.proceed(nodes, lowest, best)) {
                    stoppedAt = lowest;
                    break;
                }
            }
            branch(node);
        }
        return new Result(solution, Math.min(best, stoppedAt), nodes);
    }

    private void add(Node node) {
        if (open.size() < mostOpen) {
            open.add(node);
        } else {
            deep.push(node);
        }
    }

    private double lowest(Node node) {
        double lowest = Math.min(node.bound, best);
        for (Node left : deep) {
            lowest = Math.min(lowest, left.bound);
        }
        Node first = open.peek();
        return first == null ? lowest : Math.min(lowest, first.bound);
    }

    private void branch(Node node) {
        DualSimplex linear = node.linear;
        if (program.pure() || branches % MIXED_ROUNDING == 1) {
            round(linear);
            if (!improves(node.bound)) {
                return;
            }
        }
        int column = fractional(linear);
        if (column < 0 || (apart(linear.value(column)) <= INTEGRAL && accept(nearest(linear)))) {
            return;
        }
        if (best < Double.POSITIVE_INFINITY) {
            linear.tighten(best - linear.objective(), program.integers);
        }
        double value = linear.value(column);
        Node down = child(linear.copy(), column, linear.lower(column), Math.floor(value));
        Node up = child(linear, column, Math.floor(value) + 1, linear.upper(column));
        if (up != null) {
            add(up);
        }
        if (down != null) {
            add(down);
        }
    }

    private @Nullable Node child(DualSimplex linear, int column, double least, double most) {
        if (least > most) {
            return null;
        }
        linear.bound(column, least, most);
        nodes++;
        if (!linear.solve()) {
            return null;
        }
        double bound = roundedUp(linear.objective());
        return improves(bound) ? new Node(linear, bound, -nodes) : null;
    }

    private boolean improves(double bound) {
        return best == Double.POSITIVE_INFINITY || bound < best - EQUAL * Math.max(1, Math.abs(best));
    }

    /** Returns the integer column whose distance to an integer is worth most; or -1 if all are exactly integers. */
    private int fractional(DualSimplex linear) {
        int farthest = -1;
        double most = 0;
        for (int j : dearestFirst) {
            double apart = apart(linear.value(j)) * weights[j];
            if (apart > most + 1e-9 || (farthest < 0 && apart > 0)) {
                farthest = j;
                most = apart;
            }
        }
        if (farthest < 0) {
            accept(nearest(linear));
        }
        return farthest;
    }

    private static double apart(double value) {
        return Math.abs(value - Math.rint(value));
    }

    private long[] nearest(DualSimplex linear) {
        long[] rounded = new long[program.integers];
        for (int j = 0; j < rounded.length; j++) {
            rounded[j] = Math.round(linear.value(j));
        }
        return rounded;
    }

    /** Rounds a relaxed solution up, and takes away what is not needed, the dearest first. */
    private void round(DualSimplex linear) {
        long[] rounded = new long[program.integers];
        for (int j = 0; j < rounded.length; j++) {
            rounded[j] = (long) Math.ceil(linear.value(j) - INTEGRAL);
        }
        if (!feasible(rounded)) {
            return;
        }
        for (int j : dearestFirst) {
            while (program.costs[j] > 0 && rounded[j] > program.lower[j]) {
                rounded[j]--;
                if (!feasible(rounded)) {
                    rounded[j]++;
                    break;
                }
            }
        }
        accept(rounded);
    }

    private boolean accept(long[] candidate) {
        double cost = 0;
        for (int j = 0; j < candidate.length; j++) {
            cost += program.costs[j] * candidate[j];
        }
        if (!feasible(candidate)) {
            return false;
        }
        if (improves(cost)) {
            best = cost;
            solution = candidate.clone();
        }
        return true;
    }

    private boolean feasible(long[] candidate) {
        for (int j = 0; j < candidate.length; j++) {
            if (candidate[j] < program.lower[j] || candidate[j] > program.upper[j]) {
                return false;
            }
        }
        if (program.pure()) {
            return program.satisfiedBy(candidate);
        }
        return program.sharesFor(candidate).solve();
    }

    private double roundedUp(double bound) {
        double slack = EQUAL * Math.max(1, Math.abs(bound));
        return grain == 0 ? bound : Math.ceil((bound - slack) / grain) * grain;
    }

    /** Returns the largest amount of which all costs are multiples, in ten-thousandths; 0 if there is none. */
    private static double grain(CoveringProgram program) {
        long common = 0;
        for (int j = 0; j < program.columns(); j++) {
            double scaled = program.costs[j] * UNIT;
            if (j >= program.integers ? scaled != 0 : Math.abs(scaled - Math.rint(scaled)) > 1e-6) {
                return 0;
            }
            common = greatestCommonDivisor(common, Math.abs(Math.round(scaled)));
        }
        return common / UNIT;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
