// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.core.sizing.queueing.BatchStation;
import dev.pointsman.core.sizing.rules.GreedyVariants.Variant;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariantRulesTest {
    @Test
    void greedy_staysWithTheBestRatio_evenIfOneOfAnotherIsCheaper() {
        List<Variant> variants = List.of(new Variant("A", 5, 10_000, 0), new Variant("B", 8, 15_000, 0));

        List<Variant> up = GreedyVariants.up(variants, 12_000);

        assertThat(GreedyVariants.cost(up)).isEqualTo(10);
        assertThat(up).extracting(Variant::replicas).containsExactly(2, 0);
        assertThat(GreedyVariants.up(variants, 12_000, 1))
                .extracting(Variant::replicas)
                .containsExactly(1, 1);
        assertThat(GreedyVariants.up(variants, 0)).isEqualTo(variants);
    }

    @Test
    void greedy_givesBackTheDearest_inWholeReplicas() {
        List<Variant> variants = List.of(new Variant("A", 5, 10_000, 3), new Variant("B", 8, 15_000, 2));

        assertThat(GreedyVariants.down(variants, 26_000, 0))
                .extracting(Variant::replicas)
                .containsExactly(2, 1);
        assertThat(GreedyVariants.down(variants, 9_000, 0)).isEqualTo(variants);
        assertThat(GreedyVariants.down(variants, 1e6, 1))
                .extracting(Variant::replicas)
                .containsExactly(1, 1);
    }

    @Test
    void spare_countsReplicasThatAreNotFull() {
        var shipped = VariantSaturation.Thresholds.SHIPPED;

        VariantSaturation.Spare spare = VariantSaturation.spare(new double[] {0.5, 0.9}, new double[] {1, 0}, shipped);

        assertThat(spare.spareKv()).isCloseTo(0.3, within(1e-12));
        assertThat(spare.spareQueue()).isEqualTo(4);
        assertThat(spare.scaleUp()).isFalse();
        assertThat(VariantSaturation.spare(new double[] {0.9}, new double[] {0}, shipped)
                        .scaleUp())
                .as("all are full")
                .isTrue();
        assertThat(VariantSaturation.scaleDown(new double[] {0.2, 0.2}, new double[] {0, 0}, shipped))
                .isTrue();
        assertThat(VariantSaturation.scaleDown(new double[] {0.4, 0.4}, new double[] {0, 0}, shipped))
                .isFalse();
        assertThat(VariantSaturation.scaleDown(new double[] {0.1}, new double[] {0}, shipped))
                .isFalse();
    }

    @Test
    void capacity_isTheLowerBound() {
        assertThat(VariantSaturation.capacity(12_800, Double.NaN)).isEqualTo(12_800);
        assertThat(VariantSaturation.capacity(12_800, 8_000)).isEqualTo(8_000);
        assertThat(VariantSaturation.computeBound(8192, 64, 100, 200)).isEqualTo(12_800);
        assertThat(VariantSaturation.required(10_000, 8_000, 0.8)).isEqualTo(4_500);
        assertThat(VariantSaturation.spare(7_000, 12_000, 0.7)).isCloseTo(2_000, within(1e-9));
    }

    @Test
    void queue_mostRate_meetsItsTargets_andNoMore() {
        VariantQueue queue = new VariantQueue(8, 0.03, 0.0005, 1000, 200);

        double rate = queue.mostRate(64, 200, 20);
        BatchStation at = queue.station(rate, 64);
        BatchStation above = queue.station(rate * 1.02, 64);

        assertThat(at.waitSeconds() + queue.prefill(at.inService())).isLessThanOrEqualTo(200);
        assertThat(queue.decode(at.inService())).isLessThanOrEqualTo(20);
        assertThat(above.waitSeconds() + queue.prefill(above.inService()) > 200 || queue.decode(above.inService()) > 20)
                .isTrue();
        assertThat(queue.mostRate(64, 1e9, 1e9)).isEqualTo(0.9 * queue.rate(64));
    }

    @Test
    void rateMatching_ofPublishedWorkers_isFourReplicas() {
        RateMatching.Match match =
                RateMatching.best(new RateMatching.Worker(6.087, 0.9, 2), new RateMatching.Worker(13.641, 0.92, 4), 32);

        assertThat(match.prefillWorkers()).isEqualTo(8);
        assertThat(match.decodeWorkers()).isEqualTo(4);
        assertThat(match.requestsPerSecond() * 500 / 32).isCloseTo(684.79, within(0.01));
    }

    @Test
    void slices_finerIsCheaper() {
        double[] costs = {1.01, 3.67};
        double[] rates = {6, 3, 15, 6};
        double[][] throughput = {{2, 20}, {1, 20}, {5, 40}, {2, 20}};

        assertThat(SliceAllocation.cheapest(costs, rates, throughput, 1))
                .isEqualTo(new SliceAllocation.Allocation(List.of(3, 1), 3 * 1.01 + 3.67));
        assertThat(SliceAllocation.cheapest(costs, rates, throughput, 3).cost()).isCloseTo(4.68, within(1e-9));
        assertThat(SliceAllocation.cheapest(costs, new double[] {1}, new double[][] {{0, 0}}, 2)
                        .cost())
                .isInfinite();
    }

    @Test
    void flowCeilings_openOnceInSoManyCalls() {
        assertThat(FlowCeilings.open(1, 2, 0.75, 3)).isTrue();
        assertThat(FlowCeilings.open(1, 2, 0.75, 4)).isFalse();
        assertThat(FlowCeilings.open(1, 2, 0.3, 1)).as("below its ceiling").isTrue();
        assertThat(FlowCeilings.open(1, 2, 1, 3)).isFalse();
        assertThat(FlowCeilings.open(0, 2, 5, 3)).isTrue();
        assertThat(FlowCeilings.byRank(0.8, 0.9, 1)).containsExactly(0.9);
    }

    @Test
    void numbersThatNoRuleCanUse_areRefusedInTwoLines() {
        assertThatThrownBy(() -> GreedyVariants.up(List.of(new Variant("A", 1, 1e-9, 0)), 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("replicas: must be at most 2147483647, but would be ")
                .hasMessageContaining("\nMaybe a capacity is close to zero");
        assertThatThrownBy(() -> new ConcurrencyLimits.Lengths(0, 0, 800, 300))
                .hasMessageStartingWith("input: must be finite and above 0, but was 0.0.\nMaybe ");
    }

    @Test
    void concurrency_withoutSharedPrefix_isBoundByMemory() {
        ConcurrencyLimits limits =
                ConcurrencyLimits.of(12.5, 3.45, 100_000, new ConcurrencyLimits.Lengths(4000, 1500, 800, 300), 0, 2);

        assertThat(limits.active()).isEqualTo(limits.memory()).isLessThan(limits.compute());
        // The mean and two standard deviations of so many fit, of one more do not.
        double deviation = Math.sqrt(1500.0 * 1500 + 300.0 * 300 / 3 + 800.0 * 800 / 12);
        assertThat(4400 * limits.memory() + 2 * deviation * Math.sqrt(limits.memory()))
                .isLessThanOrEqualTo(90_000);
        assertThat(4400 * (limits.memory() + 1) + 2 * deviation * Math.sqrt(limits.memory() + 1.0))
                .isGreaterThan(90_000);
    }
}
