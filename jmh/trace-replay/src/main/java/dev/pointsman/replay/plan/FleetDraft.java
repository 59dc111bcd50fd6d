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
import org.jspecify.annotations.Nullable;

/**
 * Traffic, chips and targets as a sizing problem, and what the solver says to it.
 *
 * @param classes the traffic
 * @param cache how its hits were counted; null if they were stated
 * @param problem what was solved
 * @param outcome the plan, or why there is none
 * @param leftOut what could not be used, with the reason
 */
record FleetDraft(
        List<RequestClass> classes,
        @Nullable CacheUse cache,
        FleetProblem problem,
        SizingOutcome outcome,
        Map<String, String> leftOut) {
    /**
     * Plans for some classes.
     *
     * @param use how their hits were counted; null if they were stated
     * @param held tokens that the replicas that read prompts have to hold together
     * @throws IllegalArgumentException if no chip can be used at all
     */
    static FleetDraft of(
            List<RequestClass> classes, PlanTerms terms, @Nullable CacheUse use, long held, SizingProgress progress) {
        Map<String, String> leftOut = new LinkedHashMap<>();
        FleetProblem problem = problem(classes, terms, use != null && use.pinned(), held, leftOut);
        return new FleetDraft(classes, use, problem, FleetSolver.solve(problem, progress), leftOut);
    }

    /** Returns the same plan, of a problem in which so many tokens have to be held; no more than the plan's fleet holds. */
    FleetDraft holding(long tokens) {
        return new FleetDraft(
                classes, cache, problem.toBuilder().holdAtLeast(tokens).build(), outcome, leftOut);
    }

    /** Returns the same, not proven to be the cheapest if there may be another plan at some price below. */
    FleetDraft unlessBelow(double dollars) {
        if (!(outcome instanceof FleetPlan plan) || dollars >= plan.totalDollars()) {
            return this;
        }
        FleetPlan unproven = new FleetPlan(
                plan.replicas(),
                plan.dollarsPerHour(),
                plan.transitionDollars(),
                Math.min(plan.lowerBound(), dollars),
                false,
                plan.nodes(),
                plan.utilization());
        return new FleetDraft(classes, cache, problem, unproven, leftOut);
    }

    /** Returns what the plan costs in an hour; infinite if there is none. */
    double dollars() {
        return outcome instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
    }

    /** Returns how many tokens the replicas of the plan that read prompts hold; without end if there is no plan. */
    long readerTokens() {
        if (!(outcome instanceof FleetPlan plan)) {
            return Long.MAX_VALUE;
        }
        return plan.replicas().stream()
                .mapToLong(pool -> pool.count() * problem.held(pool.option()))
                .sum();
    }

    private static FleetProblem problem(
            List<RequestClass> classes, PlanTerms terms, boolean ownQueues, long held, Map<String, String> leftOut) {
        FleetProblem.Builder problem = FleetProblem.builder().holdAtLeast(held);
        Map<String, RequestClass> named = new LinkedHashMap<>();
        for (RequestClass one : classes) {
            // Classes with the same lengths are one class to the solver.
            named.merge(one.name(), one, FleetDraft::together);
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
                    ServerKind kind = StageFleet.server(Role.PREFILL_DECODE, chip.id(), size, terms.servers());
                    for (ReplicaOption option :
                            options(named, kind, chip, size, price.getAsDouble(), ownQueues, terms)) {
                        problem.option(option);
                        problem.holding(option.id(), reads(option) ? kind.kvTokens() : 0);
                    }
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

    private static boolean reads(ReplicaOption option) {
        return option.role().prefills() && option.capacities().values().stream().allMatch(Capacity::feasible);
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

    private static List<ReplicaOption> options(
            Map<String, RequestClass> classes,
            ServerKind kind,
            Accelerator chip,
            int size,
            double price,
            boolean ownQueues,
            PlanTerms terms) {
        Deployment deployment = StageFleet.deployment(chip.id(), size, terms.servers());
        ReplicaCapacities all = new ReplicaCapacities(terms.servers().costs().predictor(deployment), terms.headroom());
        ReplicaCapacities capacities = ownQueues ? all.withOwnQueues() : all;
        List<TrafficClass> traffic = new ArrayList<>();
        classes.forEach((name, one) -> traffic.add(traffic(name, one, terms)));
        return terms.roles().stream()
                .map(role -> wholly(capacities.option(role, traffic, price, kind.bytesPerSecond())))
                .toList();
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
}
