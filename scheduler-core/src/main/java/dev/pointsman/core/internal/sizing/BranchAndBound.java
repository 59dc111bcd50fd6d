// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.sizing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Solves a {@link CoveringProgram} to the optimum by branch and bound over its linear relaxation. Deterministic; not thread-safe.
 *
 * <p>The relaxation is the fluid bound: the fleet that could be had if replicas came in fractions. The node of the lowest bound is
 * next, until as many are open as memory should hold; then the search goes on depth first. Each child starts from its parent's
 * dictionary, on the column that by what was seen so far raises the bound most ({@link PseudoCosts}). What no demand ties together is
 * solved apart, if the limits allow it. Where all costs are multiples of some amount, bounds are rounded up to it, which ends most
 * searches; columns are fixed that could not move without exceeding the best plan. A rounding of each relaxed solution, shrunk while
 * it may be, finds plans early.
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
    /** The largest number of which all smaller whole ones are doubles too. */
    private static final double WHOLE = 1L << 53;

    private final CoveringProgram program;
    private final Watcher watcher;
    private final double grain;
    private final double unit;
    /** What all columns that save something save together at most; the size of a cost is how far it is from that. */
    private final double cheapest;

    private final Integer[] dearestFirst;
    private final PriorityQueue<Node> open =
            new PriorityQueue<>(Comparator.comparingDouble(Node::bound).thenComparingLong(Node::order));
    private final Deque<Node> deep = new ArrayDeque<>();
    private int mostOpen;
    private final PseudoCosts pseudoCosts;
    /** Below which no solution can be, as is known beforehand. */
    private final double floor;

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

    private BranchAndBound(CoveringProgram program, Watcher watcher, double below, double floor, long nodes) {
        best = below;
        this.program = program;
        this.watcher = watcher;
        this.floor = floor;
        this.nodes = nodes;
        grain = grain(program);
        unit = DualSimplex.unit(program.costs);
        double saved = 0;
        for (int j = 0; j < program.columns(); j++) {
            saved += program.costs[j] < 0 ? program.costs[j] * program.upper[j] : 0;
        }
        cheapest = saved;
        pseudoCosts = new PseudoCosts(program.costs, program.integers, unit);
        dearestFirst = IntStream.range(0, program.integers).boxed().toArray(Integer[]::new);
        Arrays.sort(dearestFirst, Comparator.comparingDouble((Integer j) -> -program.costs[j]));
    }

    /** Solves a program: its parts, if it has some, and the whole only if they do not keep the limits together. */
    public static Result solve(CoveringProgram program, Watcher watcher) {
        return solve(program, Double.POSITIVE_INFINITY, watcher);
    }

    /** Solves a program if its optimum costs less than something; if not, there is no solution, and the bound is that. */
    public static Result solve(CoveringProgram program, double below, Watcher watcher) {
        List<CoveringProgram.Part> parts = program.parts();
        double floor = Double.NEGATIVE_INFINITY;
        long nodes = 0;
        if (parts.size() > 1) {
            Result together = together(program, parts, watcher);
            if (together.solution != null || together.lowerBound == Double.POSITIVE_INFINITY) {
                return program.cost(together.solution) < below ? together : new Result(null, below, together.nodes);
            }
            floor = together.lowerBound;
            nodes = together.nodes;
        }
        return new BranchAndBound(program, watcher, below, floor, nodes).search();
    }

    /** Solves parts one by one; no solution, but a lower bound, if those of the parts together do not keep the limits. */
    private static Result together(CoveringProgram program, List<CoveringProgram.Part> parts, Watcher watcher) {
        double[] least = new double[parts.size()];
        double[] most = new double[parts.size()];
        for (int i = 0; i < least.length; i++) {
            CoveringProgram part = parts.get(i).program;
            Result first =
                    new BranchAndBound(part, watcher, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0).glance();
            least[i] = first.lowerBound;
            most[i] = part.cost(first.solution);
        }
        long[] solution = new long[program.integers];
        long nodes = least.length;
        boolean all = Arrays.stream(least).sum() < Double.POSITIVE_INFINITY;
        for (int i = 0; i < least.length && all; i++) {
            CoveringProgram part = parts.get(i).program;
            double below = sumBut(i, least);
            double above = sumBut(i, most);
            Watcher ofPart = (count, bound, best) -> watcher.proceed(count, below + bound, above + best);
            Result result = new BranchAndBound(part, ofPart, Double.POSITIVE_INFINITY, least[i], nodes).search();
            nodes = result.nodes;
            least[i] = result.lowerBound;
            most[i] = part.cost(result.solution);
            all = result.solution != null;
            for (int j = 0; result.solution != null && j < part.integers; j++) {
                solution[parts.get(i).columns[j]] = result.solution[j];
            }
        }
        boolean keeps = all && new BranchAndBound(program, watcher, 0, 0, 0).feasible(solution);
        return new Result(keeps ? solution : null, Arrays.stream(least).sum(), nodes);
    }

    private static double sumBut(int left, double[] values) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += i == left ? 0 : values[i];
        }
        return sum;
    }

    /** Solves the relaxation, and rounds its solution. */
    private Result glance() {
        DualSimplex root = program.relaxation();
        if (!root.solve()) {
            return new Result(null, Double.POSITIVE_INFINITY, 1);
        }
        round(root);
        return new Result(solution, roundedUp(root.objective()), 1);
    }

    private Result search() {
        DualSimplex root = program.relaxation();
        mostOpen = OPEN_NUMBERS / (root.size() + 1);
        nodes++;
        if (root.solve()) {
            add(new Node(root, roundedUp(root.objective()), 0));
        }
        double stoppedAt = Double.POSITIVE_INFINITY;
        while (!deep.isEmpty() || !open.isEmpty()) {
            Node node = deep.isEmpty() ? open.remove() : deep.pop();
            if (!improves(node.bound)) {
                continue;
            }
            if (!improves(floor)) {
                break;
            }
            if (++branches % REPORT == 0) {
                double lowest = Math.max(floor, lowest(node));
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
        int column = fractional(linear, INTEGRAL);
        if (column < 0) {
            column = accept(nearest(linear)) ? -1 : fractional(linear, 0);
        }
        if (column < 0) {
            return;
        }
        if (best < Double.POSITIVE_INFINITY) {
            linear.tighten(best - linear.objective(), program.integers);
        }
        Node down = child(linear.copy(), column, false);
        Node up = child(linear, column, true);
        if (up != null) {
            add(up);
        }
        if (down != null) {
            add(down);
        }
    }

    private @Nullable Node child(DualSimplex linear, int column, boolean up) {
        double value = linear.value(column);
        double parent = linear.objective();
        double least = up ? Math.floor(value) + 1 : linear.lower(column);
        double most = up ? linear.upper(column) : Math.floor(value);
        if (least > most) {
            return null;
        }
        linear.bound(column, least, most);
        nodes++;
        if (!linear.solve()) {
            return null;
        }
        pseudoCosts.learn(column, up, up ? least - value : value - most, linear.objective() - parent);
        double bound = roundedUp(linear.objective());
        return improves(bound) ? new Node(linear, bound, -nodes) : null;
    }

    private boolean improves(double bound) {
        return best == Double.POSITIVE_INFINITY || bound < best - slack(best);
    }

    private double slack(double cost) {
        return EQUAL * Math.max(unit, Math.abs(cost - cheapest));
    }

    /** Returns the integer column that is most worth branching on; or -1 if none is farther from an integer than a tolerance. */
    private int fractional(DualSimplex linear, double tolerance) {
        int chosen = -1;
        double most = 0;
        for (int j : dearestFirst) {
            double value = linear.value(j);
            double worth = apart(value) > tolerance ? pseudoCosts.worth(j, value) : 0;
            if (worth > most * (1 + EQUAL)) {
                chosen = j;
                most = worth;
            }
        }
        return chosen;
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
        double cost = program.cost(candidate);
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
        return grain == 0 ? bound : Math.ceil((bound - slack(bound)) / grain) * grain;
    }

    /** Returns the largest amount of which all costs are multiples, in ten-thousandths; 0 if there is none. */
    private static double grain(CoveringProgram program) {
        long common = 0;
        for (int j = 0; j < program.columns(); j++) {
            double scaled = program.costs[j] * UNIT;
            boolean whole =
                    Math.abs(scaled) < WHOLE && Math.abs(scaled - Math.rint(scaled)) <= 1e-12 * Math.abs(scaled);
            if (j >= program.integers ? scaled != 0 : !whole) {
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
