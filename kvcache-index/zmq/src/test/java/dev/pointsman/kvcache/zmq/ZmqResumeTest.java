// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.RestorablePrefixIndex;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.feed.RecoverySettings;
import dev.pointsman.kvcache.feed.ResumePoint;
import dev.pointsman.kvcache.snapshot.IndexSnapshot;
import dev.pointsman.kvcache.snapshot.SnapshotEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets: routers that save what they know in a quiet moment, and others that go on from it. */
@Timeout(120)
class ZmqResumeTest {
    private static final int SLOT = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final IndexSnapshot SNAPSHOT = new IndexSnapshot(ToyEngine.BLOCK);

    private ToyEngine engine = new ToyEngine(1, 80);
    private ZmqKvEventPublisher publisher = started(ZmqKvEventPublisher.builder());
    private final List<Router> routers = new ArrayList<>();
    private final Router first = new Router(KvIndexListener.NONE);

    /** An index and what feeds it. */
    private final class Router implements KvIndexListener {
        final TieredPrefixIndex index = RadixPrefixIndex.builder().build();
        final List<Long> replays = new CopyOnWriteArrayList<>();
        final ZmqKvEventSubscriber subscriber;
        private final KvIndexListener listener;

        Router(KvIndexListener listener) {
            this.listener = listener;
            this.subscriber = ZmqKvEventSubscriber.builder(index, ToyEngine.BLOCK)
                    .listener(this)
                    .recovery(RecoverySettings.builder()
                            .idleTimeout(Duration.ofSeconds(2))
                            .auditAfter(Duration.ZERO)
                            .build())
                    .reconnect(Duration.ofMillis(20), Duration.ofMillis(200))
                    .threads(2)
                    .seed(1)
                    .build();
            routers.add(this);
        }

        @Override
        public void replayBegan(int slot, long from) {
            replays.add(from);
        }

        @Override
        public void batchApplied(int slot, double timestamp, long behind) {
            listener.batchApplied(slot, timestamp, behind);
        }

        void follow(ZmqKvEventSource source) {
            subscriber.start();
            subscriber.add(source);
            Await.until(() -> subscriber.health(SLOT).state() == State.FRESH, this::toString);
        }

        long applied() {
            return subscriber.channel(SLOT).map(KvEventChannel::applied).orElse(-1L);
        }

        /** Returns what it knows, and where it was. */
        Saved save() throws IOException, InterruptedException, TimeoutException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            List<ResumePoint> points = new ArrayList<>();
            subscriber.whileQuiet(PATIENCE, () -> {
                subscriber.resumePoint(SLOT).ifPresent(points::add);
                List<SnapshotEndpoint> endpoints = points.stream()
                        .map(point -> new SnapshotEndpoint("engine", SLOT, point))
                        .toList();
                SNAPSHOT.save(endpoints, (RestorablePrefixIndex) index, out);
            });
            return new Saved(points.get(0), out);
        }

        ResumePoint load(Saved saved) throws IOException {
            return SNAPSHOT.load(
                            () -> new ByteArrayInputStream(saved.bytes.toByteArray()),
                            name -> SLOT,
                            (RestorablePrefixIndex) index)
                    .get(0)
                    .resume();
        }

        void awaitTruth() {
            Await.until(
                    () -> subscriber.health(SLOT).fresh() && engine.equals(index, SLOT),
                    () -> this + ", equal: " + engine.equals(index, SLOT));
        }

        @Override
        public String toString() {
            return subscriber.health(SLOT) + ", applied " + applied() + ", replays from " + replays;
        }
    }

    private record Saved(ResumePoint point, ByteArrayOutputStream bytes) {}

    @BeforeEach
    void follow() {
        first.follow(source());
    }

    @AfterEach
    void close() {
        routers.forEach(router -> router.subscriber.close());
        publisher.close();
    }

    private ZmqKvEventSource source() {
        return ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, publisher.address()).withReplay(publisher.replayAddress());
    }

    private void publish(int batches) {
        for (int i = 0; i < batches; i++) {
            publisher.publish(engine.next());
        }
    }

    /** Another engine, elsewhere. */
    private void restart() {
        publisher.close();
        publisher = started(ZmqKvEventPublisher.builder());
        engine = new ToyEngine(2, 80);
    }

    @Test
    void anotherRouter_goesOnFromASnapshot_andAsksForNothingBefore() throws Exception {
        publish(300);
        first.awaitTruth();
        Saved saved = first.save();
        assertThat(saved.point().sequence()).isEqualTo(299);
        publish(200);

        Router second = new Router(KvIndexListener.NONE);
        ResumePoint loaded = second.load(saved);
        assertThat(second.index.size()).isPositive();
        second.follow(source().withResume(loaded));
        publish(50);

        second.awaitTruth();
        first.awaitTruth();
        assertThat(second.applied()).isEqualTo(549);
        assertThat(second.replays).startsWith(299L).allMatch(from -> from >= 299);
    }

    @Test
    void snapshotOfABusyEngine_isOfOneMoment() throws Exception {
        publish(1);
        first.awaitTruth();
        CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> publish(3_000));
        Await.until(() -> first.applied() > 100, first::toString);
        Saved saved = first.save();
        first.subscriber.close();

        Router second = new Router(KvIndexListener.NONE);
        second.follow(source().withResume(second.load(saved)));
        busy.join();

        second.awaitTruth();
        assertThat(saved.point().sequence()).isGreaterThan(100);
        assertThat(second.replays).startsWith(saved.point().anchor()).allMatch(from -> from > 0);
    }

    @Test
    void engineThatRestartedMeanwhile_isLearnedAnew() throws Exception {
        publish(300);
        first.awaitTruth();
        Saved saved = first.save();
        restart();
        publish(400);

        Router second = new Router(KvIndexListener.NONE);
        second.follow(source().withResume(second.load(saved)));

        second.awaitTruth();
        assertThat(second.replays).startsWith(299L, 0L);
    }

    /** A connection may be made and lead nowhere; the same request has to go with the next one, before patience with it ends. */
    @Test
    void replayWhoseHandshakeNeverEnds_goesWithTheNextConnection() throws Exception {
        publish(100);
        try (ServerSocket silentAtFirst = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread relay = new Thread(() -> relaySecond(silentAtFirst, URI.create(publisher.replayAddress())));
            relay.setDaemon(true);
            relay.start();

            Router late = new Router(KvIndexListener.NONE);
            late.follow(ZmqKvEventSource.of(SLOT, ToyEngine.MODEL, publisher.address())
                    .withReplay("tcp://127.0.0.1:" + silentAtFirst.getLocalPort()));

            late.awaitTruth();
            assertThat(late.replays).containsExactly(0L);
        }
    }

    /** Says nothing to the first who connects, and passes on what the second one and an address say. */
    private static void relaySecond(ServerSocket server, URI address) {
        try (Socket silent = server.accept();
                Socket second = server.accept();
                Socket there = new Socket(address.getHost(), address.getPort())) {
            assertThat(silent.isConnected()).isTrue();
            Thread back = new Thread(() -> pass(there, second));
            back.setDaemon(true);
            back.start();
            pass(second, there);
        } catch (IOException ended) {
            // The test is over.
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // Whoever listened is gone.
        }
    }

    @Test
    void slotThatWasLoaded_withoutAResumePoint_isCleared() throws Exception {
        publish(100);
        first.awaitTruth();
        Saved saved = first.save();
        restart();
        publish(3);

        Router second = new Router(KvIndexListener.NONE);
        second.load(saved);
        assertThat(engine.overcount(second.index, SLOT)).isPositive();
        second.follow(source());

        second.awaitTruth();
    }

    @Test
    void quietMoment_appliesNothing_andAllOfItAfterwards() throws Exception {
        Router witness = new Router(KvIndexListener.NONE);
        witness.follow(source());
        publish(10);
        first.awaitTruth();

        first.subscriber.whileQuiet(PATIENCE, () -> {
            publish(100);
            witness.awaitTruth();
            assertThat(first.applied()).isEqualTo(9);
        });

        first.awaitTruth();
        assertThat(first.applied()).isEqualTo(109);
    }

    @Test
    void actionThatFails_isPassedOn_andWorkGoesOn() {
        assertThatThrownBy(() -> first.subscriber.whileQuiet(PATIENCE, () -> {
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");

        publish(10);
        first.awaitTruth();
    }

    @Test
    void threadThatDoesNotComeToRest_isWaitedForInVain_andTheActionIsNotRun() throws Exception {
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Router slow = new Router(new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                applying.countDown();
                awaitQuietly(release);
            }
        });
        slow.follow(source());
        List<String> ran = new ArrayList<>();
        publish(1);
        applying.await();

        assertThatThrownBy(() -> slow.subscriber.whileQuiet(Duration.ofMillis(50), () -> ran.add("action")))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("PT0.05S");

        assertThat(ran).isEmpty();
        release.countDown();
        publish(10);
        slow.awaitTruth();
    }

    @Test
    void quietWithinAnAction_orOnTheSubscribersThread_isRefused() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Router careless = new Router(new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                if (!thrown.isDone()) {
                    thrown.complete(catchThrowable(() -> quietAgain(routers.get(1).subscriber)));
                }
            }
        });
        careless.follow(source());
        publish(1);

        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("listener");
        first.subscriber.whileQuiet(
                PATIENCE,
                () -> assertThatThrownBy(() -> quietAgain(first.subscriber)).isInstanceOf(IllegalStateException.class));
    }

    private static void quietAgain(ZmqKvEventSubscriber subscriber) throws Exception {
        subscriber.whileQuiet(PATIENCE, () -> {
            throw new AssertionError("was run");
        });
    }

    @Test
    void closingWhileAnActionRuns_waitsForIt() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> closed = new ArrayList<>();

        first.subscriber.whileQuiet(PATIENCE, () -> {
            closed.add(CompletableFuture.runAsync(() -> {
                closing.countDown();
                first.subscriber.close();
                order.add("closed");
            }));
            awaitQuietly(closing);
            order.add("saved");
        });
        closed.get(0).join();

        assertThat(order).containsExactly("saved", "closed");
    }

    @Test
    void afterTheEnd_anActionIsRunAtOnce_andBeforeTheStartRefused() throws Exception {
        publish(20);
        first.awaitTruth();
        first.subscriber.whileQuiet(PATIENCE, first.subscriber::close);

        assertThat(first.save().point().sequence()).isEqualTo(19);
        assertThatThrownBy(() -> quietAgain(new Router(KvIndexListener.NONE).subscriber))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ZmqKvEventPublisher started(ZmqKvEventPublisher.Builder builder) {
        ZmqKvEventPublisher publisher = builder.build();
        publisher.start();
        return publisher;
    }
}
