// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.latency.LatencyFactories;
import dev.pointsman.core.latency.LatencyScorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With llm-d's semantics, what is missing counts as llm-d counts it. */
class LlmdSemanticsTest {
    private static final TestFleet ONE_SILENT = TestFleet.builder()
            .endpoint(
                    "heard",
                    signals -> signals.waitingRequests(4).runningRequests(4).kvUsage(0.5))
            .endpoint("silent")
            .build();

    @Test
    void silentEndpoints_areEmpty() {
        TestCycle cycle = TestCycle.of(ONE_SILENT);

        assertThat(cycle.score(new QueueScorer(Semantics.LLM_D))).containsExactly(0, 1);
        assertThat(cycle.score(new RunningRequestsSizeScorer(Semantics.LLM_D))).containsExactly(0, 1);
        assertThat(cycle.score(new KvCacheUtilizationScorer(Semantics.LLM_D))).containsExactly(0.5, 1);
        assertThat(cycle.score(new LoadAwareScorer(8, Semantics.LLM_D))).containsExactly(0.25, 0.5);
    }

    @Test
    void noInFlightData_isIdle() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b"))
                .with(InFlightLoad.REQUESTS, "a", 2)
                .with(InFlightLoad.TOKENS, "a", 250)
                .with(InFlightLoad.REQUEST_TOKENS, "b", 500);

        assertThat(cycle.score(new ActiveRequestScorer(0, 1, Semantics.LLM_D))).containsExactly(0, 1);
        assertThat(cycle.score(new TokenLoadScorer(1000, Semantics.LLM_D))).containsExactly(0.75, 0.5);
    }

    @Test
    void noMatchInformation_isNoMatch() {
        TestCycle none = TestCycle.of(TestFleet.of("a", "b"));
        TestCycle some = TestCycle.of(TestFleet.of("a", "b"))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 5);

        assertThat(none.score(new PrefixCacheScorer(Semantics.LLM_D))).containsExactly(0, 0);
        assertThat(some.score(new PrefixCacheScorer(Semantics.LLM_D))).containsExactly(0.5, 0);
        assertThat(some.score(new PrefixCacheScorer(Semantics.LLM_D).readingFrom("other")))
                .containsExactly(0, 0);
    }

    @Test
    void weightedBlocks_areCutToWholeOnes() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b"))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 1)
                .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 0.8)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 3)
                .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 2.5);

        assertThat(cycle.score(new PrefixCacheScorer(Semantics.LLM_D))).containsExactly(0, 0.2);
        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(0.08, 0.25);
    }

    @Test
    void weightedBlocks_areCutWhereverTheyCount() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b"))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 1)
                .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 0.8)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 1)
                .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 0.8);

        assertThat(cycle.score(NoHitLruScorer.asLlmD(PrefixMatch.DEFAULT_PRODUCER, 8)))
                .containsExactly(1, 0);
        assertThat(cycle.score(latency(Map.of("compositeKVWeight", 0, "compositeQueueWeight", 0))))
                .containsExactly(0, 0);
        cycle.with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 1.6);
        assertThat(cycle.score(NoHitLruScorer.asLlmD(PrefixMatch.DEFAULT_PRODUCER, 8)))
                .containsExactly(0.5, 0.5);
        assertThat(cycle.score(latency(Map.of("compositeKVWeight", 0, "compositeQueueWeight", 0))))
                .containsExactly(0, 0.1);
    }

    @Test
    void lengthScale_countsOnlyWithAWeight() {
        PluginFactory factory = ScorerFactories.all(Semantics.LLM_D).stream()
                .filter(one -> one.type().equals("prefix-cache-scorer"))
                .findFirst()
                .orElseThrow();

        assertThat(factory.create("p", Parameters.of("parameters", Map.of("matchLengthScaleTokens", -1))))
                .isNotNull();
        assertThatThrownBy(() -> factory.create(
                        "p",
                        Parameters.of("parameters", Map.of("matchLengthWeight", 0.5, "matchLengthScaleTokens", -1))))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("matchLengthScaleTokens");
    }

    @Test
    void requestsWithoutAnAdapter_areLookedForByModel() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("active", signals -> signals.lora(new LoraState(Set.of(TestRequests.MODEL), Set.of(), 1)))
                .endpoint("full", signals -> signals.lora(new LoraState(Set.of("x"), Set.of(), 1)))
                .endpoint("silent")
                .build();

        assertThat(TestCycle.of(fleet).score(new LoraAffinityScorer(Semantics.LLM_D)))
                .containsExactly(1, 0, 0);
        assertThat(TestCycle.of(fleet, TestRequests.builder().loraAdapter("x").build())
                        .score(new LoraAffinityScorer(Semantics.LLM_D)))
                .containsExactly(0, 1, 0);
    }

    @Test
    void nothingPredicted_missingPartsCountAsZero_andWeightsOfZeroAsLlmDHasThem() {
        TestCycle cycle = TestCycle.of(ONE_SILENT);

        assertThat(cycle.score(latency(Map.of()))).containsExactly(0.17, 0.67);
        assertThat(cycle.score(latency(Map.of(
                        "ttftWeight", 0,
                        "tpotWeight", 0,
                        "compositeKVWeight", 0,
                        "compositeQueueWeight", 0,
                        "compositePrefixWeight", 0))))
                .containsExactly(0.5, 1);
    }

    private static Scorer latency(Map<String, ?> parameters) {
        PluginFactory factory = LatencyFactories.all(Semantics.LLM_D).stream()
                .filter(one -> one.type().equals("latency-scorer"))
                .findFirst()
                .orElseThrow();
        return (Scorer) factory.create("latency-scorer", Parameters.of("parameters", parameters));
    }

    @Test
    void scorersOfMetrics_sayWhichSignalsTheyRead() {
        assertThat(new QueueScorer().signals()).containsExactly(Signal.WAITING_REQUESTS);
        assertThat(new LoadAwareScorer().signals()).containsExactly(Signal.WAITING_REQUESTS);
        assertThat(new RunningRequestsSizeScorer().signals()).containsExactly(Signal.RUNNING_REQUESTS);
        assertThat(new KvCacheUtilizationScorer().signals()).containsExactly(Signal.KV_USAGE);
        assertThat(new LoraAffinityScorer().signals()).containsExactly(Signal.LORA);
        assertThat(LatencyScorer.builder().build().signals())
                .containsExactlyInAnyOrder(Signal.KV_USAGE, Signal.WAITING_REQUESTS);
        assertThat(new PrefixCacheScorer().signals()).isEmpty();
    }
}
