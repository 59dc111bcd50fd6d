// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.internal.sizing.LinearProgram;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cheapest fleet, exactly: branch and bound over the fluid bound. Thread-safe, no state; deterministic, so that the same
 * problem has the same plan.
 *
 * <pre>{@code
 * SizingOutcome outcome = FleetSolver.solve(problem);
 * if (outcome instanceof FleetPlan plan) {
 *     System.out.println(plan);  // 2 x prefill/h100-sxm/tp1 + 1 x decode/mi300x/tp1: 11.80 $/h
 * }
 * }</pre>
 *
 * <p>Exponential at worst. One class of traffic over 48 kinds of replicas, hundreds of them, takes milliseconds, or about a second
 * where a limit on chips binds; each further class adds a column for each kind, and with two or three such classes the last
 * thousandth of the proof may take minutes. A caller that cannot wait stops ({@link SizingProgress#atMost}, {@link
 * SizingProgress#within}) and takes the best plan so far, with its gap.
 */
public final class FleetSolver {
    private static final long MOST_TRIED = 10_000;

    private FleetSolver() {}

    /** Finds the cheapest plan, however long it takes. */
    public static SizingOutcome solve(FleetProblem problem) {
        return solve(problem, SizingProgress.TO_THE_END);
    }

    /**
     * Finds the cheapest plan, unless it is stopped.
     *
     * @return the plan, proven unless it was stopped; or why there is none
     */
    public static SizingOutcome solve(FleetProblem problem, SizingProgress progress) {
        requireNonNull(progress, "progress");
        Infeasible unserved = unserved(problem);
        if (unserved != null) {
            return unserved;
        }
        FleetSearch.Found found = FleetSearch.find(problem, progress);
        int[] counts = found.counts();
        if (counts == null) {
            return found.stopped()
                    ? new Infeasible(
                            Infeasible.Cause.STOPPED,
                            "No plan was found before the search was stopped.\nMaybe give it more time.",
                            List.of())
                    : shortage(problem, progress);
        }
        FleetProblem among = problem.among(problem.sharing(counts));
        List<FleetPlan.Pool> pools = new ArrayList<>();
        double dollars = 0;
        for (int i = 0; i < counts.length; i++) {
            ReplicaOption option = among.options().get(i);
            if (counts[i] > 0) {
                pools.add(new FleetPlan.Pool(option, counts[i]));
                dollars += counts[i] * option.dollarsPerHour();
            }
        }
        double transition = transition(problem, counts);
        return new FleetPlan(
                pools,
                dollars,
                transition,
                Math.min(found.lowerBound(), dollars + transition),
                !found.stopped(),
                found.nodes(),
                utilization(problem, counts));
    }

    /** Returns what starting and stopping costs, in dollars per hour, if there are so many replicas of each option. */
    static double transition(FleetProblem problem, int[] counts) {
        double transition = 0;
        for (int i = 0; i < counts.length; i++) {
            int change = counts[i] - problem.current(problem.options().get(i));
            transition += change > 0 ? change * problem.startDollars() : -change * problem.stopDollars();
        }
        return transition;
    }

    /**
     * Returns how much of what some replicas can take the traffic is, routed as well as can be; infinite if some of it cannot be
     * served. They suffice if it is at most 1. Replicas of a role share a queue if their capacities say what that gains.
     *
     * @param counts replicas by option, in the problem's order
     */
    public static double utilization(FleetProblem problem, int[] counts) {
        return fixedUtilization(problem.among(problem.sharing(counts)), counts);
    }

    private static double fixedUtilization(FleetProblem problem, int[] counts) {
        List<TrafficClass> classes = problem.classes().stream()
                .filter(one -> one.requestsPerSecond() > 0)
                .toList();
        if (classes.isEmpty()) {
            return 0;
        }
        if (classes.size() == 1) {
            return stageLoad(problem, counts, classes.get(0));
        }
        int options = counts.length;
        int all = 1 + classes.size() * options;
        List<double[]> rows = new ArrayList<>();
        List<Double> least = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            for (Stage stage : Stage.of(classes.get(c))) {
                double[] row = new double[all];
                for (int i = 0; i < options; i++) {
                    ReplicaOption option = problem.options().get(i);
                    boolean serves = counts[i] > 0 && stage.servedBy(option.role()) && option.rate(classes.get(c)) > 0;
                    row[1 + c * options + i] = serves ? 1 : 0;
                }
                rows.add(row);
                least.add(1.0);
            }
        }
        for (int i = 0; i < options; i++) {
            double[] row = new double[all];
            row[0] = counts[i];
            for (int c = 0; c < classes.size(); c++) {
                double rate = problem.options().get(i).rate(classes.get(c));
                row[1 + c * options + i] = rate > 0 ? -classes.get(c).requestsPerSecond() / rate : 0;
            }
            rows.add(row);
            least.add(0.0);
        }
        double[] costs = new double[all];
        costs[0] = 1;
        return LinearProgram.least(costs, rows.toArray(double[][]::new), least).orElse(Double.POSITIVE_INFINITY);
    }

    private static double stageLoad(FleetProblem problem, int[] counts, TrafficClass one) {
        double most = 0;
        for (Stage stage : Stage.of(one)) {
            double rate = 0;
            for (int i = 0; i < counts.length; i++) {
                ReplicaOption option = problem.options().get(i);
                rate += stage.servedBy(option.role()) ? counts[i] * option.rate(one) : 0;
            }
            most = Math.max(most, one.requestsPerSecond() / rate);
        }
        return most;
    }

    /** Returns what is wrong if some role, or some stage of some class, is served by nothing, however many there are. */
    private static @Nullable Infeasible unserved(FleetProblem problem) {
        for (Role role : Role.values()) {
            if (problem.fewest(role) > 0 && problem.options().stream().noneMatch(option -> option.role() == role)) {
                return new Infeasible(
                        Infeasible.Cause.RESOURCES,
                        "at least " + problem.fewest(role) + " of " + ReplicaOption.pool(role)
                                + " are asked for, but no option has that role.\nMaybe add one, or ask for none.",
                        List.of());
            }
        }
        for (TrafficClass one : problem.classes()) {
            if (one.requestsPerSecond() == 0) {
                continue;
            }
            for (Stage stage : Stage.of(one)) {
                List<ReplicaOption> serving = problem.options().stream()
                        .filter(option -> stage.servedBy(option.role()))
                        .toList();
                if (serving.stream().noneMatch(option -> FleetProgram.serves(option, one))) {
                    String what = stage.name().toLowerCase(Locale.ROOT);
                    return new Infeasible(
                            Infeasible.Cause.TARGET,
                            serving.isEmpty()
                                    ? one.name() + ": no option serves " + what
                                            + ".\nMaybe add one, or aggregated replicas."
                                    : one.name() + ": no option can serve " + what
                                            + " within the target, even when idle; more replicas do not help."
                                            + "\nMaybe allow a larger TP or a faster type, or relax the target.",
                            serving.stream()
                                    .map(option -> option.id() + ": "
                                            + option.capacity(one).limit())
                                    .toList());
                }
            }
        }
        return null;
    }

    /** Returns which limits stand in the way, each lifted alone; those with which it takes long to tell are not named. */
    private static Infeasible shortage(FleetProblem problem, SizingProgress progress) {
        List<String> enough = new ArrayList<>();
        for (Limit limit : limits(problem)) {
            FleetSearch.Found found = FleetSearch.find(
                    limit.lifted(),
                    (nodes, bound, best) -> best == Double.POSITIVE_INFINITY
                            && nodes < MOST_TRIED
                            && progress.proceed(nodes, bound, best));
            if (found.counts() != null) {
                enough.add(limit.name() + " alone does not allow it");
            }
        }
        return new Infeasible(
                Infeasible.Cause.RESOURCES,
                "The targets can be met, but not within the limits." + "\nMaybe raise a limit, or shed some traffic.",
                enough.isEmpty() ? List.of("lifting no single limit was found to allow it") : enough);
    }

    /**
     * A limit of a problem.
     *
     * @param name in words, with its value
     * @param lifted the problem without it
     */
    record Limit(String name, FleetProblem lifted) {}

    static List<Limit> limits(FleetProblem problem) {
        List<Limit> limits = new ArrayList<>();
        LinkedHashSet<String> types = new LinkedHashSet<>();
        problem.options().forEach(option -> types.add(option.accelerator()));
        for (String type : types) {
            if (problem.chipsOf(type).isPresent()) {
                limits.add(new Limit(
                        problem.chipsOf(type).getAsInt() + " chips of " + type,
                        problem.toBuilder().unlimited(type).build()));
            }
        }
        if (problem.chips().isPresent()) {
            limits.add(new Limit(
                    "the quota of " + problem.chips().getAsInt() + " chips",
                    problem.toBuilder().quota(OptionalInt.empty()).build()));
        }
        if (problem.watts().isPresent()) {
            limits.add(new Limit(
                    "the power of " + problem.watts().getAsDouble() + " W",
                    problem.toBuilder().power(OptionalDouble.empty()).build()));
        }
        for (Role role : Role.values()) {
            if (problem.fewest(role) > 0) {
                limits.add(new Limit(
                        "at least " + problem.fewest(role) + " of " + ReplicaOption.pool(role),
                        problem.toBuilder().atLeast(role, 0).build()));
            }
        }
        if (problem.leastHeld() > 0) {
            limits.add(new Limit(
                    String.format(
                            Locale.ROOT, "holding at least %,d tokens for the hits counted on", problem.leastHeld()),
                    problem.toBuilder().holdAtLeast(0).build()));
        }
        if (problem.mostChange().isPresent()) {
            limits.add(new Limit(
                    "the change of " + problem.mostChange().getAsInt() + " replicas",
                    problem.toBuilder().mostChange(OptionalInt.empty()).build()));
        }
        return limits;
    }
}
