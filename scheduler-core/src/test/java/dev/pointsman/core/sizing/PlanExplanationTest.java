// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Role;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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
    void limitOfATypeThatNoOptionHas_isRefused_andOneThatAnAlternativeDoesNotHave_isNot() {
        FleetProblem limited = problem().available("b", 2).build();

        FleetProblem onlyA = limited.withOptions(limited.options().stream()
                .filter(option -> option.accelerator().equals("a"))
                .toList());

        assertThat(onlyA.chipsOf("b")).isEmpty();
        assertThatThrownBy(() -> problem().available("B", 2).build())
                .hasMessageStartingWith("available: there is no option of B, only of [a, b].\nMaybe ");
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
    void alternative_paysForStoppingWhatRuns_andForStartingWhatDoesNot() {
        FleetProblem problem =
                problem().running("aggregated/a/tp1", 4).transition(1, 0.5).build();
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        PlanExplanation why = PlanExplanation.of(problem, plan);

        // Staying costs 16; two of prefill/a and one of decode/b 11.80, three starts and four stops.
        assertThat(plan.totalDollars()).isCloseTo(16, within(1e-9));
        assertThat(why.alternatives()).anySatisfy(other -> {
            assertThat(other.what()).isEqualTo("disaggregated only");
            assertThat(other.moreDollars()).isCloseTo(11.8 + 3 * 1 + 4 * 0.5 - 16, within(1e-9));
        });
        FleetProblem slow = problem.toBuilder().mostChange(OptionalInt.of(3)).build();
        assertThat(PlanExplanation.of(slow, plan).alternatives()).anySatisfy(other -> {
            assertThat(other.what()).isEqualTo("disaggregated only");
            assertThat(other.plan()).as("four cannot be stopped at once").isNull();
        });
    }

    @Test
    void startsCost_whetherAnythingRunsOrNot() {
        FleetProblem problem = FleetProblem.builder()
                .traffic(TrafficClass.of("all", 10, 1000, 100, SmallFleets.TARGET))
                .option(option(Role.PREFILL_DECODE, "small", 1, 2.5))
                .option(option(Role.PREFILL_DECODE, "large", 5, 10))
                .transition(2, 0)
                .build();

        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        assertThat(plan).hasToString("1 x aggregated/large/tp1: 7.00 $/h");
        assertThat(plan.transitionDollars()).isEqualTo(2);
    }

    @Test
    void betterOption_thatMayGrowByTwoOnly_leavesTheRestToTheOther() {
        FleetProblem.Builder problem = FleetProblem.builder()
                .traffic(TrafficClass.of("all", 10, 1000, 100, SmallFleets.TARGET))
                .mostChange(OptionalInt.of(2));
        for (int tp = 1; tp <= 2; tp++) {
            Map<String, Capacity> capacities = Map.of("all", Capacity.stated(4));
            problem.option(new ReplicaOption(
                    Role.PREFILL_DECODE, "gpu", Parallelism.tensor(tp), tp, 0, Double.POSITIVE_INFINITY, capacities));
        }

        assertThat(FleetSolver.solve(problem.build()))
                .hasToString("2 x aggregated/gpu/tp1 + 1 x aggregated/gpu/tp2: 4.00 $/h");
    }

    @Test
    void roleAskedFor_thatNoOptionHas_isSaid_andOneThatCosts_isBinding() {
        FleetProblem none = problem().atLeast(Role.ENCODE, 2).build();
        FleetProblem many = problem().atLeast(Role.DECODE, 3).build();

        assertThat(FleetSolver.solve(none))
                .isInstanceOfSatisfying(
                        Infeasible.class,
                        why -> assertThat(why.reason())
                                .startsWith(
                                        "at least 2 of encode are asked for, but no option has that role.\nMaybe "));
        assertThat(PlanExplanation.of(many, (FleetPlan) FleetSolver.solve(many)).binding())
                .anySatisfy(binding -> {
                    assertThat(binding.limit()).isEqualTo("at least 3 of decode");
                    assertThat(binding.dollars()).isCloseTo(2 * 3.8, within(1e-9));
                });
    }

    /** One replica is enough for the traffic, and three are for what is to be held; those that hold more are dearer. */
    @Test
    void tokensThatHaveToBeHeld_takeMoreReplicas_andAreBinding() {
        FleetProblem.Builder problem = FleetProblem.builder()
                .traffic(TrafficClass.of("all", 4, 1000, 100, SmallFleets.TARGET))
                .option(option(Role.PREFILL_DECODE, "small", 2, 5))
                .option(option(Role.PREFILL_DECODE, "large", 7, 5))
                .holding("aggregated/small/tp1", 1_000)
                .holding("aggregated/large/tp1", 3_000)
                .holdAtLeast(2_500);
        FleetProblem held = problem.build();

        FleetPlan plan = (FleetPlan) FleetSolver.solve(held);

        assertThat(plan).hasToString("3 x aggregated/small/tp1: 6.00 $/h");
        assertThat(PlanExplanation.of(held, plan).binding())
                .containsExactly(
                        new PlanExplanation.Binding("holding at least 2,500 tokens for the hits counted on", 4));
        assertThat(FleetSolver.solve(
                        problem.quota(OptionalInt.of(2)).holdAtLeast(7_000).build()))
                .isInstanceOfSatisfying(
                        Infeasible.class,
                        why -> assertThat(why.details())
                                .contains(
                                        "holding at least 7,000 tokens for the hits counted on alone does not allow it"));
        assertThatThrownBy(() -> problem.holding("aggregated/none/tp1", 1).build())
                .hasMessageStartingWith("held: there is no option aggregated/none/tp1, only [")
                .hasMessageContaining("\nMaybe ");
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
