// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four types, three sizes, four roles, about two hundred replicas: how much work the proof takes. Times are printed only. */
class FleetSolverScaleTest {
    private static final Role[] ROLES = {Role.ENCODE, Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void twoHundredReplicas_areSolved_inFewNodes(long seed) {
        FleetProblem problem = large(seed, 1);

        long start = System.nanoTime();
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);
        double seconds = (System.nanoTime() - start) * 1e-9;

        int replicas = plan.replicas().stream().mapToInt(FleetPlan.Pool::count).sum();
        System.out.printf("seed %d: %d replicas, %d nodes, %.3f s: %s%n", seed, replicas, plan.nodes(), seconds, plan);
        assertThat(plan.proven()).isTrue();
        assertThat(replicas).isBetween(90, 400);
        assertThat(plan.nodes()).isLessThan(20_000);
    }

    /** Encoders serve a class that nothing else ties to the rest, so that they are solved apart. */
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 4, 6})
    void twoClasses_areProven(long seed) {
        FleetPlan plan = (FleetPlan) FleetSolver.solve(large(seed, 2), SizingProgress.atMost(20_000));

        System.out.printf("2 classes, seed %d: %d nodes: %s%n", seed, plan.nodes(), plan);
        assertThat(plan.proven()).isTrue();
        assertThat(plan.lowerBound()).isGreaterThan(plan.totalDollars() - 1e-6);
    }

    @Test
    void threeClasses_stoppedEarly_areCloseToTheBound() {
        FleetPlan plan = (FleetPlan)
                FleetSolver.solve(large(1, 3), SizingProgress.within(0.005).or(SizingProgress.atMost(500)));

        System.out.printf(
                "3 classes, %d nodes: %.2f, at least %.2f%n", plan.nodes(), plan.totalDollars(), plan.lowerBound());
        assertThat(plan.proven()).isFalse();
        assertThat(plan.lowerBound()).isBetween(0.98 * plan.totalDollars(), plan.totalDollars());
    }

    /** To the end it would take minutes; each of its some tens of solutions is stopped. */
    @Test
    void threeClasses_explanationStoppedEarly_saysWhatItFound() {
        FleetProblem problem = large(1, 3);
        SizingProgress shortly = SizingProgress.atMost(1);
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem, shortly);

        PlanExplanation why = PlanExplanation.of(problem, plan, shortly);

        assertThat(why.alternatives())
                .hasSizeGreaterThan(3)
                .allSatisfy(other -> assertThat(other.plan()).isNotNull());
        assertThat(why.counterfactuals())
                .anySatisfy(flip -> assertThat(flip.what()).startsWith("price of "));
    }

    private static FleetProblem large(long seed, int classes) {
        SplittableRandom random = new SplittableRandom(seed);
        FleetProblem.Builder problem = FleetProblem.builder();
        for (int c = 0; c < classes; c++) {
            problem.traffic(new TrafficClass("c" + c, 400.0 / classes, 2000, 200, 0, c == 0, 1, SmallFleets.TARGET));
        }
        for (int t = 0; t < 4; t++) {
            double price = random.nextDouble(1, 8);
            double speed = price * random.nextDouble(0.8, 1.2);
            problem.available("t" + t, random.nextInt(150, 300));
            for (int tp = 1; tp <= 4; tp *= 2) {
                for (Role role : ROLES) {
                    Map<String, Capacity> capacities = new HashMap<>();
                    for (int c = 0; c < classes; c++) {
                        double rate = speed * Math.pow(tp, 0.9) * random.nextDouble(0.8, 1.2);
                        capacities.put("c" + c, Capacity.stated(role == Role.PREFILL_DECODE ? rate / 2 : rate));
                    }
                    double cents = Math.round(price * tp * 100) / 100.0;
                    problem.option(new ReplicaOption(
                            role,
                            "t" + t,
                            Parallelism.tensor(tp),
                            cents,
                            700 * tp,
                            Double.POSITIVE_INFINITY,
                            capacities));
                }
            }
        }
        return problem.build();
    }
}
