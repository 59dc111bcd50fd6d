// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.internal.sizing.CoveringProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * A {@link FleetProblem} as an integer program, and back.
 *
 * <p>Replicas that run now and those that are new have columns of their own if changes cost something or are limited, since their
 * prices differ. With one class of traffic, how it is routed needs no columns: what covers a stage adds up. With more, each pair of
 * class and option has a share. Options that another of the same role and type equals or beats in every respect are left out, unless some of them run now or
 * there may be only so many of the other.
 */
final class FleetProgram {
    /** What a replica has to serve of a class, or hold of what is asked for, at least; less is lost in rounding. */
    private static final double USEFUL = 1e-9;

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
                || counted(option) > 0
                || classes.stream().anyMatch(one -> serves(option, one));
    }

    /** Tells whether a replica is of any use to a class: whether less than a billion of them could serve it. */
    static boolean serves(ReplicaOption option, TrafficClass one) {
        return option.rate(one) > 0 && option.rate(one) >= USEFUL * one.requestsPerSecond();
    }

    /** Returns how many tokens one replica holds, if any are asked for and less than a billion replicas could hold them. */
    private long counted(ReplicaOption option) {
        long held = problem.held(option);
        return problem.leastHeld() > 0 && held >= USEFUL * problem.leastHeld() ? held : 0;
    }

    /** Returns the share of a class that one replica serves, or 0 if it is of no use to it. */
    private static double share(ReplicaOption option, TrafficClass one) {
        return serves(option, one) ? option.rate(one) / one.requestsPerSecond() : 0;
    }

    /** Returns how many replicas there can be at most, or are certainly enough if there are no others: more never help. */
    private double enough(ReplicaOption option) {
        double replicas = 0;
        for (TrafficClass one : classes) {
            replicas += serves(option, one) ? 1 / share(option, one) : 0;
        }
        int asked = Math.max(problem.fewest(option.role()), serving.getOrDefault(option.role(), 0));
        double most = Math.max(asked, Math.ceil(replicas));
        if (counted(option) > 0) {
            most = Math.max(most, Math.ceil((double) problem.leastHeld() / counted(option)));
        }
        most = Math.min(most, within(problem.chipsOf(option.accelerator()), option.chips()));
        most = Math.min(most, within(problem.chips(), option.chips()));
        if (problem.watts().isPresent() && option.watts() > 0) {
            most = Math.min(most, Math.floor(problem.watts().getAsDouble() / option.watts() * (1 + 1e-9)));
        }
        return most;
    }

    private static double within(OptionalInt limit, int each) {
        return limit.isPresent() ? Math.floorDiv(limit.getAsInt(), each) : Double.POSITIVE_INFINITY;
    }

    private boolean beats(ReplicaOption other, ReplicaOption option) {
        if (other.id().equals(option.id())
                || problem.current(option) > 0
                || problem.mostChange().isPresent()
                || other.role() != option.role()
                || !other.accelerator().equals(option.accelerator())
                || other.dollarsPerHour() > option.dollarsPerHour()
                || other.chips() > option.chips()
                || other.watts() > option.watts()
                || counted(other) < counted(option)
                || classes.stream().anyMatch(one -> other.rate(one) < option.rate(one))) {
            return false;
        }
        boolean equal = other.dollarsPerHour() == option.dollarsPerHour()
                && other.chips() == option.chips()
                && other.watts() == option.watts()
                && counted(other) == counted(option)
                && classes.stream().allMatch(one -> other.rate(one) == option.rate(one));
        return !equal || problem.options().indexOf(other) < problem.options().indexOf(option);
    }

    private CoveringProgram build() {
        List<double[]> columns = new ArrayList<>();
        boolean changesMatter = problem.startDollars() > 0
                || problem.stopDollars() > 0
                || problem.mostChange().isPresent();
        for (int i = 0; i < options.size(); i++) {
            ReplicaOption option = options.get(i);
            double price = option.dollarsPerHour();
            if (!changesMatter) {
                columns.add(new double[] {price, 0, enough(option)});
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
            columns.add(new double[] {price + problem.startDollars(), 0, Math.min(change, enough(option))});
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
                        row[j] = stage.servedBy(option.role()) ? Math.min(1, share(option, one)) : 0;
                    }
                } else {
                    for (int i = 0; i < options.size(); i++) {
                        ReplicaOption option = options.get(i);
                        row[column(integers, c, i)] = stage.servedBy(option.role()) && serves(option, one) ? 1 : 0;
                    }
                }
                built.atLeast(row, 1);
            }
        }
        if (classes.size() > 1) {
            for (int i = 0; i < options.size(); i++) {
                double[] row = new double[all];
                double largest = 1;
                for (int c = 0; c < classes.size(); c++) {
                    double share = share(options.get(i), classes.get(c));
                    row[column(integers, c, i)] = share == 0 ? 0 : -1 / share;
                    largest = Math.max(largest, -row[column(integers, c, i)]);
                }
                for (int j = integers; j < all; j++) {
                    row[j] /= largest;
                }
                for (int j = 0; j < integers; j++) {
                    row[j] = optionOf.get(j) == i ? 1 / largest : 0;
                }
                built.atLeast(row, 0);
            }
        }
    }

    private int column(int integers, int traffic, int option) {
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
            atLeast(built, integers, all, problem.fewest(role), option -> option.role() == role ? 1 : 0);
            atLeast(
                    built,
                    integers,
                    all,
                    serving.getOrDefault(role, 0),
                    option -> option.role() == role && problem.servesAll(option) ? 1 : 0);
        }
        atLeast(built, integers, all, problem.leastHeld(), this::counted);
    }

    private void atLeast(
            CoveringProgram built, int integers, int all, long fewest, ToDoubleFunction<ReplicaOption> counted) {
        if (fewest > 0) {
            double[] row = new double[all];
            for (int j = 0; j < integers; j++) {
                // More than all of it is of no use, and makes the bound weaker.
                row[j] = Math.min(1, counted.applyAsDouble(options.get(optionOf.get(j))) / fewest);
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
