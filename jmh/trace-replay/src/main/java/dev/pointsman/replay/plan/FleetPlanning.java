// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.Capacity;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.core.sizing.ReplicaCapacities;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.SizingOutcome;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.core.sizing.TrafficClass;
import dev.pointsman.replay.stages.ServerKind;
import dev.pointsman.replay.stages.StageFleet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;

/** Turns traffic, chips and targets into a sizing problem, and has it solved. */
public final class FleetPlanning {
    /** Linear programs that one alternative or counterfactual may take; hard ones are then a little off, or left out. */
    private static final long MOST_FOR_A_REASON = 5_000;

    private static final double[] LOADS = {
        0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3
    };

    private FleetPlanning() {}

    /**
     * Plans a fleet.
     *
     * @param classes the traffic, at least one class
     * @param terms of what it may be built
     * @param progress watches each search
     * @return the plan, or why there is none, with the curve of cost over load
     * @throws IllegalArgumentException if no chip can be used at all
     */
    public static PlannedFleet plan(List<RequestClass> classes, PlanTerms terms, SizingProgress progress) {
        Map<String, String> leftOut = new LinkedHashMap<>();
        FleetProblem problem = problem(classes, terms, leftOut);
        SizingOutcome outcome = FleetSolver.solve(problem, progress);
        PlanExplanation explanation = outcome instanceof FleetPlan plan
                ? PlanExplanation.of(problem, plan, SizingProgress.atMost(MOST_FOR_A_REASON))
                : new PlanExplanation(List.of(), List.of(), List.of());
        List<PlannedFleet.Point> curve = outcome instanceof FleetPlan ? curve(problem, progress) : List.of();
        return new PlannedFleet(classes, terms, problem, outcome, explanation, curve, leftOut);
    }

    private static FleetProblem problem(List<RequestClass> classes, PlanTerms terms, Map<String, String> leftOut) {
        FleetProblem.Builder problem = FleetProblem.builder();
        Map<String, RequestClass> named = new LinkedHashMap<>();
        for (RequestClass one : classes) {
            // Classes with the same lengths are one class to the solver.
            named.merge(one.name(), one, FleetPlanning::together);
        }
        Set<String> used = new HashSet<>();
        for (Accelerator chip : terms.chips()) {
            OptionalDouble price = price(chip, terms.prices());
            if (price.isEmpty()) {
                leftOut.put(chip.id(), "no price of the kind asked for is known");
                continue;
            }
            for (int size : terms.tensorParallel()) {
                try {
                    add(problem, named, chip, size, price.getAsDouble(), terms);
                    used.add(chip.id());
                } catch (IllegalArgumentException unfit) {
                    leftOut.put(
                            chip.id() + "/tp" + size,
                            String.valueOf(unfit.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""));
                }
            }
        }
        if (used.isEmpty()) {
            throw new IllegalArgumentException("plan: no chip can be used: " + leftOut
                    + ".\nMaybe allow more tensor parallelism, or state prices in a catalog file of your own.");
        }
        named.forEach((name, one) -> problem.traffic(traffic(name, one, terms)));
        terms.available().forEach((chip, most) -> {
            if (used.contains(chip)) {
                problem.available(chip, most);
            }
        });
        return problem.build();
    }

    private static RequestClass together(RequestClass one, RequestClass other) {
        double rate = one.requestsPerSecond() + other.requestsPerSecond();
        double hit = (one.requestsPerSecond() * one.hitShare() + other.requestsPerSecond() * other.hitShare()) / rate;
        List<TrafficClass.Example> examples = new ArrayList<>(one.spread().examples());
        examples.addAll(other.spread().examples());
        double dispersion = Math.max(one.spread().dispersion(), other.spread().dispersion());
        TrafficClass.Spread spread = new TrafficClass.Spread(dispersion, examples);
        return new RequestClass(rate, one.inputTokens(), one.outputTokens(), hit, spread);
    }

    private static void add(
            FleetProblem.Builder problem,
            Map<String, RequestClass> classes,
            Accelerator chip,
            int size,
            double price,
            PlanTerms terms) {
        ServerKind kind = StageFleet.server(Role.PREFILL_DECODE, chip.id(), size, terms.servers());
        Deployment deployment = StageFleet.deployment(chip.id(), size, terms.servers());
        ReplicaCapacities capacities =
                new ReplicaCapacities(terms.servers().costs().predictor(deployment), terms.headroom());
        List<TrafficClass> traffic = new ArrayList<>();
        classes.forEach((name, one) -> traffic.add(traffic(name, one, terms)));
        for (Role role : terms.roles()) {
            problem.option(wholly(capacities.option(role, traffic, price, kind.bytesPerSecond())));
        }
    }

    /** Takes away what a replica could serve if it cannot serve all classes: who routes does not know of classes. */
    private static ReplicaOption wholly(ReplicaOption option) {
        for (Map.Entry<String, Capacity> of : option.capacities().entrySet()) {
            if (!of.getValue().feasible()) {
                Capacity none =
                        new Capacity(0, of.getKey() + ": " + of.getValue().limit());
                Map<String, Capacity> capacities = new LinkedHashMap<>();
                option.capacities()
                        .forEach((name, capacity) -> capacities.put(name, capacity.feasible() ? none : capacity));
                return new ReplicaOption(
                        option.role(),
                        option.accelerator(),
                        option.parallelism(),
                        option.dollarsPerHour(),
                        option.watts(),
                        option.transferBytesPerSecond(),
                        capacities);
            }
        }
        return option;
    }

    /** What one class asks of the solver: all of a prompt's KV is taken to move, since decode servers may have none of it. */
    private static TrafficClass traffic(String name, RequestClass one, PlanTerms terms) {
        double bytes = terms.servers()
                .model()
                .architecture()
                .cacheBytes(one.inputTokens(), StageFleet.kvType(terms.servers()));
        return new TrafficClass(
                name,
                one.requestsPerSecond(),
                one.inputTokens(),
                one.outputTokens(),
                one.hitShare(),
                false,
                bytes,
                terms.target(),
                one.spread());
    }

    private static OptionalDouble price(Accelerator chip, PriceKind kind) {
        return chip.price(PriceKind.OWN)
                .or(() -> chip.price(kind))
                .map(price -> OptionalDouble.of(price.usdPerHour()))
                .orElse(OptionalDouble.empty());
    }

    private static List<PlannedFleet.Point> curve(FleetProblem problem, SizingProgress progress) {
        List<PlannedFleet.Point> points = new ArrayList<>();
        for (double load : LOADS) {
            FleetProblem scaled = problem.scaled(load);
            points.add(new PlannedFleet.Point(
                    load,
                    cost(scaled, option -> true, progress),
                    cost(scaled, option -> option.role() == Role.PREFILL_DECODE, progress),
                    cost(scaled, option -> option.role() != Role.PREFILL_DECODE, progress)));
        }
        return points;
    }

    /** Returns what the cheapest fleet of some options costs, or NaN if there is none. */
    private static double cost(FleetProblem problem, Predicate<ReplicaOption> some, SizingProgress progress) {
        FleetProblem.Builder part = FleetProblem.builder();
        problem.classes().forEach(part::traffic);
        problem.options().stream().filter(some).forEach(part::option);
        problem.options().stream()
                .map(ReplicaOption::accelerator)
                .distinct()
                .forEach(chip -> problem.chipsOf(chip).ifPresent(most -> part.available(chip, most)));
        return FleetSolver.solve(part.build(), progress) instanceof FleetPlan plan ? plan.dollarsPerHour() : Double.NaN;
    }
}
