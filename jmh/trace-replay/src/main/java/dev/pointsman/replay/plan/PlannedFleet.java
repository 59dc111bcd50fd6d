// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;

import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.core.sizing.SizingOutcome;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A plan with all that led to it. Immutable.
 *
 * @param classes the traffic
 * @param cache how its hits were counted; null if they were stated
 * @param terms of what the fleet may be built
 * @param problem what was solved
 * @param outcome the plan, or why there is none
 * @param explanation what it beat, what binds and what would change it; empty without a proven plan
 * @param curve cost over load; empty without a plan
 * @param leftOut what could not be used, with the reason
 */
public record PlannedFleet(
        List<RequestClass> classes,
        @Nullable CacheUse cache,
        PlanTerms terms,
        FleetProblem problem,
        SizingOutcome outcome,
        PlanExplanation explanation,
        List<Point> curve,
        Map<String, String> leftOut) {
    /** Copies what is given. */
    public PlannedFleet {
        classes = List.copyOf(classes);
        requireNonNull(terms, "terms");
        requireNonNull(problem, "problem");
        requireNonNull(outcome, "outcome");
        requireNonNull(explanation, "explanation");
        curve = List.copyOf(curve);
        leftOut = Map.copyOf(leftOut);
    }

    /**
     * Dollars an hour at one load.
     *
     * @param load times the traffic
     * @param best of the cheapest fleet; NaN if there is none
     * @param aggregated of the cheapest in which all replicas serve whole requests
     * @param apart of the cheapest in which none does
     */
    public record Point(double load, double best, double aggregated, double apart) {}

    /** Returns a plan's pools, as {@link dev.pointsman.replay.stages.StageFleet#parse} reads them. */
    public static String pools(FleetPlan plan) {
        return plan.replicas().stream()
                .map(pool -> pool.count() + "x" + pool.option().id())
                .collect(Collectors.joining(","));
    }
}
