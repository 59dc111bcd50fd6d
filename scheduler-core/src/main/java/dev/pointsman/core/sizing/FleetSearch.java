// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.internal.sizing.BranchAndBound;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Searches for the cheapest numbers of replicas. Not thread-safe.
 *
 * <p>Where what a replica can do does not depend on how many there are, that is one integer program ({@link FleetProgram}). Where
 * replicas of a role share a queue, each can do more the more there are: branch and bound over how many there are of each role. A node
 * says from how many to how many, and its bound is the cheapest fleet if each could do what it can among the most. If that fleet is
 * enough as it is, the node is done; if not, some role has fewer than its most, and either there are no more than those, or at least
 * one more.
 */
final class FleetSearch {
    private final FleetProblem problem;
    private final SizingProgress progress;
    private final PriorityQueue<Node> open =
            new PriorityQueue<>(Comparator.comparingDouble(Node::bound).thenComparingLong(Node::order));
    private int @Nullable [] plan;
    private double best = Double.POSITIVE_INFINITY;
    private long programs;
    private long order;

    private record Node(Map<Role, Integer> least, Map<Role, Integer> most, double bound, long order) {
        int most(Role role) {
            return most.getOrDefault(role, 1);
        }
    }

    private FleetSearch(FleetProblem problem, SizingProgress progress) {
        this.problem = problem;
        this.progress = progress;
    }

    /** Finds the cheapest plan. */
    static Found find(FleetProblem problem, SizingProgress progress) {
        return problem.sharesQueues()
                ? new FleetSearch(problem, progress).find()
                : findFixed(problem, Map.of(), Double.POSITIVE_INFINITY, progress);
    }

    private Found find() {
        Map<Role, Integer> most = new EnumMap<>(Role.class);
        problem.options().forEach(option -> most.merge(option.role(), option.mostSharing(), Math::max));
        open.add(new Node(Map.of(), most, Double.NEGATIVE_INFINITY, order++));
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (plan != null && node.bound >= best - BranchAndBound.EQUAL * Math.abs(best)) {
                break;
            }
            Found found = findFixed(
                    problem.among(node.most),
                    node.least,
                    best,
                    (nodes, bound, cheapest) ->
                            progress.proceed(programs + nodes, Math.min(best, Math.max(bound, node.bound)), best));
            programs += found.nodes();
            int[] counts = found.counts();
            boolean enough = counts == null || consider(node, counts);
            if (found.stopped()) {
                return new Found(plan, Math.min(best, Math.max(found.lowerBound(), node.bound)), programs, true);
            }
            if (counts != null && !enough) {
                branch(node, found.lowerBound(), problem.sharing(counts));
            }
        }
        return new Found(plan, best, programs, false);
    }

    /** Tells whether replicas are enough as many as they are, and remembers them if they are the cheapest so far. */
    private boolean consider(Node node, int[] counts) {
        Map<Role, Integer> replicas = problem.sharing(counts);
        boolean most = replicas.entrySet().stream().allMatch(of -> of.getValue() >= node.most(of.getKey()));
        if (!most && FleetSolver.utilization(problem, counts) > 1 + BranchAndBound.EQUAL) {
            return false;
        }
        double dollars = FleetSolver.transition(problem, counts);
        for (int i = 0; i < counts.length; i++) {
            dollars += counts[i] * problem.options().get(i).dollarsPerHour();
        }
        if (dollars < best) {
            best = dollars;
            plan = counts;
        }
        return true;
    }

    private void branch(Node node, double bound, Map<Role, Integer> replicas) {
        for (Map.Entry<Role, Integer> of : replicas.entrySet()) {
            Role role = of.getKey();
            int count = of.getValue();
            if (count < node.most(role)) {
                Map<Role, Integer> most = new EnumMap<>(node.most);
                most.put(role, count);
                open.add(new Node(node.least, most, bound, order++));
                Map<Role, Integer> least = new HashMap<>(node.least);
                least.put(role, count + 1);
                open.add(new Node(least, node.most, bound, order++));
                return;
            }
        }
    }

    /** Finds a plan where what a replica can do does not depend on how many there are. */
    private static Found findFixed(
            FleetProblem problem, Map<Role, Integer> serving, double below, SizingProgress progress) {
        boolean[] stopped = new boolean[1];
        FleetProgram program = new FleetProgram(problem, serving);
        double constant = program.constant();
        BranchAndBound.Result result =
                BranchAndBound.solve(program.program(), below - constant, (nodes, bound, best) -> {
                    stopped[0] = stopped[0] || !progress.proceed(nodes, bound + constant, best + constant);
                    return !stopped[0];
                });
        long[] solution = result.solution();
        return new Found(
                solution == null ? null : program.counts(solution),
                result.lowerBound() + constant,
                result.nodes(),
                stopped[0]);
    }

    /** What a search came to. */
    static final class Found {
        private final int @Nullable [] counts;
        private final double lowerBound;
        private final long nodes;
        private final boolean stopped;

        Found(int @Nullable [] counts, double lowerBound, long nodes, boolean stopped) {
            this.counts = counts;
            this.lowerBound = lowerBound;
            this.nodes = nodes;
            this.stopped = stopped;
        }

        /** Returns replicas by option, to keep; null if there is no plan, or none was found before the search was stopped. */
        int @Nullable [] counts() {
            return counts;
        }

        /** Returns the cost below which no plan can be. */
        double lowerBound() {
            return lowerBound;
        }

        /** Returns how many linear programs were solved. */
        long nodes() {
            return nodes;
        }

        /** Tells whether the search did not end by itself. */
        boolean stopped() {
            return stopped;
        }
    }
}
