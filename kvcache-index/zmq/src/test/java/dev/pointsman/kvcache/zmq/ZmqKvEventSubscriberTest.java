// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.wire.KvEventEncoder;
import dev.pointsman.kvcache.event.wire.WireForm;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.feed.MissExplanation.Cause;
import dev.pointsman.kvcache.feed.RecoverySettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real sockets on this machine. After each trouble the index equals the engine's cache, or the endpoint says that it may
 * not.
 */
@Timeout(120)
class ZmqKvEventSubscriberTest {
    private static final int SLOT = 5;

    private final TieredPrefixIndex index = RadixPrefixIndex.builder().build();
    private final KvEventEncoder encoder = new KvEventEncoder(WireForm.VLLM_MAP);
    private ToyEngine engine = new ToyEngine(1, 80);
    private ZmqKvEventSubscriber subscriber = subscriber(KvIndexListener.NONE);

    private ZmqKvEventSubscriber subscriber(KvIndexListener listener) {
        return ZmqKvEventSubscriber.builder(index, ToyEngine.BLOCK)
                .listener(listener)
                .recovery(RecoverySettings.builder()
                        .idleTimeout(Duration.ofMillis(300))
                        .coolDown(Duration.ofMillis(300))
                        .auditAfter(Duration.ofMillis(300))
                        .build())
                .reconnect(Duration.ofMillis(20), Duration.ofMillis(200))
                .receiveLimit(1_000)
                .maxBatchBytes(1 << 20)
                .seed(1)
                .build();
    }

    @AfterEach
    void close() {
        subscriber.close();
    }

    private EndpointHealth health() {
        return subscriber.health(SLOT);
    }

    private void publish(ZmqKvEventPublisher publisher, int batches) {
        for (int i = 0; i < batches; i++) {
            publisher.publish(engine.next());
        }
    }

    private void awaitTruth() {
        Await.until(
                () -> health().fresh() && engine.equals(index, SLOT),
                () -> health() + ", equal: " + engine.equals(index, SLOT) + ", drops: "
                        + subscriber.channel(SLOT).map(KvEventChannel::drops));
    }

    private void awaitDoubt(Doubt doubt) {
        Await.until(() -> health().doubt() == doubt, () -> health().toString());
    }

    private void awaitConnected() {
        // An empty engine that answered a replay is fresh, and nothing else is before it has said anything.
        Await.until(() -> health().state() == State.FRESH, () -> health().toString());
    }

    private static ZmqKvEventSource source(ZmqKvEventPublisher publisher) {
        return ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, publisher.address()).withReplay(publisher.replayAddress());
    }

    @Test
    void engineThatIsFollowedFromTheStart_indexEqualsItsCache() {
        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().topic("kv@pod@toy"))) {
            subscriber.start();
            subscriber.add(source(publisher).withTopic("kv@"));
            awaitConnected();

            publish(publisher, 500);

            awaitTruth();
            assertThat(subscriber.channel(SLOT).orElseThrow().applied()).isEqualTo(499);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void engineThatRunsAlready_isLearnedFromItsReplay(boolean topicInReplies) {
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder()
                .topicInReplies(topicInReplies)
                .form(topicInReplies ? WireForm.VLLM_ARRAY : WireForm.SGLANG_MAP))) {
            publish(publisher, 500);
            subscriber.start();

            subscriber.add(source(publisher));

            awaitTruth();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lostBatches_areReplayed(boolean topicInReplies) {
        SplittableRandom random = new SplittableRandom(3);
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder()
                .topicInReplies(topicInReplies)
                .losing(sequence -> sequence == 599 || random.nextInt(5) == 0))) {
            subscriber.start();
            subscriber.add(source(publisher));
            awaitConnected();

            publish(publisher, 600);

            awaitTruth();
            assertThat(subscriber.channel(SLOT).orElseThrow().applied()).isEqualTo(599);
        }
    }

    @Test
    void lostBatchesWithoutReplayEndpoint_degrade() {
        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().losing(sequence -> sequence % 100 == 50))) {
            subscriber.start();
            subscriber.add(ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, publisher.address()));

            // Until the subscription has reached the publisher, what it sends goes nowhere.
            Await.until(
                    () -> {
                        publish(publisher, 10);
                        return health().doubt() == Doubt.LOST_BATCHES;
                    },
                    () -> health().toString());

            assertThat(health().why()).contains("lost", "no replay endpoint");
        }
    }

    @Test
    void batchesThatTheEngineNoLongerHas_degradeButNeverOvercount() {
        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().ringSize(50))) {
            publish(publisher, 500);
            subscriber.start();
            subscriber.add(source(publisher));

            awaitDoubt(Doubt.MISSING_HISTORY);

            publish(publisher, 100);
            Await.until(() -> subscriber.channel(SLOT).orElseThrow().applied() == 599, () -> health().toString());
            assertThat(engine.overcount(index, SLOT)).isZero();
            assertThat(health().doubt()).isIn(Doubt.MISSING_HISTORY, null);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 300, 700})
    void restartOfTheEngine_isNoticed(int batchesBeforeItIsSeen) {
        ZmqKvEventPublisher first = started(ZmqKvEventPublisher.builder());
        subscriber.start();
        subscriber.add(source(first));
        awaitConnected();
        publish(first, 300);
        awaitTruth();
        ZmqKvEventPublisher.Builder sameAddress =
                ZmqKvEventPublisher.builder().address(first.address()).replayAddress(first.replayAddress());
        first.close();
        awaitDoubt(Doubt.DISCONNECTED);

        engine = new ToyEngine(2, 80);
        try (ZmqKvEventPublisher second = started(sameAddress)) {
            publish(second, batchesBeforeItIsSeen);
            awaitTruth();
            publish(second, 50);
            awaitTruth();
        }
    }

    @Test
    void duplicatedAndReorderedBatches_areAppliedOnceAndInOrder() {
        try (ZmqKvEventPublisher kept = started(ZmqKvEventPublisher.builder().losing(sequence -> true));
                RawPublisher live = new RawPublisher()) {
            subscriber.start();
            subscriber.add(
                    ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, live.address()).withReplay(kept.replayAddress()));
            awaitConnected();
            SplittableRandom random = new SplittableRandom(4);
            byte[] waiting = null;
            for (int i = 0; i < 400; i++) {
                byte[] payload = encoder.encode(engine.next());
                long sequence = kept.publish(payload);
                if (waiting == null && random.nextInt(20) == 0) {
                    waiting = payload;
                    continue;
                }
                live.send(sequence, payload);
                if (waiting != null) {
                    live.send(sequence - 1, waiting);
                    waiting = null;
                }
                if (random.nextInt(10) == 0) {
                    live.send(sequence, payload);
                }
            }

            awaitTruth();
        }
    }

    @Test
    void garbage_isCountedAndHarmless() {
        try (ZmqKvEventPublisher kept = started(ZmqKvEventPublisher.builder().losing(sequence -> true));
                RawPublisher live = new RawPublisher()) {
            subscriber.start();
            subscriber.add(
                    ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, live.address()).withReplay(kept.replayAddress()));
            awaitConnected();
            SplittableRandom random = new SplittableRandom(5);
            byte[] empty = {};
            // An array of 2^30 events, of which there is none.
            byte[] claimsMuch = {(byte) 0x92, 0x01, (byte) 0xdd, 0x40, 0, 0, 0};
            for (int i = 0; i < 300; i++) {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                switch (random.nextInt(12)) {
                    case 0 -> live.send(noise);
                    case 1 -> live.send(empty, noise);
                    case 2 -> live.send(empty, RawPublisher.sequence(i), noise, noise);
                    case 3 -> live.send(empty, new byte[7], noise);
                    case 4 -> live.send(-1, noise);
                    case 5 -> live.send(Long.MIN_VALUE, noise);
                    case 6 -> live.send(i, claimsMuch);
                    case 7 -> live.send(random.nextInt(1_000), noise);
                    default -> {
                        byte[] payload = encoder.encode(engine.next());
                        live.send(kept.publish(payload), payload);
                    }
                }
            }

            awaitTruth();
            assertThat(subscriber.channel(SLOT).orElseThrow().drops().count(DropReason.MALFORMED_BATCH))
                    .isPositive();
        }
    }

    @Test
    void unreadableBatchOfTheEngineItself_degrades() {
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder())) {
            subscriber.start();
            subscriber.add(source(publisher));
            awaitConnected();
            publish(publisher, 20);

            publisher.publish("not a batch".getBytes(UTF_8));
            publish(publisher, 20);

            awaitDoubt(Doubt.UNREADABLE_BATCH);
        }
    }

    @Test
    void slowSubscriber_catchesUp() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger applied = new AtomicInteger();
        AtomicInteger replays = new AtomicInteger();
        subscriber = subscriber(new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                if (applied.incrementAndGet() == 10) {
                    awaitQuietly(release);
                }
            }

            @Override
            public void replayBegan(int slot, long from) {
                replays.incrementAndGet();
            }
        });
        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().sendLimit(10))) {
            subscriber.start();
            subscriber.add(source(publisher));
            awaitConnected();
            // More than the sockets on the way can hold, so that the publisher has to drop some.
            for (int i = 0; i < 30; i++) {
                publish(publisher, 10);
                publisher.publish(large());
            }
            release.countDown();

            awaitTruth();
            assertThat(replays.get()).as("something was lost").isGreaterThan(1);
        }
    }

    /** A batch of nothing, with much after it that is passed over. */
    private byte[] large() {
        byte[] batch = encoder.encode(new KvEventBatch(1, OptionalInt.empty(), List.of()));
        int padding = 900_000;
        byte[] bytes = new byte[batch.length + 5 + padding];
        System.arraycopy(batch, 0, bytes, 0, batch.length);
        bytes[0] = (byte) (bytes[0] + 1);
        int at = batch.length;
        bytes[at] = (byte) 0xc6;
        bytes[at + 2] = (byte) (padding >> 16);
        bytes[at + 3] = (byte) (padding >> 8);
        bytes[at + 4] = (byte) padding;
        return bytes;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void peerThatClaimsAGigabyte_isCutOff() throws IOException {
        int port;
        try (ServerSocket evil = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = evil.getLocalPort();
            subscriber.start();
            subscriber.add(ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, "tcp://127.0.0.1:" + port)
                    .withReplay("tcp://127.0.0.1:" + port));
            try (Socket connection = evil.accept()) {
                connection.setSoTimeout(20_000);
                OutputStream out = connection.getOutputStream();
                InputStream in = connection.getInputStream();
                claimAGigabyte(out, in);

                while (in.read() >= 0) {
                    // What it says meanwhile does not matter; that it hangs up does.
                }
            } catch (java.net.SocketException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
        }
        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().address("tcp://127.0.0.1:" + port))) {
            assertThat(health().state()).isNotEqualTo(State.FRESH);
            subscriber.remove(SLOT).toCompletableFuture().join();
            subscriber.add(source(publisher));
            publish(publisher, 100);
            awaitTruth();
        }
    }

    /** Speaks ZMTP 3.0 as a PUB would, then begins a frame of 2^30 bytes. */
    private static void claimAGigabyte(OutputStream out, InputStream in) throws IOException {
        byte[] greeting = new byte[64];
        greeting[0] = (byte) 0xff;
        greeting[9] = 0x7f;
        greeting[10] = 3;
        System.arraycopy("NULL".getBytes(UTF_8), 0, greeting, 12, 4);
        out.write(greeting);
        byte[] ready = "\u0005READY\u000bSocket-Type\0\0\0\u0003PUB".getBytes(UTF_8);
        out.write(new byte[] {4, (byte) ready.length});
        out.write(ready);
        out.flush();
        assertThat(in.readNBytes(64)).hasSize(64);
        out.write(new byte[] {2, 0, 0, 0, 0, 0x40, 0, 0, 0});
        out.write(new byte[1_000]);
        out.flush();
    }

    @Test
    void failureWhileApplying_forgetsTheEndpointAndBeginsAnew() {
        AtomicInteger failures = new AtomicInteger();
        subscriber = subscriber(new KvIndexListener() {
            @Override
            public void stored(int slot, Tier tier, int blocks) {
                if (failures.get() == 0) {
                    failures.incrementAndGet();
                    throw new StackOverflowError("an error that comes once");
                }
            }
        });
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder())) {
            subscriber.start();
            subscriber.add(source(publisher));
            publish(publisher, 100);

            awaitTruth();
            assertThat(failures).hasValue(1);
        }
    }

    @Test
    void endpointsThatComeAndGo_leaveNothingBehind() {
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder())) {
            subscriber.start();
            subscriber.add(source(publisher));
            publish(publisher, 50);
            awaitTruth();
            assertThatThrownBy(() -> subscriber.add(source(publisher))).isInstanceOf(IllegalStateException.class);

            subscriber.remove(SLOT).toCompletableFuture().join();

            assertThat(index.size()).isZero();
            assertThat(health().state()).isEqualTo(State.COLD);
            assertThat(subscriber.channel(SLOT)).isEmpty();
            subscriber.add(source(publisher));
            publish(publisher, 50);
            awaitTruth();
        }
    }

    @Test
    void publisherThatIsNotThereYet_isColdAndThenFollowed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String address = "tcp://127.0.0.1:" + port;
        subscriber.start();
        subscriber.add(ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, address));
        assertThat(subscriber
                        .channel(SLOT)
                        .orElseThrow()
                        .explainMiss(TokenSource.of(1, 2, 3, 4), 4, ToyEngine.MODEL, null, null)
                        .cause())
                .isEqualTo(Cause.NEVER_HEARD);

        try (ZmqKvEventPublisher publisher =
                started(ZmqKvEventPublisher.builder().address(address))) {
            Await.until(
                    () -> {
                        publish(publisher, 1);
                        return subscriber.channel(SLOT).orElseThrow().applied() >= 0;
                    },
                    () -> health().toString());
        }
    }

    @Test
    void manyEndpointsOnSeveralThreads_areKeptApart() {
        AtomicLong heard = new AtomicLong();
        ZmqKvEventSubscriber many = ZmqKvEventSubscriber.builder(index, ToyEngine.BLOCK)
                .threads(2)
                .listener(new KvIndexListener() {
                    @Override
                    public void batchApplied(int slot, double timestamp, long behind) {
                        heard.incrementAndGet();
                    }
                })
                .build();
        List<ToyEngine> engines = List.of(new ToyEngine(11, 40), new ToyEngine(12, 60), new ToyEngine(13, 90));
        List<ZmqKvEventPublisher> publishers = engines.stream()
                .map(each -> started(ZmqKvEventPublisher.builder()))
                .toList();
        try {
            many.start();
            for (int i = 0; i < engines.size(); i++) {
                many.add(ZmqKvEventSource.of(
                                i, ToyEngine.MODEL, publishers.get(i).address())
                        .withReplay(publishers.get(i).replayAddress()));
                for (int batch = 0; batch < 200; batch++) {
                    publishers.get(i).publish(engines.get(i).next());
                }
            }
            for (int i = 0; i < engines.size(); i++) {
                int slot = i;
                Await.until(
                        () -> many.health(slot).fresh() && engines.get(slot).equals(index, slot),
                        () -> many.health(slot).toString());
            }
            assertThat(heard.get()).isGreaterThanOrEqualTo(600);
        } finally {
            many.close();
            publishers.forEach(ZmqKvEventPublisher::close);
        }
    }

    @Test
    void closing_endsAllThreadsAndDegrades() {
        try (ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder())) {
            subscriber.start();
            subscriber.add(source(publisher));
            publish(publisher, 10);
            awaitTruth();

            subscriber.close();
            subscriber.close();

            assertThat(health().doubt()).isEqualTo(Doubt.DISCONNECTED);
            assertThatThrownBy(() -> subscriber.add(source(publisher))).isInstanceOf(IllegalStateException.class);
        }
        Await.until(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("pointsman-kv-")),
                () -> Thread.getAllStackTraces().keySet().toString());
    }

    private static ZmqKvEventPublisher started(ZmqKvEventPublisher.Builder builder) {
        ZmqKvEventPublisher publisher = builder.build();
        publisher.start();
        return publisher;
    }
}
