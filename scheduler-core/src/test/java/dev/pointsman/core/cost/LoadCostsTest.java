// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadCostsTest {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;

    private static TestCycle inFlight(TestFleet fleet, long... tokens) {
        TestCycle cycle = TestCycle.of(fleet);
        for (int i = 0; i < tokens.length; i++) {
            cycle.with(InFlightLoad.TOKENS, "e" + i, tokens[i]).with(InFlightLoad.REQUESTS, "e" + i, 1);
        }
        return cycle;
    }

    @Test
    void leastWork_isSecondsByEachOnesSpeed() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.gauge("tok/s", 1000))
                .endpoint("e1", metrics -> metrics.gauge("tok/s", 4000))
                .build();
        TestCycle cycle = inFlight(fleet, 2000, 6000)
                .with(InFlightLoad.REQUEST_TOKENS, "e0", 1000)
                .with(InFlightLoad.REQUEST_TOKENS, "e1", 2000);

        assertThat(cycle.costs(Costs.of("least-work", Map.of("speedGauge", "tok/s"))))
                .containsExactly(3, 2);
    }

    @Test
    void leastWork_ofUnknownSpeed_isAsFastAsTheOthersAreOnAverage() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(Endpoint.builder("e0", "e0.test:1")
                        .label("speed", "1000")
                        .build())
                .endpoint(Endpoint.builder("e1", "e1.test:1")
                        .label("speed", "3000")
                        .build())
                .endpoint(Endpoint.builder("e2", "e2.test:1")
                        .label("speed", "fast")
                        .build())
                .endpoint("e3")
                .build();

        assertThat(inFlight(fleet, 3000, 3000, 3000, 4000).costs(Costs.of("least-work", Map.of("speedLabel", "speed"))))
                .containsExactly(3, 1, 1.5, 2);
    }

    @Test
    void leastWork_takesThePredictedSpeed_whereNothingElseTellsIt() {
        TestCycle cycle = inFlight(TestFleet.of(2), 1000, 1000)
                .with(PredictedLatency.of(PredictedLatency.PRODUCER).waitPerToken(), "e0", 1_000_000)
                .with(PredictedLatency.of(PredictedLatency.PRODUCER).waitPerToken(), "e1", 250_000);

        assertThat(cycle.costs(Costs.of("least-work", Map.of()))).containsExactly(new double[] {1, 0.25}, within(1e-9));
    }

    @Test
    void leastWork_countsWhatWasSentSinceTheEngineReported() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.gauge("queued", 500))
                .endpoint("e1", metrics -> metrics.gauge("queued", 500))
                .build();

        assertThat(inFlight(fleet, 0, 2000)
                        .costs(Costs.of("least-work", Map.of("queuedTokensGauge", "queued", "tokensPerSecond", 1000))))
                .containsExactly(0.5, 2);
    }

    @Test
    void leastWork_withoutTokens_countsRequests_andWithoutThose_isMissing() {
        TestCycle cycle = TestCycle.of(TestFleet.of(2)).with(InFlightLoad.REQUESTS, "e0", 3);

        assertThat(cycle.costs(Costs.of("least-work", Map.of("tokensPerRequest", 100, "tokensPerSecond", 100))))
                .containsExactly(3, Double.NaN);
    }

    @Test
    void leastWork_leavesOutWhatIsAddedForAll_ifItIsMissingForOne() {
        TestCycle cycle = inFlight(TestFleet.of(2), 100, 100).with(InFlightLoad.REQUEST_TOKENS, "e0", 900);

        assertThat(cycle.costs(Costs.of("least-work", Map.of("tokensPerSecond", 100))))
                .containsExactly(1, 1);
    }

    @Test
    void lmetric_multipliesUncachedTokensAndRequests() {
        TestCycle cycle = inFlight(TestFleet.of(3), 100, 0, 0)
                .with(InFlightLoad.REQUESTS, "e1", 4)
                .with(InFlightLoad.REQUESTS, "e2", 0)
                .with(InFlightLoad.REQUEST_TOKENS, "e0", 20)
                .with(InFlightLoad.REQUEST_TOKENS, "e1", 20)
                .with(InFlightLoad.REQUEST_TOKENS, "e2", 0);

        assertThat(cycle.costs(Costs.of("lmetric", Map.of()))).containsExactly(240, 100, 1);
    }

    private static TestCycle dynamo(long activeTokens, long otherTokens) {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.kvUsage(0.5).kvBlockCount(10).kvBlockSize(32))
                .endpoint("e1", metrics -> metrics.kvUsage(0).kvBlockCount(10).kvBlockSize(32))
                .build();
        return TestCycle.of(fleet, TestRequests.tokens(128))
                .with(InFlightLoad.TOKENS, "e0", activeTokens)
                .with(InFlightLoad.TOKENS, "e1", otherTokens)
                .with(InFlightLoad.REQUESTS, "e0", 2)
                .with(InFlightLoad.REQUESTS, "e1", 0)
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(8, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e0", 6)
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e1", 0);
    }

    @Test
    void dynamoCost_addsBlocksToFillAndBlocksToKeep() {
        // e0 keeps 5 blocks of 32 tokens, which are 10 of 16; prompt and work ahead are 10 blocks, 6 of them cached.
        assertThat(dynamo(32, 0).costs(Costs.of("dynamo-cost", Map.of("activeRequestWeight", 0.5))))
                .containsExactly(4 + 10 + 1, 8);
    }

    @Test
    void dynamoCost_creditFallsWithTheExcessOverTheLeastLoaded() {
        // One prompt of excess halves the credit: 16 blocks of work less 3.
        assertThat(dynamo(128, 0).costs(Costs.of("dynamo-cost", Map.of("creditDecay", 1))))
                .containsExactly(13 + 10, 8);
        assertThat(dynamo(128, 128).costs(Costs.of("dynamo-cost", Map.of("creditDecay", 1))))
                .containsExactly(10 + 10, 16);
    }

    @Test
    void dynamoCost_tiersHaveTheirOwnCredits_andTogetherNoMoreThanThePrompt() {
        TestCycle cycle = dynamo(0, 0)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.ACCELERATOR), "e1", 2)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.HOST), "e1", 2)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.STORAGE), "e1", 2)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.REMOTE), "e1", 40);

        assertThat(cycle.costs(Costs.of("dynamo-cost", Map.of("sharedCredit", 0.5)))[1])
                .isEqualTo(8 - 2 - 1.5 - 0.5 - 1);
    }

    @Test
    void dynamoCost_weightedBlocksAreTheDevicesWhereNoTierIsTold() {
        TestCycle cycle = dynamo(0, 0).with(PrefixMatch.weightedBlocks(PRODUCER), "e0", 4.5);

        assertThat(cycle.costs(Costs.of("dynamo-cost", Map.of()))[0]).isEqualTo(3.5 + 10);
    }

    @Test
    void dynamoCost_ofDecodeAlone_takesCreditOffTheBlocksToKeep() {
        TestCycle cycle = dynamo(1 << 20, 0);

        assertThat(cycle.costs(Costs.of("dynamo-cost", Map.of("trackPrefillTokens", false))))
                .containsExactly(4, 0);
        assertThat(cycle.costs(Costs.of("dynamo-cost", Map.of("trackPrefillTokens", false, "overlapCredit", 0))))
                .containsExactly(10, 0);
    }

    @Test
    void dynamoCost_asAProduct() {
        assertThat(dynamo(32, 0).costs(Costs.of("dynamo-cost", Map.of("formula", "product"))))
                .containsExactly(4 * 11, 8);
    }

    @Test
    void throughputNormalizedLoad_countsRequestsThatTheEngineHasNotSeen() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(
                        "e0",
                        metrics -> metrics.runningRequests(4).waitingRequests(2).gauge("tok/s", 2))
                .endpoint(
                        "e1",
                        metrics -> metrics.runningRequests(4).waitingRequests(2).gauge("tok/s", 2))
                .endpoint("e2")
                .build();
        TestCycle cycle = TestCycle.of(fleet)
                .with(InFlightLoad.REQUESTS, "e0", 6)
                .with(InFlightLoad.REQUESTS, "e1", 9)
                .with(InFlightLoad.REQUESTS, "e2", 3);

        assertThat(cycle.costs(Costs.of("throughput-normalized-load", Map.of("speedGauge", "tok/s"))))
                .containsExactly(2, 3.5, 1.5);
    }

    @Test
    void throughputNormalizedLoad_offTheFull_unlessAllAre() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.runningRequests(0).kvUsage(0.97))
                .endpoint("e1", metrics -> metrics.runningRequests(50).kvUsage(0.5))
                .build();
        LoadCost cost = Costs.of("throughput-normalized-load", Map.of());

        assertThat(TestCycle.of(fleet).costs(cost)[0]).isEqualTo(LoadCost.PROHIBITIVE);
        assertThat(TestCycle.of(fleet).score(cost)).containsExactly(0, 1);
        assertThat(TestCycle.of(fleet.toBuilder()
                                .metrics("e1", metrics -> metrics.kvUsage(0.92))
                                .build())
                        .score(cost))
                .containsExactly(0, 1);
    }

    @Test
    void weightedLoad_addsUpSignalsLoadAndGauges() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.waitingRequests(1).gauge("heat", 5))
                .endpoint("e1", metrics -> metrics.waitingRequests(2))
                .endpoint("e2", metrics -> metrics.waitingRequests(0).gauge("heat", 1))
                .build();
        TestCycle cycle = inFlight(fleet, 10, 10, 10);
        List<Map<String, ?>> terms = List.of(
                Map.of("signal", "waiting-requests", "weight", 4),
                Map.of("signal", "in-flight-tokens"),
                Map.of("gauge", "heat", "weight", 0.5));

        assertThat(cycle.costs(Costs.of("weighted-load", Map.of("terms", terms))))
                .containsExactly(16.5, Double.NaN, 10.5);
        assertThat(cycle.score(Costs.of("weighted-load", Map.of("terms", terms, "missing", "worst"))))
                .containsExactly(0, 0, 1);
        assertThat(cycle.score(Costs.of("weighted-load", Map.of("terms", terms, "prefer", "most"))))
                .containsExactly(1, Double.NaN, 0);
    }

    @Test
    void weightedLoad_beyondAllNumbers_isStillTheGreatest() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.gauge("heat", Double.MAX_VALUE))
                .endpoint("e1", metrics -> metrics.gauge("heat", 1))
                .build();
        List<Map<String, ?>> terms = List.of(Map.of("gauge", "heat", "weight", 1e12));

        assertThat(TestCycle.of(fleet).score(Costs.of("weighted-load", Map.of("terms", terms))))
                .containsExactly(0, 1);
        assertThat(TestCycle.of(fleet).score(Costs.of("weighted-load", Map.of("terms", terms, "prefer", "most"))))
                .containsExactly(1, 0);
    }

    @Test
    void weightedLoadFilter_keepsTheLimitItself() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("e0", metrics -> metrics.kvUsage(0.9))
                .endpoint("e1", metrics -> metrics.kvUsage(0.91))
                .endpoint("e2")
                .build();

        assertThat(TestCycle.of(fleet).filter((Filter) Costs.plugin("weighted-load-filter", Map.of())))
                .containsExactly("e0", "e2");
        assertThat(TestCycle.of(fleet).filter((Filter) Costs.plugin("weighted-load-filter", Map.of("missing", "drop"))))
                .containsExactly("e0");
    }

    @Test
    void observedLatency_guessesWhatTheRequestDoesNotSay() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(
                        "e0",
                        metrics -> metrics.gauge("queue-seconds", 1)
                                .gauge("prefill-seconds", 2)
                                .gauge("decode-seconds", 4)
                                .gauge("prompt-tokens", 100)
                                .gauge("output-tokens", 200))
                .endpoint(
                        "e1",
                        metrics -> metrics.gauge("queue-seconds", 0)
                                .gauge("prefill-seconds", 3)
                                .gauge("decode-seconds", 6)
                                .gauge("prompt-tokens", 300)
                                .gauge("output-tokens", 400))
                .endpoint("e2", metrics -> metrics.gauge("queue-seconds", 1))
                .build();

        assertThat(TestCycle.of(fleet).costs(Costs.of("observed-latency", Map.of())))
                .containsExactly(new double[] {1 + 4 + 6, 2 + 4.5, Double.NaN}, within(1e-9));
        assertThat(TestCycle.of(
                                fleet,
                                TestRequests.builder()
                                        .prompt(TestRequests.tokens(50).prompt())
                                        .expectedOutputTokens(0)
                                        .build())
                        .costs(Costs.of("observed-latency", Map.of())))
                .containsExactly(new double[] {2, 0.5, Double.NaN}, within(1e-9));
    }

    @Test
    void cacheDiscountedLoad_savesASquareOfTheShare() {
        TestCycle cycle = inFlight(TestFleet.of(2), 0, 0)
                .with(InFlightLoad.REQUESTS, "e0", 8)
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e0", 5);

        assertThat(cycle.costs(Costs.of("cache-discounted-load", Map.of()))).containsExactly(7, 1);
    }

    @Test
    void cacheMinusLoad_isRelativeToTheMean() {
        TestCycle cycle = inFlight(TestFleet.of(2), 0, 0)
                .with(InFlightLoad.REQUESTS, "e0", 6)
                .with(InFlightLoad.REQUESTS, "e1", 2)
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e0", 10);

        assertThat(cycle.costs(Costs.of("cache-minus-load", Map.of()))).containsExactly(1.5, 1.5);
    }

    @Test
    void preferences_multiplyTheLoadOfEndpointsByLabel() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(
                        Endpoint.builder("e0", "e0.test:1")
                                .label("pool", "spot")
                                .build(),
                        m -> m.gauge("x", 100))
                .endpoint(
                        Endpoint.builder("e1", "e1.test:1")
                                .label("pool", "fixed")
                                .build(),
                        m -> m.gauge("x", 100))
                .endpoint("e2", metrics -> metrics.gauge("x", 100))
                .build();
        LoadCost cost = Costs.of(
                "weighted-load",
                Map.of(
                        "terms", List.of(Map.of("gauge", "x")),
                        "secondsPerUnit", 0.5,
                        "preferences",
                                List.of(
                                        Map.of("label", "pool", "value", "spot", "preference", 0.25),
                                        Map.of("label", "pool", "preference", -1))));

        assertThat(TestCycle.of(fleet).costs(cost)).containsExactly(75, 100, 50);
    }

    @Test
    void wrongParameters_areRefusedByTheirPath() {
        assertRefused("weighted-load", Map.of("terms", List.of(Map.of("signal", "heat"))), "terms[0].signal");
        assertRefused("weighted-load", Map.of("terms", List.of(Map.of("weight", 1))), "terms[0].signal");
        assertRefused("weighted-load", Map.of("terms", List.of()), "terms");
        assertRefused("weighted-load", Map.of("prefer", "both"), "prefer");
        assertRefused("dynamo-cost", Map.of("formula", "cubic"), "formula");
        assertRefused(
                "lmetric",
                Map.of("preferences", List.of(Map.of("label", "a", "preference", 1.5))),
                "preferences[0].preference");
        assertRefused(
                "lmetric", Map.of("preferences", List.of(Map.of("label", "a", "taste", 1))), "preferences[0].taste");
    }

    private static void assertRefused(String type, Map<String, ?> parameters, String path) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> Costs.plugin(type, parameters))
                .satisfies(refusal -> assertThat(refusal.path()).isEqualTo("parameters." + path));
    }
}
