// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.rules.DynamoBudget;
import dev.pointsman.core.sizing.rules.DynamoDemand;
import dev.pointsman.core.sizing.rules.GreedyVariants;
import dev.pointsman.core.sizing.rules.GreedyVariants.Variant;
import dev.pointsman.core.sizing.rules.RolePair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * What others' rules cost more than the optimum, on the seeds on which the solver is compared with brute force. Both are read
 * generously: the greedy rule may choose for prefill and decode apart or for aggregated replicas, whichever is cheaper; the
 * proportional rule, which knows one type, gets the one that is cheapest for it. Nothing runs before, so that changes cost nothing.
 */
class RegretOfRulesTest {
    private static final int SEEDS = 10_000;

    @Test
    void rulesOfTheField_areNeverCheaper_andOftenDearer() {
        Regret greedy = new Regret("greedy by cost for capacity (WVA)");
        Regret proportional = new Regret("one type, proportional clamp (Dynamo)");
        for (int seed = 0; seed < SEEDS; seed++) {
            FleetProblem problem = SmallFleets.oneClass(seed).toBuilder()
                    .transition(0, 0)
                    .mostChange(OptionalInt.empty())
                    .atLeast(Role.DECODE, 0)
                    .holdAtLeast(0)
                    .build();
            if (FleetSolver.solve(problem) instanceof FleetPlan plan) {
                greedy.add(greedy(problem), plan.totalDollars());
                proportional.add(proportional(problem), plan.totalDollars());
            }
        }

        System.out.println(greedy);
        System.out.println(proportional);
        assertThat(greedy.least).isGreaterThanOrEqualTo(-1e-9);
        assertThat(proportional.least).isGreaterThanOrEqualTo(-1e-9);
        assertThat(greedy.mean()).isGreaterThan(0.01);
        assertThat(proportional.mean()).isGreaterThan(0.01);
    }

    private static double greedy(FleetProblem problem) {
        double apart = cost(problem, greedy(problem, Role.PREFILL), greedy(problem, Role.DECODE));
        return Math.min(apart, cost(problem, greedy(problem, Role.PREFILL_DECODE)));
    }

    private static int[] greedy(FleetProblem problem, Role role) {
        TrafficClass one = problem.classes().get(0);
        List<Variant> variants = new ArrayList<>();
        for (ReplicaOption option : problem.options()) {
            if (option.role() == role && option.rate(one) > 0) {
                variants.add(new Variant(option.id(), option.dollarsPerHour(), option.rate(one), 0));
            }
        }
        int[] counts = new int[problem.options().size()];
        for (Variant variant : GreedyVariants.up(variants, one.requestsPerSecond())) {
            for (int i = 0; i < counts.length; i++) {
                if (problem.options().get(i).id().equals(variant.name())) {
                    counts[i] = variant.replicas();
                }
            }
        }
        return counts;
    }

    private static double proportional(FleetProblem problem) {
        TrafficClass one = problem.classes().get(0);
        double best = Double.POSITIVE_INFINITY;
        List<ReplicaOption> options = problem.options();
        for (int p = 0; p < options.size(); p++) {
            for (int d = 0; d < options.size(); d++) {
                ReplicaOption prefill = options.get(p);
                ReplicaOption decode = options.get(d);
                if (prefill.role() != Role.PREFILL
                        || decode.role() != Role.DECODE
                        || !prefill.accelerator().equals(decode.accelerator())
                        || prefill.rate(one) == 0
                        || decode.rate(one) == 0) {
                    continue;
                }
                RolePair wanted = new RolePair(
                        DynamoDemand.replicas(one.requestsPerSecond(), prefill.rate(one), 1),
                        DynamoDemand.replicas(one.requestsPerSecond(), decode.rate(one), 1));
                int most = Math.min(
                        problem.chips().orElse(Integer.MAX_VALUE),
                        problem.chipsOf(prefill.accelerator()).orElse(Integer.MAX_VALUE));
                RolePair clamped = DynamoBudget.clamp(
                        wanted, new DynamoBudget.Band(-1, most, new RolePair(1, 1), new RolePair(1, 1)));
                int[] counts = new int[options.size()];
                counts[p] = clamped.prefill();
                counts[d] = clamped.decode();
                best = Math.min(best, cost(problem, counts));
            }
        }
        return best;
    }

    /** Returns what replicas cost; infinite if they do not serve the traffic, or there are not so many. */
    private static double cost(FleetProblem problem, int[]... parts) {
        int[] counts = new int[problem.options().size()];
        for (int[] part : parts) {
            Arrays.setAll(counts, i -> counts[i] + part[i]);
        }
        double dollars = 0;
        double watts = 0;
        int chips = 0;
        for (int i = 0; i < counts.length; i++) {
            ReplicaOption option = problem.options().get(i);
            dollars += counts[i] * option.dollarsPerHour();
            watts += counts[i] * option.watts();
            chips += counts[i];
            int ofType = 0;
            for (int j = 0; j < counts.length; j++) {
                ofType += problem.options().get(j).accelerator().equals(option.accelerator()) ? counts[j] : 0;
            }
            if (ofType > problem.chipsOf(option.accelerator()).orElse(Integer.MAX_VALUE)) {
                return Double.POSITIVE_INFINITY;
            }
        }
        boolean enough = FleetSolver.utilization(problem, counts) <= 1 + 1e-8
                && watts <= problem.watts().orElse(Double.POSITIVE_INFINITY)
                && chips <= problem.chips().orElse(Integer.MAX_VALUE);
        return enough ? dollars : Double.POSITIVE_INFINITY;
    }

    private static final class Regret {
        private final String name;
        private int fleets;
        private int without;
        private int dearer;
        private double sum;
        private double most;
        private double least = Double.POSITIVE_INFINITY;

        Regret(String name) {
            this.name = name;
        }

        void add(double cost, double optimum) {
            fleets++;
            if (cost == Double.POSITIVE_INFINITY) {
                without++;
                return;
            }
            double regret = cost / optimum - 1;
            dearer += regret > 1e-9 ? 1 : 0;
            sum += regret;
            most = Math.max(most, regret);
            least = Math.min(least, regret);
        }

        double mean() {
            return sum / (fleets - without);
        }

        @Override
        public String toString() {
            return String.format(
                    java.util.Locale.ROOT,
                    "%s: of %d fleets that can serve, finds none for %d; of the others %d dearer, mean regret %.1f %%, most %.0f %%",
                    name,
                    fleets,
                    without,
                    dearer,
                    100 * mean(),
                    100 * most);
        }
    }
}
