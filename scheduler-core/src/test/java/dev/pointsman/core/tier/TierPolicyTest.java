// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.model.ModelCatalog;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TierPolicyTest {
    private static final double BYTES = 320_000;
    private static final TierPolicy POLICY = new TierPolicy(PrefillTime.atRate(8000), BYTES);

    private static CachedPrefix lower(TierLink link, long tokens) {
        return new CachedPrefix(link, false, tokens, 0);
    }

    @Test
    void sixteenThousandTokens_loadFromMemory_notFromSata() {
        TierChoice dram =
                POLICY.choose(16_000, 0, List.of(lower(TierLink.common().get(0), 16_000)));
        TierChoice sata =
                POLICY.choose(16_000, 0, List.of(lower(TierLink.common().get(3), 16_000)));

        assertThat(dram.how()).isEqualTo(TierChoice.How.LOAD);
        assertThat(dram.seconds()).isCloseTo(0.256, within(1e-3));
        assertThat(sata.how()).isEqualTo(TierChoice.How.RECOMPUTE);
        assertThat(sata.seconds()).isEqualTo(2);
        assertThat(sata.savedSeconds()).isZero();
    }

    @Test
    void severalSources_soonestWins_whatRemainsIncluded() {
        CachedPrefix busy = new CachedPrefix(TierLink.of("dram", 20e9, 0), false, 16_000, 100e9);
        CachedPrefix peer = new CachedPrefix(TierLink.of("peer", 25e9, 5e-5), true, 12_000, 0);

        TierChoice choice = POLICY.choose(16_000, 4_000, List.of(busy, peer));

        assertThat(choice.how()).isEqualTo(TierChoice.How.PULL);
        assertThat(choice.seconds()).isCloseTo(5e-5 + 8_000 * BYTES / 25e9 + 0.5, within(1e-9));
        assertThat(choice.recomputeSeconds()).isEqualTo(1.5);
    }

    @Test
    void sourceWithNothingMore_isNotAsked() {
        TierChoice choice = POLICY.choose(1000, 1000, List.of(lower(TierLink.of("dram", 1e12, 0), 1000)));

        assertThat(choice.how()).isEqualTo(TierChoice.How.RECOMPUTE);
        assertThat(choice.seconds()).isZero();
    }

    @Test
    void store_paysFromSomeChanceOfReuseOn() {
        TierLink dram = TierLink.common().get(0);

        assertThat(POLICY.store(16_000, dram, 0, 0.10).pays()).isFalse();
        assertThat(POLICY.store(16_000, dram, 0, 0.16).pays()).isTrue();
        assertThat(POLICY.store(16_000, dram, 0, 0.16).savedSeconds()).isCloseTo(0.16 * (2 - 0.256), within(1e-3));
        assertThat(POLICY.store(16_000, dram, 1e12, 1).pays()).isFalse();
        assertThat(POLICY.store(16_000, TierLink.common().get(3), 0, 1).savedSecondsPerByte())
                .isZero();
        assertThatThrownBy(() -> POLICY.store(1, dram, 0, 2)).hasMessageContaining("reuse: must be between 0 and 1");
    }

    @Test
    void sharedLink_isSlowerByItsFlows() {
        TierLink link = TierLink.of("nic", 50e9, 0);

        assertThat(link.sharedBy(4).readSeconds(50e9, 0)).isEqualTo(4);
    }

    @Test
    void crossovers_ofProfiles_areATable() {
        Deployment deployment = Deployment.of(
                        ModelCatalog.shipped().get("llama-3.1-70b"),
                        AcceleratorCatalog.shipped().get("h100-sxm"))
                .tensorParallel(4)
                .build();
        Predictor predictor = CostModel.shipped().predictor(deployment);

        Crossovers table = Crossovers.of(List.of(predictor), TierLink.common(), 32_768);

        System.out.print(table.toCsv());
        assertThat(table.rows()).hasSize(5);
        assertThat(table.rows().get(0).tokens()).as("dram").isBetween(1L, 2_000L);
        assertThat(table.toCsv().lines()).hasSize(6).first().asString().startsWith("deployment,tier,crossover_tokens");
    }

    /** Of a sliding window only so much moves, so the bytes of a token are fewer the longer the prefix is. */
    @Test
    void crossovers_ofSlidingWindows_areWhereTheTimesMeet() {
        Deployment deployment = Deployment.of(
                        ModelCatalog.shipped().get("gpt-oss-120b"),
                        AcceleratorCatalog.shipped().get("h100-sxm"))
                .tensorParallel(4)
                .build();
        Predictor predictor = CostModel.shipped().predictor(deployment);
        TierLink link = TierLink.of("nic, \"fast\"", 8e9, 40e-3);

        Crossovers table = Crossovers.of(List.of(predictor), List.of(link), 32_768);

        long tokens = table.rows().get(0).tokens();
        assertThat(tokens).isBetween(2L, 32_768L);
        assertThat(loads(deployment, predictor, link, tokens)).isTrue();
        assertThat(loads(deployment, predictor, link, tokens - 1)).isFalse();
        assertThat(table.toCsv().lines().toList().get(1)).contains(",\"nic, \"\"fast\"\"\"," + tokens + ",");
    }

    private static boolean loads(Deployment deployment, Predictor predictor, TierLink link, long tokens) {
        double bytes = deployment.model().architecture().cacheBytes(tokens, deployment.kvCache());
        return link.readSeconds(bytes, 0) < predictor.prefill(tokens, 0).estimate();
    }

    @Test
    void pull_neverFromItself_norBeyondThePrompt() {
        List<PrefixPull.Instance> instances =
                List.of(new PrefixPull.Instance("a", 9_000, 0), new PrefixPull.Instance("b", 0, 0));

        List<PrefixPull.Judged> judged =
                PrefixPull.judge(instances, 8_000, PrefillTime.atRate(8_000), BYTES, TierLink.of("link", 25e9, 1), 0.5);

        assertThat(judged.get(0).pulls()).isFalse();
        assertThat(judged.get(0).ttftSeconds()).isZero();
        assertThat(judged.get(1).ttftSeconds()).isCloseTo(1 + 8_000 * BYTES / 25e9, within(1e-9));
        assertThatThrownBy(() -> new PrefixPull.Instance("c", -1, 0))
                .hasMessageStartingWith("c.prefixTokens: must be finite and at least 0, but was -1");
    }

    /** The table says what the policy does: below the crossover it recomputes, from there on it loads. */
    @Property
    void crossover_isWhereTheChoiceTurns(
            @ForAll @DoubleRange(min = 1e8, max = 1e11) double bandwidth,
            @ForAll @DoubleRange(min = 0, max = 1) double latency,
            @ForAll @LongRange(min = 1, max = 200_000) long tokens) {
        TierLink link = TierLink.of("link", bandwidth, latency);
        long crossover = POLICY.crossoverTokens(link, 200_000);

        TierChoice choice = POLICY.choose(tokens, 0, List.of(lower(link, tokens)));

        boolean loads = crossover >= 0 && tokens >= crossover;
        assertThat(choice.how()).isEqualTo(loads ? TierChoice.How.LOAD : TierChoice.How.RECOMPUTE);
    }

    /** Just above the break-even the choice is to load, just below it to recompute. */
    @Property
    void breakEven_isWhereTheChoiceTurns(
            @ForAll @DoubleRange(min = 0, max = 1) double latency,
            @ForAll @DoubleRange(min = 0, max = 1e11) double queued,
            @ForAll @LongRange(min = 0, max = 50_000) long here,
            @ForAll @LongRange(min = 1, max = 100_000) long there) {
        CachedPrefix source = new CachedPrefix(TierLink.of("link", 1e9, latency), false, there, queued);

        double saves = (Math.min(there, 80_000) - here) / 8000.0;
        Assume.that(Math.abs(saves - latency) > 1e-9);

        double flips = POLICY.breakEvenBytesPerSecond(source, 80_000, here);

        boolean never = there <= here || saves <= latency;
        assertThat(flips == Double.POSITIVE_INFINITY).isEqualTo(never);
        double some = never ? 1e15 : flips;
        CachedPrefix above = new CachedPrefix(TierLink.of("link", some * 1.001, latency), false, there, queued);
        CachedPrefix below = new CachedPrefix(TierLink.of("link", some * 0.999, latency), false, there, queued);
        assertThat(POLICY.choose(80_000, here, List.of(above)).how())
                .isEqualTo(never ? TierChoice.How.RECOMPUTE : TierChoice.How.LOAD);
        assertThat(POLICY.choose(80_000, here, List.of(below)).how()).isEqualTo(TierChoice.How.RECOMPUTE);
    }

    /** A slower link, or a longer queue, never turns recomputing into loading. */
    @Property
    void slower_neverLoadsWhatFasterDidNot(
            @ForAll @DoubleRange(min = 1e8, max = 1e11) double bandwidth,
            @ForAll @DoubleRange(min = 1, max = 10) double slower,
            @ForAll @DoubleRange(min = 0, max = 1e11) double queued,
            @ForAll @LongRange(min = 1, max = 100_000) long tokens) {
        TierChoice fast = POLICY.choose(tokens, 0, List.of(lower(TierLink.of("link", bandwidth, 0), tokens)));
        CachedPrefix slow = new CachedPrefix(TierLink.of("link", bandwidth / slower, 0), false, tokens, queued);

        TierChoice choice = POLICY.choose(tokens, 0, List.of(slow));

        if (choice.how() == TierChoice.How.LOAD) {
            assertThat(fast.how()).isEqualTo(TierChoice.How.LOAD);
            assertThat(choice.seconds()).isGreaterThanOrEqualTo(fast.seconds());
        }
    }
}
