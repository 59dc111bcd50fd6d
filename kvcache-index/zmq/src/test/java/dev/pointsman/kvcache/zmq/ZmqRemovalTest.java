// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.KvIndexListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endpoints that are removed at awkward moments, and threads that are thrown at: nothing stays behind or stands still. */
@Timeout(60)
class ZmqRemovalTest {
    private static final int SLOT = 2;
    private static final int OTHER_SLOT = 3;

    private final RadixPrefixIndex index = RadixPrefixIndex.builder().build();
    private final ToyEngine engine = new ToyEngine(1, 80);
    private final ZmqKvEventPublisher publisher = ZmqKvEventPublisher.builder().build();
    private ZmqKvEventSubscriber subscriber = subscriber(index, KvIndexListener.NONE);

    ZmqRemovalTest() {
        publisher.start();
    }

    private static ZmqKvEventSubscriber subscriber(TieredPrefixIndex index, KvIndexListener listener) {
        return ZmqKvEventSubscriber.builder(index, ToyEngine.BLOCK)
                .listener(listener)
                .build();
    }

    @AfterEach
    void close() {
        subscriber.close();
        publisher.close();
    }

    private ZmqKvEventSource source(int slot) {
        return ZmqKvEventSource.of(slot, ToyEngine.MODEL, publisher.address()).withReplay(publisher.replayAddress());
    }

    private void publish(int batches) {
        for (int i = 0; i < batches; i++) {
            publisher.publish(engine.next());
        }
    }

    private void awaitTruth(int slot) {
        Await.until(
                () -> subscriber.health(slot).fresh() && engine.equals(index, slot),
                () -> subscriber.health(slot).toString());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void removalWhileTheThreadIsHeldUp_takesEffectAtOnce() throws Exception {
        CountDownLatch heldUp = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        subscriber = subscriber(index, new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                heldUp.countDown();
                awaitQuietly(release);
            }
        });
        publish(50);
        subscriber.start();
        subscriber.add(source(SLOT));
        assertThat(heldUp.await(20, TimeUnit.SECONDS)).isTrue();

        var closed = subscriber.remove(SLOT).toCompletableFuture();
        assertThat(index.size()).isZero();
        assertThat(closed).isNotDone();
        assertThat(subscriber.channel(SLOT)).isEmpty();
        // The slot is another's now, and what the thread was at must not touch it.
        index.store(SLOT, new long[] {1, 2, 3}, 0, 3);
        release.countDown();
        closed.get(20, TimeUnit.SECONDS);

        assertThat(index.size()).isEqualTo(3);
    }

    @Test
    void removalByAListener_takesEffectAtOnceAndHangsNothing() {
        AtomicInteger sizeAfter = new AtomicInteger(-1);
        subscriber = subscriber(index, new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                if (slot == SLOT && sizeAfter.get() < 0) {
                    subscriber.remove(SLOT);
                    sizeAfter.set((int) index.size());
                }
            }
        });
        publish(50);
        subscriber.start();
        subscriber.add(source(SLOT));
        Await.until(() -> sizeAfter.get() >= 0, () -> "not removed");

        subscriber.add(source(OTHER_SLOT));

        awaitTruth(OTHER_SLOT);
        assertThat(sizeAfter).hasValue(0);
        assertThat(subscriber.channel(SLOT)).isEmpty();
    }

    @Test
    void removalAfterClosing_isDone() {
        subscriber.start();
        subscriber.add(source(SLOT));
        subscriber.close();

        assertThat(subscriber.remove(SLOT).toCompletableFuture()).isDone();
    }

    @Test
    void removalWhileClosing_isDoneWithTheThread() throws Exception {
        CountDownLatch heldUp = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        subscriber = subscriber(index, new KvIndexListener() {
            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                heldUp.countDown();
                awaitQuietly(release);
            }
        });
        publish(5);
        subscriber.start();
        subscriber.add(source(SLOT));
        assertThat(heldUp.await(20, TimeUnit.SECONDS)).isTrue();
        var closed = subscriber.remove(SLOT).toCompletableFuture();
        Thread closing = new Thread(subscriber::close);
        closing.start();

        release.countDown();

        closed.get(20, TimeUnit.SECONDS);
        closing.join();
        assertThat(index.size()).isZero();
    }

    @Test
    void listenerThatAlwaysThrows_isNotListenedToAndHarmsNothing() {
        subscriber = subscriber(index, new KvIndexListener() {
            @Override
            public void healthChanged(int slot, EndpointHealth health) {
                throw new IllegalStateException("a listener that fails");
            }

            @Override
            public void batchApplied(int slot, double timestamp, long behind) {
                throw new IllegalStateException("a listener that fails");
            }
        });
        subscriber.start();
        subscriber.add(source(SLOT));
        publish(100);

        awaitTruth(SLOT);
        assertThat(subscriber.channel(SLOT).orElseThrow().applied()).isEqualTo(99);
    }

    @Test
    void errorsWhileApplyingAndWhileBeginningAnew_endNoThread() {
        AtomicInteger stores = new AtomicInteger();
        AtomicInteger clears = new AtomicInteger();
        TieredPrefixIndex failing = (TieredPrefixIndex) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TieredPrefixIndex.class}, (proxy, method, arguments) -> {
                    if (method.getName().startsWith("store") && stores.incrementAndGet() == 3) {
                        throw new OutOfMemoryError("a store that fails once");
                    }
                    // The first clear is of the subscription that begins, the second of the one that begins anew.
                    if (method.getName().equals("clear") && clears.incrementAndGet() == 2) {
                        throw new OutOfMemoryError("a clear that fails once");
                    }
                    try {
                        return method.invoke(index, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
        subscriber = subscriber(failing, KvIndexListener.NONE);
        publish(100);
        subscriber.start();
        subscriber.add(source(SLOT));

        awaitTruth(SLOT);
        assertThat(clears.get()).isGreaterThanOrEqualTo(3);
        assertThat(stores.get()).isGreaterThan(3);
    }
}
