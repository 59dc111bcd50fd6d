// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.SizingProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;
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
     * Plans a fleet for stated traffic.
     *
     * @param classes the traffic, at least one class
     * @param terms of what it may be built
     * @param progress watches each search
     * @return the plan, or why there is none, with the curve of cost over load
     * @throws IllegalArgumentException if no chip can be used at all
     */
    public static PlannedFleet plan(List<RequestClass> classes, PlanTerms terms, SizingProgress progress) {
        return explained(FleetDraft.of(classes, terms, null, 0, progress), terms, progress);
    }

    /**
     * Plans a fleet for a trace, in which hits depend on the cache that there is.
     *
     * @param traffic classes of the trace, by the tokens of the cache with which hits are counted
     * @param cacheTokens that cache; if empty, one that the planned fleet has is found by planning a few times
     * @param terms of what it may be built
     * @param progress watches each search
     * @return the plan, or why there is none, with the curve of cost over load
     * @throws IllegalArgumentException if no chip can be used at all
     */
    public static PlannedFleet plan(
            LongFunction<List<RequestClass>> traffic,
            OptionalLong cacheTokens,
            PlanTerms terms,
            SizingProgress progress) {
        FleetDraft draft;
        if (cacheTokens.isPresent()) {
            CacheUse stated = new CacheUse(cacheTokens.getAsLong(), false);
            draft = FleetDraft.of(traffic.apply(stated.tokens()), terms, stated, 0, progress);
        } else {
            draft = new CacheFit(traffic, terms, progress).cheapest();
        }
        return explained(draft, terms, progress);
    }

    private static PlannedFleet explained(FleetDraft draft, PlanTerms terms, SizingProgress progress) {
        FleetProblem problem = draft.problem();
        PlanExplanation explanation = draft.outcome() instanceof FleetPlan plan
                ? PlanExplanation.of(problem, plan, SizingProgress.atMost(MOST_FOR_A_REASON))
                : new PlanExplanation(List.of(), List.of(), List.of());
        List<PlannedFleet.Point> curve = draft.outcome() instanceof FleetPlan ? curve(problem, progress) : List.of();
        return new PlannedFleet(
                draft.classes(), draft.cache(), terms, problem, draft.outcome(), explanation, curve, draft.leftOut());
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
        FleetProblem.Builder part = FleetProblem.builder().holdAtLeast(problem.leastHeld());
        problem.classes().forEach(part::traffic);
        List<ReplicaOption> options = problem.options().stream().filter(some).toList();
        options.forEach(option -> part.option(option).holding(option.id(), problem.held(option)));
        options.stream()
                .map(ReplicaOption::accelerator)
                .distinct()
                .forEach(chip -> problem.chipsOf(chip).ifPresent(most -> part.available(chip, most)));
        return FleetSolver.solve(part.build(), progress) instanceof FleetPlan plan ? plan.dollarsPerHour() : Double.NaN;
    }
}
