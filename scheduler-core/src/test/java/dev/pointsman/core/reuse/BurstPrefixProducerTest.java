// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BurstPrefixProducerTest {
    private static final long MILLIS = 1_000_000;

    private final TestFleet fleet = TestFleet.of("a", "b");

    @Test
    void window_countsFromTheFirstMaintenanceAfterItOpened() {
        BurstPrefixProducer producer = producer(1000);
        assertThat(producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        producer.maintain(3 * MILLIS);

        CompletableFuture<Map<? extends DataKey, Object>> stage = hold(producer, 1);

        assertThat(producer.nextDeadline()).isEqualTo(3 * MILLIS);
        producer.maintain(5 * MILLIS);
        assertThat(producer.nextDeadline()).isEqualTo(105 * MILLIS);
        producer.maintain(104 * MILLIS);
        assertThat(stage).isNotDone();
        producer.maintain(105 * MILLIS);
        assertThat(stage).isCompletedWithValue(Map.of());
        assertThat(producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void fullBatch_isLetGoAtOnce() {
        BurstPrefixProducer producer = producer(2);

        CompletableFuture<Map<? extends DataKey, Object>> first = hold(producer, 1);
        assertThat(first).isNotDone();
        CompletableFuture<Map<? extends DataKey, Object>> second = hold(producer, 1);

        assertThat(placed(first)).isEqualTo("a");
        assertThat(placed(second)).isEqualTo("a");
    }

    @Test
    void cancelledRequest_isLeftOut() {
        BurstPrefixProducer producer = producer(1000);
        CompletableFuture<Map<? extends DataKey, Object>> cancelled = hold(producer, 1);
        CompletableFuture<Map<? extends DataKey, Object>> alone = hold(producer, 1);

        cancelled.cancel(false);
        letGo(producer);

        // With the other one gone it has nobody to go with.
        assertThat(alone).isCompletedWithValue(Map.of());
    }

    @Test
    void emptyFleet_holdsNobodyBack() {
        BurstPrefixProducer producer = producer(1000);
        CompletableFuture<Map<? extends DataKey, Object>> stage =
                producer.produce(request(1), TestFleet.builder().build()).toCompletableFuture();

        letGo(producer);

        assertThat(stage).isCompletedWithValue(Map.of());
    }

    @Test
    void placement_isAFullMatchThere_andNoneElsewhere() {
        BurstPrefixProducer producer = producer(2);
        CompletableFuture<Map<? extends DataKey, Object>> stage = hold(producer, 1);
        assertThat(hold(producer, 1)).isCompleted();

        TestCycle cycle = TestCycle.of(fleet, request(1))
                .with(BurstPrefixProducer.placement(BurstPrefixProducer.TYPE), (BurstPrefixProducer.Placement)
                        stage.join().get(BurstPrefixProducer.placement(BurstPrefixProducer.TYPE)))
                .produce(producer);

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(BurstPrefixProducer.TYPE)))
                .isEqualTo(Map.of("a", 2L, "b", 0L));
        assertThat(cycle.attribute(PrefixMatch.of(BurstPrefixProducer.TYPE))).isEqualTo(new PrefixMatch(2, 64));
    }

    @Test
    void placement_onAnEndpointThatLeft_matchesNobody() {
        BurstPrefixProducer producer = producer(1000);
        TestFleet later = fleet.toBuilder().incarnation("a", 77).build();

        TestCycle cycle = TestCycle.of(later, request(1))
                .with(
                        BurstPrefixProducer.placement(BurstPrefixProducer.TYPE),
                        new BurstPrefixProducer.Placement("a", 0, fleet.incarnation(0), new PrefixMatch(2, 64)))
                .produce(producer);

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(BurstPrefixProducer.TYPE)))
                .isEqualTo(Map.of("a", 0L, "b", 0L));
    }

    @Test
    void schedule_doesNotWait_andGoesWithoutItsData() {
        Pointsman pointsman = Pointsman.builder(Fleet.of(fleet.endpoint(0), fleet.endpoint(1)))
                .plugin(BurstPrefixProducer.TYPE, producer(1000))
                .profile("default")
                .build();

        assertThat(pointsman.evaluate(request(1)).explanation().notes().toString())
                .contains("is asynchronous and was not waited for");
    }

    @Test
    void threads_areAllLetGo() throws InterruptedException, ExecutionException {
        BurstPrefixProducer producer = producer(16);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<CompletableFuture<Map<? extends DataKey, Object>>>>> held = IntStream.range(0, 4)
                    .mapToObj(thread -> threads.submit(() -> IntStream.range(0, 500)
                            .mapToObj(i -> hold(producer, i % 3))
                            .toList()))
                    .toList();
            for (long now = 0; now < 1000; now++) {
                producer.maintain(now * 50 * MILLIS);
            }

            // A full batch is packed by the thread that filled it, so all have to be done before any is asked about.
            List<CompletableFuture<Map<? extends DataKey, Object>>> stages = new ArrayList<>();
            for (Future<List<CompletableFuture<Map<? extends DataKey, Object>>>> one : held) {
                stages.addAll(one.get());
            }
            letGo(producer, 60_000 * MILLIS); // After any window that was opened before.
            assertThat(stages)
                    .hasSize(2000)
                    .allSatisfy(stage -> assertThat(stage).isCompleted());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void byTokens_theLongPromptsWeigh() {
        BurstPrefixProducer producer =
                BurstPrefixProducer.builder().balanceByTokens(true).build();
        // Two long prompts go to a; the two pairs of short ones both to b, since a has more tokens.
        List<CompletableFuture<Map<? extends DataKey, Object>>> stages = IntStream.of(1, 1, 2, 2, 3, 3)
                .mapToObj(number -> producer.produce(
                                TestRequests.builder()
                                        .prompt(
                                                number == 1
                                                        ? Prompt.blocks(new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, 64, 576)
                                                        : Prompt.blocks(new long[] {number}, 64, 64))
                                        .build(),
                                fleet)
                        .toCompletableFuture())
                .toList();

        letGo(producer);

        assertThat(stages.stream().map(BurstPrefixProducerTest::placed)).containsExactly("a", "a", "b", "b", "b", "b");
    }

    private static BurstPrefixProducer producer(int maxBatch) {
        return BurstPrefixProducer.builder()
                .window(Duration.ofMillis(100))
                .maxBatchSize(maxBatch)
                .build();
    }

    private static InferenceRequest request(long block) {
        return TestRequests.builder()
                .prompt(Prompt.blocks(new long[] {block, 9}, 64, 128))
                .build();
    }

    private CompletableFuture<Map<? extends DataKey, Object>> hold(BurstPrefixProducer producer, long block) {
        return producer.produce(request(block), fleet).toCompletableFuture();
    }

    private static void letGo(BurstPrefixProducer producer) {
        letGo(producer, 0);
    }

    private static void letGo(BurstPrefixProducer producer, long now) {
        producer.maintain(now);
        producer.maintain(now + 100 * MILLIS);
    }

    private static String placed(CompletableFuture<Map<? extends DataKey, Object>> stage) {
        Object placement = stage.join().get(BurstPrefixProducer.placement(BurstPrefixProducer.TYPE));
        return placement == null ? "nowhere" : ((BurstPrefixProducer.Placement) placement).endpointId();
    }
}
