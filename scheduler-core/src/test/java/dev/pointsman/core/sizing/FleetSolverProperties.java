// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** What must hold for any fleet. */
class FleetSolverProperties {
    private static double cost(FleetProblem problem) {
        return FleetSolver.solve(problem) instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
    }

    /** Whoever has more to serve does not pay less; what is stopped costs something, so nothing runs before. */
    @Property(tries = 300)
    void moreLoad_neverCostsLess(@ForAll long seed, @ForAll @DoubleRange(min = 1, max = 3) double factor) {
        FleetProblem problem = withoutTransition(SmallFleets.oneClass(seed));

        assertThat(cost(problem.scaled(factor))).isGreaterThanOrEqualTo(cost(problem) - 1e-9);
    }

    @Property(tries = 100)
    void moreLoadOfTwoClasses_neverCostsLess(@ForAll long seed, @ForAll @DoubleRange(min = 1, max = 3) double factor) {
        FleetProblem problem = withoutTransition(SmallFleets.twoClasses(seed));

        assertThat(cost(problem.scaled(factor))).isGreaterThanOrEqualTo(cost(problem) - 1e-9);
    }

    @Property(tries = 200)
    void plan_isEnough_andNoReplicaTooMany(@ForAll long seed) {
        FleetProblem problem = withoutTransition(SmallFleets.twoClasses(seed)).toBuilder()
                .holdAtLeast(0)
                .build();
        if (!(FleetSolver.solve(problem) instanceof FleetPlan plan)) {
            return;
        }
        int[] counts = problem.options().stream()
                .mapToInt(option -> plan.replicas(option.id()))
                .toArray();

        assertThat(FleetSolver.utilization(problem, counts)).isEqualTo(plan.utilization());
        assertThat(plan.utilization()).isLessThanOrEqualTo(1 + 1e-8);
        for (int i = 0; i < counts.length; i++) {
            ReplicaOption option = problem.options().get(i);
            if (counts[i] > 0 && option.dollarsPerHour() > 0 && problem.fewest(option.role()) == 0) {
                counts[i]--;
                assertThat(FleetSolver.utilization(problem, counts)).isGreaterThan(1);
                counts[i]++;
            }
        }
    }

    @Property(tries = 100)
    void sameProblem_hasTheSamePlan(@ForAll long seed) {
        assertThat(FleetSolver.solve(SmallFleets.twoClasses(seed)))
                .isEqualTo(FleetSolver.solve(SmallFleets.twoClasses(seed)));
    }

    private static FleetProblem withoutTransition(FleetProblem problem) {
        return problem.toBuilder()
                .transition(0, 0)
                .mostChange(java.util.OptionalInt.empty())
                .build();
    }
}
