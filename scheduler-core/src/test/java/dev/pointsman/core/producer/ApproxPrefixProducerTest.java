// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApproxPrefixProducerTest {
    private static final int BLOCK = 64;

    @Test
    void unknownPrompt_matchesNoBlockOfAnybody() {
        Routed fleet = fleet("a", "b");

        TestCycle cycle = fleet.produced(prompt(3 * BLOCK));

        assertThat(cycle.attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER)))
                .isEqualTo(new PrefixMatch(3, BLOCK));
        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER)))
                .isEqualTo(Map.of("a", 0L, "b", 0L));
    }

    @Test
    void burstOfEqualPrompts_secondSeesTheFirst() {
        Routed fleet = fleet("a", "b");

        fleet.send(prompt(3 * BLOCK), "b");

        assertThat(fleet.matched(prompt(3 * BLOCK))).isEqualTo(Map.of("a", 0L, "b", 3L));
    }

    @Test
    void whatIsOnlyEvaluated_isNotRemembered() {
        Routed fleet = fleet("a");

        fleet.produced(prompt(3 * BLOCK));

        assertThat(fleet.matched(prompt(3 * BLOCK))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void rejectedRequest_isNotRemembered() {
        Routed fleet = fleet("a");

        fleet.producer.rejected(
                fleet.produced(prompt(3 * BLOCK)), Rejection.of(Rejection.Reason.NOT_ADMITTED, "full", null));

        assertThat(fleet.matched(prompt(3 * BLOCK))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void requestWithoutProducedData_isPassedOver() {
        Routed fleet = fleet("a");
        TestCycle withoutData = TestCycle.of(fleet.fleet(), prompt(BLOCK));

        fleet.send(withoutData, "a");
        fleet.producer.rejected(withoutData, Rejection.of(Rejection.Reason.NOT_ADMITTED, "full", null));

        assertThat(fleet.matched(prompt(BLOCK))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void emptyPrompt_isNoMatchOfNoBlocks() {
        Routed fleet = fleet("a");

        assertThat(fleet.match(TestRequests.request()).totalBlocks()).isZero();
        assertThat(fleet.matched(TestRequests.request())).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void longerPrompt_matchesTheCommonPart() {
        Routed fleet = fleet("a");
        fleet.send(prompt(3 * BLOCK), "a");

        assertThat(fleet.matched(prompt(5 * BLOCK))).isEqualTo(Map.of("a", 3L));
        assertThat(fleet.matched(prompt(2 * BLOCK))).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void partialLastBlock_isLeftOut_soThatAWholeHitIsWhole() {
        Routed fleet = fleet("a");
        fleet.send(prompt(3 * BLOCK + 63), "a");

        assertThat(fleet.match(prompt(3 * BLOCK + 63)).totalBlocks()).isEqualTo(3);
        assertThat(fleet.matched(prompt(3 * BLOCK + 63))).isEqualTo(Map.of("a", 3L));
    }

    @Test
    void text_countsFourBytesAToken() {
        Routed fleet = fleet("a");
        String question = "x".repeat(4 * BLOCK * 2 + 7);

        fleet.send(TestRequests.text(question), "a");

        assertThat(fleet.match(TestRequests.text(question)).totalBlocks()).isEqualTo(2);
        assertThat(fleet.matched(TestRequests.text(question + " and more"))).isEqualTo(Map.of("a", 2L));
        assertThat(fleet.matched(TestRequests.text("y" + question))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void blocks_keepTheirOwnSize() {
        Routed fleet = fleet("a");
        Prompt first = Prompt.blocks(new long[] {1, 2, 3}, 512, 3 * 512);
        Prompt second = Prompt.blocks(new long[] {1, 2, 9, 4}, 512, 3 * 512 + 1);

        fleet.send(TestRequests.builder().prompt(first).build(), "a");
        InferenceRequest next = TestRequests.builder().prompt(second).build();

        assertThat(fleet.match(next)).isEqualTo(new PrefixMatch(3, 512));
        assertThat(fleet.matched(next)).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void modelAdapterAndSalt_keepCachesApart() {
        for (Prompt prompt : new Prompt[] {
            prompt(3 * BLOCK).prompt(),
            Prompt.text("x".repeat(3 * 4 * BLOCK)),
            Prompt.blocks(new long[] {1, 2, 3}, BLOCK, 3 * BLOCK)
        }) {
            Routed fleet = fleet("a");
            fleet.send(TestRequests.builder().prompt(prompt).build(), "a");

            assertThat(fleet.matched(TestRequests.builder().prompt(prompt).build()))
                    .isEqualTo(Map.of("a", 3L));
            assertThat(fleet.matched(TestRequests.builder()
                            .prompt(prompt)
                            .loraAdapter("sql")
                            .build()))
                    .isEqualTo(Map.of("a", 0L));
            assertThat(fleet.matched(TestRequests.builder()
                            .prompt(prompt)
                            .cacheSalt("tenant")
                            .build()))
                    .isEqualTo(Map.of("a", 0L));
            assertThat(fleet.matched(InferenceRequest.builder("r", "other-model")
                            .prompt(prompt)
                            .build()))
                    .isEqualTo(Map.of("a", 0L));
        }
    }

    @Test
    void promptBeyondTheLimitInTokens_isCut() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().maxPrefixTokens(2 * BLOCK + 1), "a");
        fleet.send(prompt(5 * BLOCK), "a");

        assertThat(fleet.match(prompt(5 * BLOCK)).totalBlocks()).isEqualTo(2);
        assertThat(fleet.matched(prompt(5 * BLOCK))).isEqualTo(Map.of("a", 2L));
        assertThat(fleet.match(TestRequests.text("x".repeat(4 * 5 * BLOCK))).totalBlocks())
                .isEqualTo(2);
        assertThat(fleet.match(TestRequests.builder()
                                .prompt(Prompt.blocks(new long[] {1, 2, 3}, 32, 96))
                                .build())
                        .totalBlocks())
                .isEqualTo(3);
    }

    @Test
    void promptBeyondTheLimitInBlocks_isCutIfThereIsNoneInTokens() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().maxPrefixTokens(0).maxPrefixBlocks(4), "a");

        assertThat(fleet.match(prompt(5 * BLOCK)).totalBlocks()).isEqualTo(4);
    }

    // ---- whom it is noted for

    @Test
    void legsThatReadThePrompt_areNoted_whateverTheirProfilesAreCalled() {
        TestFleet disaggregated = TestFleet.builder()
                .endpoint(endpoint("decode", Role.DECODE))
                .endpoint(endpoint("prefill", Role.PREFILL))
                .endpoint(endpoint("encode", Role.ENCODE))
                .endpoint(endpoint("encode-prefill", Role.ENCODE_PREFILL))
                .endpoint(endpoint("plain", Role.UNSPECIFIED))
                .build();
        Routed fleet = new Routed(ApproxPrefixProducer.builder().build(), disaggregated);

        fleet.send(prompt(BLOCK), "decode", "prefill", "encode", "encode-prefill", "plain");

        assertThat(fleet.matched(prompt(BLOCK)))
                .isEqualTo(Map.of("decode", 1L, "prefill", 1L, "encode", 0L, "encode-prefill", 1L, "plain", 1L));
    }

    @Test
    void failover_isNotedForTheFallback() {
        Routed fleet = fleet("a", "b");
        Dispatch dispatch = fleet.send(prompt(2 * BLOCK), "a");

        fleet.producer.failedOver(dispatch, fleet.target("a"), fleet.target("b"), 5);

        assertThat(fleet.matched(prompt(2 * BLOCK))).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    @Test
    void failover_usesTheTunedBlockSize() {
        TestFleet large = TestFleet.builder()
                .endpoint("a", metrics -> metrics.kvBlockSize(128))
                .endpoint("b", metrics -> metrics.kvBlockSize(128))
                .build();
        Routed fleet = new Routed(ApproxPrefixProducer.builder().build(), large);
        Dispatch dispatch = fleet.send(prompt(256), "a");

        fleet.producer.failedOver(dispatch, fleet.target("a"), fleet.target("b"), 5);

        assertThat(fleet.matched(prompt(256))).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    // ---- who comes and goes

    @Test
    void endpointThatLeft_isForgotten_andItsSlotStartsEmpty() {
        Routed fleet = fleet("a", "b");
        fleet.send(prompt(2 * BLOCK), "b");
        int slot = fleet.fleet().slotOf("b");

        fleet.leave("b");

        assertThat(fleet.producer.remembered(slot)).isZero();
        fleet.producer.joined(slot, 77, Endpoint.of("c", "c:1"));
        fleet.observe(fleet.fleet().toBuilder()
                .endpoint(Endpoint.of("c", "c:1"), metrics -> {})
                .incarnation("c", 77)
                .build());
        assertThat(fleet.fleet().slotOf("c")).isEqualTo(slot);
        assertThat(fleet.matched(prompt(2 * BLOCK))).isEqualTo(Map.of("a", 0L, "c", 0L));
    }

    @Test
    void leavesTheFleet_lateDispatch_isIgnored() {
        Routed fleet = fleet("a", "b");
        TestCycle late = fleet.produced(prompt(2 * BLOCK));
        int slot = fleet.fleet().slotOf("b");

        fleet.leave("b");
        fleet.producer.joined(slot, 77, Endpoint.of("c", "c:1"));
        fleet.send(late, "b");

        assertThat(fleet.producer.remembered(slot)).isZero();
    }

    @Test
    void endpointNeverHeardOf_isIgnored() {
        ApproxPrefixProducer unaware = ApproxPrefixProducer.builder().build();
        Routed elsewhere = new Routed(ApproxPrefixProducer.builder().build(), TestFleet.of("a"));
        TestCycle cycle = TestCycle.of(elsewhere.fleet(), prompt(BLOCK)).produce(unaware);

        unaware.dispatched(cycle, elsewhere.send(prompt(BLOCK), "a"));

        assertThat(unaware.remembered(0)).isZero();
    }

    // ---- block size

    @Test
    void blockSize_isTheEnginesOwn_ifAllThatReportOneAgree() {
        assertThat(tunedTo(128, 128)).isEqualTo(128);
        assertThat(tunedTo(256, -1)).isEqualTo(256);
        assertThat(tunedTo(-1, 256)).isEqualTo(256);
    }

    @Test
    void blockSize_isTheConfiguredOne_ifEnginesDifferOrSayNothing() {
        assertThat(tunedTo(128, 256)).isEqualTo(80);
        assertThat(tunedTo(256, 128)).isEqualTo(80);
        assertThat(tunedTo(-1, -1)).isEqualTo(80);
    }

    @Test
    void smallBlocks_areRaisedToAMultipleOfAtLeastTheMinimum() {
        assertThat(tunedTo(16, 16)).isEqualTo(64);
        assertThat(tunedTo(48, 48)).isEqualTo(96);
        assertThat(tunedTo(1, 1)).isEqualTo(64);
        assertThat(tunedTo(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(1 << 20);
    }

    @Test
    void autoTuneOff_usesWhatIsConfigured() {
        Routed fleet = new Routed(
                ApproxPrefixProducer.builder().autoTune(false).blockSize(32).build(), reporting(128, 128));

        assertThat(fleet.match(prompt(1000)).blockSize()).isEqualTo(64);
    }

    @Test
    void metricsThatChange_areFollowed() {
        Routed fleet = new Routed(ApproxPrefixProducer.builder().build(), reporting(128, 128));
        assertThat(fleet.match(prompt(1000)).blockSize()).isEqualTo(128);

        fleet.observe(reporting(256, 256));

        assertThat(fleet.match(prompt(1000)).blockSize()).isEqualTo(256);
    }

    // ---- capacity

    @Test
    void capacity_isTheEndpointsTokens_inOurBlocks() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("tuned", metrics -> metrics.kvBlockSize(16).kvBlockCount(12))
                .endpoint("unknown", metrics -> metrics.kvBlockSize(16))
                .build();
        Routed routed =
                new Routed(ApproxPrefixProducer.builder().capacityPerEndpoint(5).build(), fleet);

        routed.send(prompt(10 * BLOCK), "tuned");
        routed.send(prompt(10 * BLOCK), "unknown");

        // 12 blocks of 16 tokens are 3 of 64; the longest head that fits is kept.
        assertThat(routed.matched(prompt(10 * BLOCK))).isEqualTo(Map.of("tuned", 3L, "unknown", 5L));
    }

    @Test
    void capacityThatShrinks_forgetsTheEndsFirst() {
        Routed routed = new Routed(ApproxPrefixProducer.builder().build(), room(64));
        routed.send(prompt(10 * BLOCK), "a");
        assertThat(routed.matched(prompt(10 * BLOCK))).isEqualTo(Map.of("a", 10L));

        routed.observe(room(4));
        routed.send(prompt(BLOCK), "a");

        assertThat(routed.matched(prompt(10 * BLOCK))).isEqualTo(Map.of("a", 4L));
    }

    @Test
    void hugeCapacity_isNoProblem() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", metrics -> metrics.kvBlockSize(1024).kvBlockCount(Long.MAX_VALUE))
                .build();
        Routed routed = new Routed(ApproxPrefixProducer.builder().build(), fleet);

        routed.send(prompt(1024), "a");

        assertThat(routed.matched(prompt(1024))).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void capacityReported_countsUpToALimit_andTheConfiguredOneWhateverItIs() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("boasts", metrics -> metrics.kvBlockSize(1024).kvBlockCount(Long.MAX_VALUE))
                .endpoint("silent", metrics -> metrics.kvBlockSize(1024))
                .build();
        Routed usual = new Routed(ApproxPrefixProducer.builder().build(), fleet);
        Routed limited = new Routed(
                ApproxPrefixProducer.builder()
                        .maxTunedCapacity(3)
                        .capacityPerEndpoint(5)
                        .build(),
                fleet);

        for (String id : fleet.ids()) {
            usual.send(prompt(10 * 1024), id);
            limited.send(prompt(10 * 1024), id);
        }

        assertThat(usual.producer.capacity(0)).isEqualTo(1 << 20);
        assertThat(usual.producer.capacity(1)).isEqualTo(31_250);
        assertThat(limited.matched(prompt(10 * 1024))).isEqualTo(Map.of("boasts", 3L, "silent", 5L));
    }

    @Test
    void fullEndpoint_forgetsLeavesBeforeSharedHeads() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().capacityPerEndpoint(4), "a");
        int[] first = tokens(3 * BLOCK);
        int[] second = first.clone();
        Arrays.fill(second, BLOCK, 3 * BLOCK, 7);
        fleet.send(TestRequests.builder().tokens(first).build(), "a");

        fleet.send(TestRequests.builder().tokens(second).build(), "a");

        assertThat(fleet.matched(TestRequests.builder().tokens(second).build())).isEqualTo(Map.of("a", 3L));
        assertThat(fleet.matched(TestRequests.builder().tokens(first).build())).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void blockMissingInTheMiddle_endsTheMatch() {
        Routed fleet = fleet("a", "b");
        int[] tokens = tokens(3 * BLOCK);
        int[] otherMiddle = tokens.clone();
        otherMiddle[BLOCK] = -1;
        fleet.send(TestRequests.builder().tokens(tokens).build(), "a");
        fleet.send(TestRequests.builder().tokens(otherMiddle).build(), "b");

        assertThat(fleet.matched(TestRequests.builder().tokens(tokens).build())).isEqualTo(Map.of("a", 3L, "b", 1L));
    }

    @Test
    void hundredThousandDistinctPrompts_takeNoMoreThanTheCapacity() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().capacityPerEndpoint(100), "a", "b");
        long[] hashes = new long[2];

        for (int i = 0; i < 100_000; i++) {
            hashes[0] = 2L * i;
            hashes[1] = 2L * i + 1;
            Prompt prompt = Prompt.blocks(hashes.clone(), BLOCK, 2 * BLOCK);
            fleet.send(TestRequests.builder().prompt(prompt).build(), i % 2 == 0 ? "a" : "b");
        }

        assertThat(fleet.producer.remembered(0)).isEqualTo(100);
        assertThat(fleet.producer.remembered(1)).isEqualTo(100);
        assertThat(fleet.producer.rememberedByAll()).isEqualTo(200);
    }

    // ---- time to live

    @Test
    void timeToLive_forgetsWhatWasNotUsedAgain() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().timeToLive(Duration.ofNanos(100)), "a");
        fleet.at(1000);
        fleet.send(prompt(BLOCK), "a");
        assertThat(fleet.producer.nextDeadline()).isEqualTo(1100);

        fleet.producer.maintain(1099);
        assertThat(fleet.matched(prompt(BLOCK))).isEqualTo(Map.of("a", 1L));
        fleet.producer.maintain(1100);

        assertThat(fleet.matched(prompt(BLOCK))).isEqualTo(Map.of("a", 0L));
        assertThat(fleet.producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void timeToLiveOfThousandsOfYears_isForEver() {
        Routed fleet = fleet(ApproxPrefixProducer.builder().timeToLive(Duration.ofDays(1_000_000)), "a");
        fleet.send(prompt(BLOCK), "a");

        fleet.producer.maintain(Long.MAX_VALUE);

        assertThat(fleet.producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(fleet.producer.remembered(0)).isEqualTo(1);
    }

    @Test
    void withoutTimeToLive_nothingIsEverDue() {
        Routed fleet = fleet("a");
        fleet.send(prompt(BLOCK), "a");

        fleet.producer.maintain(Long.MAX_VALUE);

        assertThat(fleet.producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(fleet.matched(prompt(BLOCK))).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void twoProducers_writeUnderTheirOwnNames() {
        TestFleet fleet = TestFleet.of("a");
        ApproxPrefixProducer named =
                ApproxPrefixProducer.builder().name("second").build();

        TestCycle cycle = TestCycle.of(fleet, prompt(BLOCK)).produce(named);

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks("second"))).isEqualTo(Map.of("a", 0L));
        assertThat(cycle.attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER)))
                .isNull();
    }

    @Test
    void settingsOutOfRange_areRefused() {
        assertThatThrownBy(() -> ApproxPrefixProducer.builder().blockSize(0))
                .hasMessageStartingWith("blockSize: must be from 1 to 1048576, but was 0.\nMaybe ");
        assertThatThrownBy(() -> ApproxPrefixProducer.builder().capacityPerEndpoint(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ApproxPrefixProducer.builder().maxTunedCapacity(0))
                .hasMessageStartingWith("maxTunedCapacity: must be from 1 to 2147483647, but was 0.\nMaybe ");
        assertThatThrownBy(() -> ApproxPrefixProducer.builder().timeToLive(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timeToLive: must be positive, but was PT0S.\n"
                        + "Maybe leave it out; then blocks are forgotten for want of room only.");
    }

    @Test
    void producer_keepsTheContract() {
        PluginContract.of(ApproxPrefixProducer.builder().build()).verify();
    }

    // ---- fixtures

    private static Routed fleet(String... ids) {
        return fleet(ApproxPrefixProducer.builder(), ids);
    }

    private static Routed fleet(ApproxPrefixProducer.Builder settings, String... ids) {
        return new Routed(settings.build(), TestFleet.of(ids));
    }

    private static Endpoint endpoint(String id, Role role) {
        return Endpoint.builder(id, id + ":8000").role(role).build();
    }

    private static int tunedTo(int first, int second) {
        Routed fleet = new Routed(ApproxPrefixProducer.builder().blockSize(80).build(), reporting(first, second));
        return fleet.match(prompt(1000)).blockSize();
    }

    /** A fleet of two, each with a block size or none. */
    private static TestFleet reporting(int first, int second) {
        return TestFleet.builder()
                .endpoint("first", metrics -> report(metrics, first))
                .endpoint("second", metrics -> report(metrics, second))
                .build();
    }

    private static void report(EndpointMetrics.Builder metrics, int blockSize) {
        if (blockSize > 0) {
            metrics.kvBlockSize(blockSize);
        }
    }

    private static TestFleet room(int blocks) {
        return TestFleet.builder()
                .endpoint("a", metrics -> metrics.kvBlockSize(BLOCK).kvBlockCount(blocks))
                .build();
    }

    private static InferenceRequest prompt(int tokens) {
        return TestRequests.tokens(tokens);
    }

    private static int[] tokens(int count) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> i);
        return tokens;
    }
}
