// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.TrafficClass.Example;
import dev.pointsman.core.sizing.TrafficClass.Spread;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaCapacitiesTest {
    private static TrafficClass chat(double rate, int ttftMillis, int tpotMillis) {
        return new TrafficClass(
                "chat",
                rate,
                4000,
                300,
                0.25,
                false,
                4000 * 131_072.0,
                LatencyTarget.mean(Duration.ofMillis(ttftMillis), Duration.ofMillis(tpotMillis)));
    }

    private static ReplicaCapacities of(String chip, int tp) {
        Deployment deployment = Deployment.of(
                        ModelCatalog.shipped().get("llama-3.1-8b"),
                        AcceleratorCatalog.shipped().get(chip))
                .tensorParallel(tp)
                .build();
        Predictor predictor = CostModel.shipped().predictor(deployment);
        return new ReplicaCapacities(predictor, ReplicaCapacities.Headroom.DEFAULT);
    }

    @Test
    void tighterTarget_neverAllowsMore() {
        ReplicaCapacities h100 = of("h100-sxm", 1);
        double last = Double.POSITIVE_INFINITY;
        for (int millis : new int[] {4000, 2000, 1000, 500, 200, 50, 10}) {
            double rate = h100.prefill(chat(1, millis, 50), 0).requestsPerSecond();
            assertThat(rate).isLessThanOrEqualTo(last);
            last = rate;
        }
        assertThat(last).isZero();
        last = Double.POSITIVE_INFINITY;
        for (int millis : new int[] {200, 100, 50, 25, 12, 6, 1}) {
            double rate = h100.decode(chat(1, 500, millis)).requestsPerSecond();
            assertThat(rate).isLessThanOrEqualTo(last);
            last = rate;
        }
        assertThat(last).isZero();
    }

    @Test
    void aggregated_isSlowerThanEitherPartAlone() {
        ReplicaCapacities h100 = of("h100-sxm", 1);
        TrafficClass traffic = chat(1, 500, 40);

        double whole = h100.aggregated(traffic).requestsPerSecond();

        assertThat(whole)
                .isPositive()
                .isLessThanOrEqualTo(h100.prefill(traffic, 0).requestsPerSecond())
                .isLessThanOrEqualTo(h100.decode(traffic).requestsPerSecond());
    }

    @Test
    void replicasWithOwnQueues_areAsAmongThemselves() {
        List<TrafficClass> traffic = List.of(chat(1, 500, 40));
        for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
            ReplicaOption option = of("h100-sxm", 1).option(role, traffic, 3, 50e9);

            ReplicaOption own = of("h100-sxm", 1).withOwnQueues().option(role, traffic, 3, 50e9);

            assertThat(own).isEqualTo(option.among(1));
            assertThat(own.mostSharing()).isEqualTo(1);
        }
    }

    @Test
    void hopelessTarget_saysSo_insteadOfMoreReplicas() {
        TrafficClass traffic = chat(1, 20, 40);
        FleetProblem problem = FleetProblem.builder()
                .traffic(traffic)
                .option(of("h100-sxm", 1).option(Role.PREFILL, List.of(traffic), 3, 50e9))
                .option(of("h100-sxm", 1).option(Role.DECODE, List.of(traffic), 3, 50e9))
                .build();

        assertThat(FleetSolver.solve(problem)).isInstanceOfSatisfying(Infeasible.class, none -> {
            assertThat(none.cause()).isEqualTo(Infeasible.Cause.TARGET);
            assertThat(none.reason()).contains("more replicas do not help").contains("larger TP");
            assertThat(none.details())
                    .singleElement()
                    .asString()
                    .startsWith("prefill/h100-sxm/tp1: TTFT: an idle replica");
        });
    }

    @Test
    void fleet_fromProfiles_isPlannedAndExplained() {
        TrafficClass traffic = chat(60, 500, 30);
        FleetProblem.Builder problem = FleetProblem.builder().traffic(traffic);
        for (String chip : new String[] {"h100-sxm", "mi300x"}) {
            for (int tp = 1; tp <= 2; tp++) {
                for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
                    problem.option(of(chip, tp).option(role, List.of(traffic), chip.equals("mi300x") ? 2.5 : 3, 50e9));
                }
            }
        }
        FleetProblem built = problem.build();

        FleetPlan plan = (FleetPlan) FleetSolver.solve(built);
        PlanExplanation why = PlanExplanation.of(built, plan);

        System.out.println(plan + ", " + why);
        assertThat(plan.proven()).isTrue();
        assertThat(why.alternatives())
                .isNotEmpty()
                .allSatisfy(other -> assertThat(other.moreDollars()).isNotNegative());
        assertThat(why.counterfactuals())
                .anySatisfy(flip -> assertThat(flip.what()).isEqualTo("traffic"));
        assertThat(plan.utilization()).isBetween(0.5, 1.0);
    }

    /** Ids are keys of plans and of metrics. */
    @Test
    void parallelismOfAnyKind_isInTheId() {
        TrafficClass traffic = chat(1, 500, 40);
        FleetProblem.Builder problem = FleetProblem.builder().traffic(traffic);
        for (Parallelism spread : List.of(
                Parallelism.tensor(4),
                new Parallelism(4, 2, 1, 1),
                new Parallelism(4, 1, 1, 2),
                new Parallelism(8, 1, 1, 1))) {
            Deployment deployment = Deployment.of(
                            ModelCatalog.shipped().get("llama-3.1-8b"),
                            AcceleratorCatalog.shipped().get("h100-sxm"))
                    .parallelism(spread)
                    .build();
            ReplicaCapacities capacities = new ReplicaCapacities(
                    CostModel.shipped().predictor(deployment), ReplicaCapacities.Headroom.DEFAULT);
            problem.option(capacities.option(Role.PREFILL_DECODE, List.of(traffic), 3, 50e9));
        }

        assertThat(problem.build().options())
                .extracting(ReplicaOption::id)
                .containsExactly(
                        "aggregated/h100-sxm/tp4",
                        "aggregated/h100-sxm/tp4-pp2",
                        "aggregated/h100-sxm/tp4-dp2",
                        "aggregated/h100-sxm/tp8");
        assertThat(problem.build().options()).extracting(ReplicaOption::chips).containsExactly(4, 8, 4, 8);
    }

    /** With one sequence running throughout, a prompt would come with every other token: too many, so fewer than one runs. */
    @Test
    void shortAnswers_areServedWhole_asLongAsFewPromptsStopThem() {
        ReplicaCapacities h100 = of("h100-sxm", 1);
        double[] rates = new double[11];
        for (int output = 1; output < rates.length; output++) {
            TrafficClass traffic = TrafficClass.of(
                    "short", 1, 4000, output, LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(40)));
            rates[output] = h100.aggregated(traffic).requestsPerSecond();
        }

        // Whole numbers of sequences make it uneven; by the formula, 9.9 for those below one, and a little less for
        // each token more.
        assertThat(Arrays.stream(rates).skip(1))
                .allSatisfy(rate -> assertThat(rate)
                        .isBetween(8.0, h100.prefill(chat(1, 500, 40), 0).requestsPerSecond()));
        assertThat(rates[2]).isCloseTo(rates[3], within(0.1));
        TrafficClass hopeless =
                TrafficClass.of("short", 1, 4000, 2, LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(5)));
        assertThat(h100.aggregated(hopeless).limit()).isEqualTo("TPOT: one sequence takes more than 5.0 ms");
    }

    /** Engines read the last token of a prompt that they have cached. */
    @Test
    void promptCachedAsAWhole_takesWhatOneTokenTakes() {
        LatencyTarget target = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(40));
        TrafficClass all = new TrafficClass("cached", 1, 4000, 300, 1, false, 0, target);
        TrafficClass example = all.withSpread(new Spread(1, List.of(new Example(4000, 4000, 300))));
        TrafficClass butOne = all.withSpread(new Spread(1, List.of(new Example(4000, 3999, 300))));
        ReplicaCapacities h100 = of("h100-sxm", 1);

        assertThat(h100.prefill(all, 0).requestsPerSecond()).isGreaterThan(100);
        assertThat(h100.aggregated(all).feasible()).isTrue();
        assertThat(h100.prefill(example, 0)).isEqualTo(h100.prefill(butOne, 0));
        assertThat(h100.aggregated(example)).isEqualTo(h100.aggregated(butOne));
    }

    @Test
    void encoders_areNotInTheProfiles() {
        assertThatThrownBy(() -> of("h100-sxm", 1).option(Role.ENCODE, List.of(chat(1, 500, 40)), 3, 50e9))
                .hasMessageContaining("role: must be PREFILL, DECODE or PREFILL_DECODE")
                .hasMessageContaining("\nMaybe");
    }

    private static TrafficClass of(Example... examples) {
        TrafficClass chat = chat(1, 2000, 50);
        return chat.withSpread(new Spread(1, List.of(examples)));
    }

    /** The same mean, ever more apart: each fleet costs at least as much as the one before. */
    @Test
    void moreUnevenRequests_neverCostLess() {
        double last = 0;
        double first = Double.NaN;
        for (int apart = 0; apart <= 3900; apart += 650) {
            TrafficClass traffic = of(new Example(4000 - apart, 0, 300), new Example(4000 + apart, 0, 300))
                    .withRate(60);
            FleetProblem.Builder problem = FleetProblem.builder().traffic(traffic);
            for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
                problem.option(of("h100-sxm", 1).option(role, List.of(traffic), 3, 50e9));
            }
            double cost = ((FleetPlan) FleetSolver.solve(problem.build())).totalDollars();
            assertThat(cost).isGreaterThanOrEqualTo(last);
            last = cost;
            first = Double.isNaN(first) ? cost : first;
        }
        assertThat(last).isGreaterThan(first);
    }

    /** One prompt in ten of 31,000 tokens takes more than ten of 3,100: the mean of the times counts, not the time of the mean. */
    @Test
    void fewLongPrompts_takeWhatTheyTake() {
        Example[] examples = new Example[10];
        Arrays.fill(examples, new Example(1000, 0, 300));
        examples[9] = new Example(31_000, 0, 300);

        Capacity uneven = of("h100-sxm", 1).prefill(of(examples), 0);
        Capacity even = of("h100-sxm", 1).prefill(of(new Example(4000, 0, 300)), 0);

        assertThat(uneven.requestsPerSecond()).isLessThan(0.8 * even.requestsPerSecond());
        assertThat(uneven.among(8).requestsPerSecond()).isGreaterThan(1.15 * uneven.requestsPerSecond());
    }

    @Test
    void examplesAllAlike_areAsGoodAsMeans_forDecode() {
        TrafficClass means = chat(1, 2000, 50);

        Capacity stated = of("h100-sxm", 1).decode(means);
        Capacity alike = of("h100-sxm", 1).decode(of(new Example(4000, 1000, 300)));
        Capacity uneven = of("h100-sxm", 1).decode(of(new Example(500, 0, 300), new Example(7500, 0, 300)));

        assertThat(alike).isEqualTo(stated);
        assertThat(uneven.limit()).startsWith("KV memory");
        assertThat(uneven.requestsPerSecond()).isLessThan(alike.requestsPerSecond());
    }

    @Test
    void longestRequest_hasToFit() {
        TrafficClass tooLong = of(new Example(4000, 0, 300), new Example(900_000, 899_000, 300));

        for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
            Capacity capacity =
                    of("h100-sxm", 1).option(role, List.of(tooLong), 3, 50e9).capacity(tooLong);
            assertThat(capacity.feasible()).isFalse();
            assertThat(capacity.limit()).startsWith("memory:").endsWith("the longest request has 900,300");
        }
    }

    @Test
    void exampleWithMoreCachedThanItHas_isRefused() {
        assertThatThrownBy(() -> new Example(100, 512, 3))
                .hasMessageContaining("cachedTokens: must be at most the 100 tokens")
                .hasMessageContaining("\nMaybe");
    }
}
