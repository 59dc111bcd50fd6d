// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The solver against all small fleets, one by one. */
class FleetSolverOptimalityTest {
    private static final int SEEDS = 10_000;
    private static final int HOSTILE_SEEDS = 6_000;

    @Test
    void tenThousandSmallFleets_solverIsTheBruteForce_withoutGap() {
        int feasible = 0;
        long nodes = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            FleetProblem problem = SmallFleets.oneClass(seed);

            double cheapest = BruteForce.cheapest(problem);
            SizingOutcome outcome = FleetSolver.solve(problem);

            double solved = outcome instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
            if (!(Math.abs(solved - cheapest) <= 1e-9) && solved != cheapest) {
                assertThat(solved).as("seed %d: %s", seed, outcome).isEqualTo(cheapest);
            }
            if (outcome instanceof FleetPlan plan) {
                feasible++;
                nodes += plan.nodes();
                assertThat(plan.proven()).isTrue();
                assertThat(plan.lowerBound()).isLessThanOrEqualTo(plan.totalDollars() + 1e-9);
                assertThat(plan.utilization()).isLessThanOrEqualTo(1 + 1e-8);
            }
        }
        System.out.printf("%d fleets, %d feasible, %.1f nodes each%n", SEEDS, feasible, nodes / (double) feasible);
        assertThat(feasible).isGreaterThan(SEEDS / 4);
    }

    @Test
    void hostileNumbers_solverIsTheBruteForce() {
        int feasible = 0;
        for (int seed = 0; seed < HOSTILE_SEEDS; seed++) {
            FleetProblem problem = SmallFleets.hostile(seed);

            double cheapest = BruteForce.cheapest(problem);
            SizingOutcome outcome = FleetSolver.solve(problem);

            double solved = outcome instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
            if (!(Math.abs(solved - cheapest) <= 1e-8 * cheapest) && solved != cheapest) {
                assertThat(solved).as("seed %d: %s", seed, outcome).isEqualTo(cheapest);
            }
            if (outcome instanceof FleetPlan plan) {
                feasible++;
                assertThat(plan.proven()).isTrue();
                assertThat(plan.lowerBound()).isLessThanOrEqualTo(plan.totalDollars());
            }
        }
        assertThat(feasible).isGreaterThan(HOSTILE_SEEDS / 6);
    }
}
