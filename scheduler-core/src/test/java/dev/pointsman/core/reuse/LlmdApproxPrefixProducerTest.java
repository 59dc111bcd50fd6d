// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LlmdApproxPrefixProducerTest {
    private static final int BLOCK = 64;

    @Test
    void promptSentOnce_matchesThereOnly_withItsPartialLastBlock() {
        Sent fleet = sent(TestFleet.of("a", "b"));
        InferenceRequest request = TestRequests.tokens(2 * BLOCK + 1);

        fleet.send(request, "a");

        assertThat(matched(fleet, request)).isEqualTo(Map.of("a", 3L, "b", 0L));
        assertThat(fleet.produced(request).attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER)))
                .isEqualTo(new PrefixMatch(3, BLOCK));
    }

    @Test
    void block_thatSomebodyElseHas_bridgesAGap() {
        // Of c the head was pushed out, so it has blocks 3 and 4 only; a has all four.
        LlmdApproxPrefixProducer producer =
                LlmdApproxPrefixProducer.builder().capacityPerEndpoint(2).build();
        Sent fleet = new Sent(
                producer,
                TestFleet.builder()
                        .endpoint("a", known -> known.kvBlockCount(100))
                        .endpoint("c")
                        .build());
        InferenceRequest request = TestRequests.tokens(4 * BLOCK);

        fleet.send(request, "c");
        assertThat(matched(fleet, request)).isEqualTo(Map.of("a", 0L, "c", 0L));
        fleet.send(request, "a");

        assertThat(matched(fleet, request)).isEqualTo(Map.of("a", 4L, "c", 2L));
    }

    @Test
    void prefillLeg_learns_andOtherLegsDoNot() {
        Sent fleet = sent(TestFleet.of("decode", "prefill", "encode"));
        InferenceRequest request = TestRequests.tokens(BLOCK);

        fleet.send(request, "decode", Map.of("prefill", "prefill", "encode", "encode"));

        assertThat(matched(fleet, request)).isEqualTo(Map.of("decode", 1L, "prefill", 1L, "encode", 0L));
    }

    @Test
    void blockSize_isTheFirstCandidates_andNotBelowTheMinimum() {
        TestFleet mixed = TestFleet.builder()
                .endpoint("a", known -> known.kvBlockSize(128))
                .endpoint("b", known -> known.kvBlockSize(16))
                .build();
        LlmdApproxPrefixProducer producer = LlmdApproxPrefixProducer.builder().build();

        assertThat(blockSize(producer, mixed, "a", "b")).isEqualTo(128);
        assertThat(blockSize(producer, mixed, "b", "a")).isEqualTo(BLOCK);
    }

    @Test
    void capacity_isSettledByTheFirstPrompt() {
        TestFleet small = TestFleet.builder()
                .endpoint("a", known -> known.kvBlockCount(2))
                .build();
        LlmdApproxPrefixProducer producer = LlmdApproxPrefixProducer.builder().build();
        Sent fleet = new Sent(producer, small);

        fleet.send(TestRequests.tokens(5 * BLOCK), "a");
        fleet.send(TestRequests.text("x".repeat(4 * 5 * BLOCK)), "a");

        assertThat(producer.remembered(0)).isEqualTo(2);
    }

    @Test
    void modelAndSalt_runTogether() {
        Sent fleet = sent(TestFleet.of("a"));
        InferenceRequest sent = TestRequests.builder()
                .tokens(new int[BLOCK])
                .cacheSalt("tenant")
                .build();
        InferenceRequest collides = InferenceRequest.builder("other", TestRequests.MODEL + "tenant")
                .tokens(new int[BLOCK])
                .build();

        fleet.send(sent, "a");

        assertThat(matched(fleet, collides)).isEqualTo(Map.of("a", 1L));
        assertThat(matched(fleet, TestRequests.builder().tokens(new int[BLOCK]).build()))
                .isEqualTo(Map.of("a", 0L));
    }

    @Test
    void images_areToldApart_whereTheyStand() {
        Sent fleet = sent(TestFleet.of("a"));
        fleet.send(withImage("cat", BLOCK, 10), "a");

        assertThat(matched(fleet, withImage("cat", BLOCK, 10))).isEqualTo(Map.of("a", 3L));
        assertThat(matched(fleet, withImage("dog", BLOCK, 10))).isEqualTo(Map.of("a", 1L));
        assertThat(matched(fleet, withImage("cat", 0, 0))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void blocksOfTheHosts_matchInOrder() {
        Sent fleet = sent(TestFleet.of("a"));
        fleet.send(blocks(1, 2, 3), "a");

        assertThat(matched(fleet, blocks(1, 2, 4))).isEqualTo(Map.of("a", 2L));
        assertThat(matched(fleet, blocks(2, 1))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void endpointThatLeft_isForgotten() {
        Sent fleet = sent(TestFleet.of("a", "b"));
        InferenceRequest request = TestRequests.tokens(BLOCK);
        fleet.send(request, "a");

        fleet.restart("a");

        assertThat(matched(fleet, request)).isEqualTo(Map.of("a", 0L, "b", 0L));
    }

    @Test
    void threads_findWhatTheySent() throws InterruptedException, ExecutionException {
        Sent fleet = sent(TestFleet.of(8));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Long>> found = IntStream.range(0, 4)
                    .mapToObj(thread -> threads.submit(() -> sendAndFind(fleet, thread)))
                    .toList();

            for (Future<Long> one : found) {
                assertThat(one.get()).isEqualTo(200 * 3L);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long sendAndFind(Sent fleet, int thread) {
        long found = 0;
        for (int i = 0; i < 200; i++) {
            InferenceRequest request = blocks(thread, i, 7);
            String id = "e" + (i + thread) % 8;
            fleet.send(request, id);
            found += matched(fleet, request).get(id);
        }
        return found;
    }

    private static Sent sent(TestFleet fleet) {
        return new Sent(LlmdApproxPrefixProducer.builder().build(), fleet);
    }

    private static Map<String, Long> matched(Sent fleet, InferenceRequest request) {
        return fleet.produced(request).numbers(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
    }

    private static int blockSize(LlmdApproxPrefixProducer producer, TestFleet fleet, String... candidates) {
        TestCycle cycle = TestCycle.of(fleet, TestRequests.tokens(1000));
        PrefixMatch match = cycle.produce(producer, cycle.candidates(candidates))
                .attribute(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER));
        return match == null ? 0 : match.blockSize();
    }

    private static InferenceRequest withImage(String name, int firstToken, int tokens) {
        return TestRequests.builder()
                .tokens(new int[3 * BLOCK])
                .multimodalItems(List.of(new MultimodalItem(name, firstToken, tokens)))
                .build();
    }

    private static InferenceRequest blocks(long... hashes) {
        return TestRequests.builder()
                .prompt(Prompt.blocks(hashes, BLOCK, BLOCK * hashes.length))
                .build();
    }
}
