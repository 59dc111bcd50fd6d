// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Role;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class PlanExplanationTest {
    private static ReplicaOption option(Role role, String type, double price, double rate) {
        return ReplicaOption.of(role, type, 1, price, Map.of("all", Capacity.stated(rate)));
    }

    private static FleetProblem.Builder problem() {
        return FleetProblem.builder()
                .traffic(TrafficClass.of("all", 10, 1000, 100, SmallFleets.TARGET))
                .option(option(Role.PREFILL, "a", 4, 5))
                .option(option(Role.DECODE, "a", 4, 8))
                .option(option(Role.PREFILL, "b", 3.8, 4))
                .option(option(Role.DECODE, "b", 3.8, 11))
                .option(option(Role.PREFILL_DECODE, "a", 4, 3));
    }

    @Test
    void alternatives_sayWhatTheyCostMore_andAtWhatPriceTheyWouldWin() {
        FleetProblem problem = problem().build();
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        PlanExplanation why = PlanExplanation.of(problem, plan);

        // 2 prefill on a, 1 decode on b: 11.80; aggregated takes four of a: 16.
        assertThat(plan.totalDollars()).isCloseTo(11.8, within(1e-9));
        assertThat(why.alternatives()).anySatisfy(other -> {
            assertThat(other.what()).isEqualTo("aggregated only");
            assertThat(other.moreDollars()).isCloseTo(4.2, within(1e-9));
        });
        assertThat(why.binding()).isEmpty();
        PlanExplanation.Counterfactual cheaper = why.counterfactuals().stream()
                .filter(flip -> flip.what().equals("price of aggregated/a/tp1"))
                .findFirst()
                .orElseThrow();
        assertThat(cheaper.flipsAt()).isCloseTo(2.95, within(1e-9));
        FleetProblem at = problem.withOptions(problem.options().stream()
                .map(one -> one.id().equals("aggregated/a/tp1") ? one.withPrice(2.94) : one)
                .toList());
        assertThat((FleetPlan) FleetSolver.solve(at))
                .satisfies(flipped -> assertThat(flipped.disaggregated()).isFalse());
    }

    @Test
    void limitThatCosts_isBinding_byWhatLiftingItSaves() {
        FleetProblem problem =
                problem().available("b", 0).power(OptionalDouble.of(1e6)).build();
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        PlanExplanation why = PlanExplanation.of(problem, plan);

        assertThat(why.binding()).singleElement().satisfies(binding -> {
            assertThat(binding.limit()).isEqualTo("0 chips of b");
            assertThat(binding.dollars()).isCloseTo(plan.totalDollars() - 11.8, within(1e-9));
        });
    }

    @Test
    void lowLoad_flipsToAggregated_andTheFlipIsTrue() {
        FleetProblem problem = problem().build();
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        PlanExplanation.Counterfactual flip = PlanExplanation.of(problem, plan).counterfactuals().stream()
                .filter(one -> one.becomes().equals("all is aggregated"))
                .findFirst()
                .orElseThrow();

        FleetPlan below = (FleetPlan) FleetSolver.solve(problem.scaled(flip.flipsAt()));
        assertThat(below.disaggregated()).isFalse();
        assertThat(((FleetPlan) FleetSolver.solve(problem.scaled(flip.flipsAt() * 1.01))).disaggregated())
                .isTrue();
    }

    @Test
    void tooFewChips_namesTheLimit() {
        FleetProblem problem = problem().available("a", 1).available("b", 100).build();
        FleetProblem none = problem().available("a", 0).available("b", 2).build();

        assertThat(FleetSolver.solve(problem)).isInstanceOf(FleetPlan.class);
        assertThat(FleetSolver.solve(none)).isInstanceOfSatisfying(Infeasible.class, why -> {
            assertThat(why.cause()).isEqualTo(Infeasible.Cause.RESOURCES);
            assertThat(why.details()).contains("2 chips of b alone does not allow it");
        });
    }

    @Test
    void runningReplicas_areKept_ifReplacingThemCostsMoreThanItSaves() {
        FleetProblem.Builder problem = FleetProblem.builder()
                .traffic(TrafficClass.of("all", 10, 1000, 100, SmallFleets.TARGET))
                .option(option(Role.PREFILL_DECODE, "old", 4, 5))
                .option(option(Role.PREFILL_DECODE, "new", 3, 5))
                .running("aggregated/old/tp1", 2);

        FleetPlan cheapMove =
                (FleetPlan) FleetSolver.solve(problem.transition(0.4, 0.4).build());
        FleetPlan dearMove =
                (FleetPlan) FleetSolver.solve(problem.transition(0.6, 0.6).build());

        assertThat(cheapMove.replicas("aggregated/new/tp1")).isEqualTo(2);
        assertThat(cheapMove.transitionDollars()).isCloseTo(1.6, within(1e-9));
        assertThat(dearMove.replicas("aggregated/old/tp1")).isEqualTo(2);
        assertThat(dearMove.transitionDollars()).isZero();
    }
}
