// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.internal.sizing.CoveringProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A {@link FleetProblem} as an integer program, and back.
 *
 * <p>Replicas that run now and those that are new have columns of their own if changes cost something or are limited, since their
 * prices differ. With one class of traffic, how it is routed needs no columns: what covers a stage adds up. With more, each pair of
 * class and option has a share. Options that another of the same role and type equals or beats in every respect are left out.
 */
final class FleetProgram {
    private final FleetProblem problem;
    private final Map<Role, Integer> serving;
    private final List<TrafficClass> classes;
    private final List<ReplicaOption> options = new ArrayList<>();
    /** The option of an integer column. */
    private final List<Integer> optionOf = new ArrayList<>();

    private final CoveringProgram program;
    private double constant;

    FleetProgram(FleetProblem problem) {
        this(problem, Map.of());
    }

    /** Makes a program in which there are at least so many replicas of some roles that serve all traffic. */
    FleetProgram(FleetProblem problem, Map<Role, Integer> serving) {
        this.problem = problem;
        this.serving = serving;
        classes = problem.classes().stream()
                .filter(one -> one.requestsPerSecond() > 0)
                .toList();
        for (ReplicaOption option : problem.options()) {
            if (useful(option) && problem.options().stream().noneMatch(other -> beats(other, option))) {
                options.add(option);
            }
        }
        program = build();
    }

    CoveringProgram program() {
        return program;
    }

    /** Returns what any plan costs, beside its columns. */
    double constant() {
        return constant;
    }

    /** Returns the numbers of replicas of all options of the problem. */
    int[] counts(long[] solution) {
        int[] counts = new int[problem.options().size()];
        for (int j = 0; j < solution.length; j++) {
            counts[problem.options().indexOf(options.get(optionOf.get(j)))] += Math.toIntExact(solution[j]);
        }
        return counts;
    }

    private boolean useful(ReplicaOption option) {
        return problem.current(option) > 0
                || problem.fewest(option.role()) > 0
                || classes.stream().anyMatch(one -> option.rate(one) > 0);
    }

    private boolean beats(ReplicaOption other, ReplicaOption option) {
        if (other.id().equals(option.id())
                || problem.hasCurrent()
                || other.role() != option.role()
                || !other.accelerator().equals(option.accelerator())
                || other.dollarsPerHour() > option.dollarsPerHour()
                || other.chips() > option.chips()
                || other.watts() > option.watts()
                || classes.stream().anyMatch(one -> other.rate(one) < option.rate(one))) {
            return false;
        }
        boolean equal = other.dollarsPerHour() == option.dollarsPerHour()
                && other.chips() == option.chips()
                && other.watts() == option.watts()
                && classes.stream().allMatch(one -> other.rate(one) == option.rate(one));
        return !equal || problem.options().indexOf(other) < problem.options().indexOf(option);
    }

    private CoveringProgram build() {
        List<double[]> columns = new ArrayList<>();
        boolean changesMatter = (problem.hasCurrent() && (problem.startDollars() > 0 || problem.stopDollars() > 0))
                || problem.mostChange().isPresent();
        for (int i = 0; i < options.size(); i++) {
            ReplicaOption option = options.get(i);
            double price = option.dollarsPerHour();
            if (!changesMatter) {
                columns.add(new double[] {price, 0, Double.POSITIVE_INFINITY});
                optionOf.add(i);
                continue;
            }
            int running = problem.current(option);
            int change = problem.mostChange().orElse(Integer.MAX_VALUE);
            if (running > 0) {
                columns.add(new double[] {price - problem.stopDollars(), Math.max(0, running - change), running});
                optionOf.add(i);
                constant += problem.stopDollars() * running;
            }
            double most = problem.mostChange().isPresent() ? change : Double.POSITIVE_INFINITY;
            columns.add(new double[] {price + problem.startDollars(), 0, most});
            optionOf.add(i);
        }
        int integers = columns.size();
        int all = integers + (classes.size() > 1 ? classes.size() * options.size() : 0);
        double[] costs = new double[all];
        double[] lower = new double[all];
        double[] upper = new double[all];
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
        for (int j = 0; j < integers; j++) {
            costs[j] = columns.get(j)[0];
            lower[j] = columns.get(j)[1];
            upper[j] = columns.get(j)[2];
        }
        CoveringProgram built = new CoveringProgram(integers, costs, lower, upper);
        demands(built, integers, all);
        resources(built, integers, all);
        return built;
    }

    private void demands(CoveringProgram built, int integers, int all) {
        for (int c = 0; c < classes.size(); c++) {
            TrafficClass one = classes.get(c);
            for (Stage stage : Stage.of(one)) {
                double[] row = new double[all];
                if (classes.size() == 1) {
                    for (int j = 0; j < integers; j++) {
                        ReplicaOption option = options.get(optionOf.get(j));
                        // More than all of it is of no use, and makes the bound weaker.
                        row[j] = stage.servedBy(option.role())
                                ? Math.min(1, option.rate(one) / one.requestsPerSecond())
                                : 0;
                    }
                } else {
                    for (int i = 0; i < options.size(); i++) {
                        ReplicaOption option = options.get(i);
                        row[share(integers, c, i)] = stage.servedBy(option.role()) && option.rate(one) > 0 ? 1 : 0;
                    }
                }
                built.atLeast(row, 1);
            }
        }
        if (classes.size() > 1) {
            for (int i = 0; i < options.size(); i++) {
                double[] row = new double[all];
                double largest = 1e-12;
                for (TrafficClass one : classes) {
                    double rate = options.get(i).rate(one);
                    largest = Math.max(largest, rate > 0 ? one.requestsPerSecond() / rate : 0);
                }
                for (int c = 0; c < classes.size(); c++) {
                    double rate = options.get(i).rate(classes.get(c));
                    double load = rate > 0 ? classes.get(c).requestsPerSecond() / rate : 0;
                    row[share(integers, c, i)] = load == 0 ? 0 : -load / largest;
                }
                for (int j = 0; j < integers; j++) {
                    row[j] = optionOf.get(j) == i ? 1 / largest : 0;
                }
                built.atLeast(row, 0);
            }
        }
    }

    private int share(int integers, int traffic, int option) {
        return integers + traffic * options.size() + option;
    }

    private void resources(CoveringProgram built, int integers, int all) {
        Set<String> types = new LinkedHashSet<>();
        options.forEach(option -> types.add(option.accelerator()));
        for (String type : types) {
            if (problem.chipsOf(type).isPresent()) {
                limit(
                        built,
                        integers,
                        all,
                        problem.chipsOf(type).getAsInt(),
                        option -> option.accelerator().equals(type) ? option.chips() : 0);
            }
        }
        if (problem.chips().isPresent()) {
            limit(built, integers, all, problem.chips().getAsInt(), ReplicaOption::chips);
        }
        if (problem.watts().isPresent()) {
            limit(built, integers, all, problem.watts().getAsDouble(), ReplicaOption::watts);
        }
        for (Role role : Role.values()) {
            atLeast(built, integers, all, problem.fewest(role), option -> option.role() == role);
            atLeast(
                    built,
                    integers,
                    all,
                    serving.getOrDefault(role, 0),
                    option -> option.role() == role && problem.servesAll(option));
        }
    }

    private void atLeast(CoveringProgram built, int integers, int all, int fewest, Predicate<ReplicaOption> counted) {
        if (fewest > 0) {
            double[] row = new double[all];
            for (int j = 0; j < integers; j++) {
                row[j] = counted.test(options.get(optionOf.get(j))) ? 1.0 / fewest : 0;
            }
            built.atLeast(row, 1);
        }
    }

    private void limit(CoveringProgram built, int integers, int all, double most, ToDoubleFunction<ReplicaOption> use) {
        double scale = Math.max(1, most);
        double[] row = new double[all];
        for (int j = 0; j < integers; j++) {
            row[j] = use.applyAsDouble(options.get(optionOf.get(j))) / scale;
        }
        built.atMost(row, most / scale);
    }
}
