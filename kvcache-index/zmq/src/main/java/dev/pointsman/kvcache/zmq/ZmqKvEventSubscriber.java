// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.KvEventFeed;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.feed.RecoverySettings;
import dev.pointsman.kvcache.feed.ReplayLimiter;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZContext;

/**
 * Feeds an index with the KV events of many endpoints over ZMQ. Each endpoint's rank has connections of its own, and a
 * {@link KvEventChannel} that keeps order, recovers what was lost, and knows how much the index may be trusted.
 *
 * <pre>{@code
 * ZmqKvEventSubscriber subscriber = ZmqKvEventSubscriber.builder(index, 16).build();
 * subscriber.start();
 * subscriber.add(ZmqKvEventSource.of(slot, "llama-3.1-8b", "tcp://10.0.0.5:5557").withReplay("tcp://10.0.0.5:5600"));
 * EndpointHealth health = subscriber.health(slot);
 * subscriber.close();
 * }</pre>
 *
 * <p>What it has made of the index can be saved in {@linkplain #whileQuiet a quiet moment} and loaded again, also by another
 * router: see {@link dev.pointsman.kvcache.snapshot.IndexSnapshot}.
 *
 * <p>Thread-safe. {@link #start} starts daemon threads named {@code pointsman-kv-events-N}, one unless told otherwise,
 * and JeroMQ's; {@link #close} ends them. Each endpoint is read by one of them. What waits is bounded: in each socket by
 * number, while a replay runs by number and bytes, and each message by bytes.
 */
public final class ZmqKvEventSubscriber implements AutoCloseable {
    private static final int SOCKETS = 1 << 16;

    private final SubscriberSettings settings;
    private final int threadCount;
    private final SplittableRandom random;
    private final Object lock = new Object();

    /** Held while an action runs during which nothing is applied; taken before {@link #lock}. */
    private final ReentrantLock quiet = new ReentrantLock();

    private final List<SubscriberThread> threads = new ArrayList<>();
    private final Map<Integer, Subscription> bySlot = new ConcurrentHashMap<>();
    private @Nullable ZContext context;
    private boolean closed;

    private ZmqKvEventSubscriber(Builder builder) {
        this.settings = new SubscriberSettings(
                builder.index,
                builder.blockSize,
                builder.recovery,
                builder.limiter,
                builder.listener,
                builder.clock,
                builder.windowOnlyRanks,
                builder.receiveLimit,
                builder.maxBatchBytes,
                builder.maxTranslatedBlocks,
                millis("reconnect", builder.reconnect),
                millis("maxReconnect", builder.maxReconnect),
                millis("heartbeat", builder.heartbeat),
                builder.watchdog.toNanos());
        this.threadCount = builder.threads;
        this.random = builder.random;
    }

    /**
     * Begins a subscriber.
     *
     * @param index where to write; nobody else writes to the slots of this subscriber's endpoints
     * @param blockSize tokens in a block of the index: the size in which prompts are hashed
     */
    public static Builder builder(TieredPrefixIndex index, int blockSize) {
        return new Builder(index, blockSize);
    }

    /**
     * Starts the threads.
     *
     * @throws IllegalStateException if it was started or closed before
     */
    public void start() {
        synchronized (lock) {
            if (closed || context != null) {
                throw new IllegalStateException("The subscriber was started before.\nMaybe build another one.");
            }
            ZContext opened = new ZContext();
            opened.setLinger(0);
            opened.getContext().setMaxSockets(SOCKETS);
            opened.setThreadFactor((task, name) -> {
                Thread thread = new Thread(task, "pointsman-kv-zmq-" + name);
                thread.setDaemon(true);
                return thread;
            });
            context = opened;
            for (int i = 0; i < threadCount; i++) {
                SubscriberThread thread = new SubscriberThread(settings, opened, i, random.split());
                threads.add(thread);
                thread.start();
            }
        }
    }

    /**
     * Subscribes to an endpoint. What the index holds under its slot is cleared, unless the source says from where to
     * {@linkplain ZmqKvEventSource#withResume go on}.
     *
     * @param source where it publishes
     * @throws IllegalStateException if the subscriber is not started or is closed, or the slot is taken
     */
    public void add(ZmqKvEventSource source) {
        requireNonNull(source, "source");
        synchronized (lock) {
            if (closed || context == null) {
                throw new IllegalStateException("The subscriber is not running.\nMaybe start it before it is used.");
            }
            if (bySlot.containsKey(source.slot())) {
                throw new IllegalStateException("slot " + source.slot() + ": is subscribed to "
                        + requireNonNull(bySlot.get(source.slot())).source() + " already.\nMaybe remove that first.");
            }
            bySlot.put(source.slot(), threadOf(source.slot()).subscribe(source));
        }
    }

    /**
     * Ends the subscription to an endpoint, and clears its slot in the index. Nothing happens if there is none. When this
     * returns, the index has nothing of the endpoint and nothing more will be written, so its slot may be given to another
     * at once. It waits for no thread but for one that writes to the index, so it may be called on any thread and while
     * holding any lock, unless the index's {@link dev.pointsman.kvcache.IndexListener} needs that lock. The listener of this
     * subscriber may still hear the rest of what its thread was at.
     *
     * @param slot the endpoint
     * @return completes when the endpoint's sockets are closed too, or will be with the subscriber; there is seldom a
     *     reason to wait for that, and a listener must not
     */
    public CompletionStage<Void> remove(int slot) {
        synchronized (lock) {
            Subscription subscription = bySlot.remove(slot);
            CompletableFuture<Void> done = new CompletableFuture<>();
            if (subscription == null || closed) {
                done.complete(null);
            } else {
                threadOf(slot).unsubscribe(subscription, () -> done.complete(null));
            }
            return done;
        }
    }

    private SubscriberThread threadOf(int slot) {
        return threads.get(slot % threads.size());
    }

    /** Returns how much the index may be trusted about an endpoint; cold for one that is not subscribed. */
    public EndpointHealth health(int slot) {
        Subscription subscription = bySlot.get(slot);
        return subscription == null
                ? new EndpointHealth(EndpointHealth.State.COLD, null, 0, "There is no subscription to it.")
                : subscription.channel().health();
    }

    /** Returns an endpoint's channel, for those of its methods that any thread may call; empty if not subscribed. */
    public Optional<KvEventChannel> channel(int slot) {
        return Optional.ofNullable(bySlot.get(slot)).map(Subscription::channel);
    }

    /**
     * Returns from where another subscriber could go on with an endpoint, over a copy of what the index holds of it. To be
     * called {@linkplain #whileQuiet in a quiet moment} or after {@link #close}; empty if the endpoint has to be learned
     * anew, for the reasons that {@link KvEventChannel#resumePoint} gives.
     */
    public Optional<ResumePoint> resumePoint(int slot) {
        return channel(slot).flatMap(KvEventChannel::resumePoint);
    }

    /**
     * Is run while nothing is applied.
     *
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface QuietAction<X extends Exception> {
        /** Does something for which the index and all resume points must agree, such as saving them. */
        void run() throws X;
    }

    /**
     * Runs an action, on the caller's thread, while this subscriber applies nothing: so that what the index holds and
     * {@link #resumePoint} agree for every endpoint. Its threads finish what they do, rest until the action has ended, and go
     * on. Meanwhile live batches wait in the sockets, up to their limit; those that find no room are asked for in a replay
     * afterwards. An action should therefore take seconds, not minutes. It must not wait for what this subscriber's threads
     * would do, such as what a {@link #remove} returns. A {@link #remove} on another thread takes effect meanwhile: what was
     * saved of that endpoint is of no use if {@link #channel} no longer has it afterwards.
     *
     * <p>One action runs at a time. {@link #close} waits for it; called by the action itself, it ends the quiet.
     *
     * @param patience how long to wait until all threads rest, at most; a listener that is slow makes them late
     * @param action what to run
     * @param <X> what the action may throw
     * @throws X if the action throws it
     * @throws TimeoutException if a thread did not come to rest in time; the action was not run then
     * @throws InterruptedException if the caller was interrupted before the action was run
     * @throws IllegalStateException if the subscriber is not started, or the caller is one of its threads or in an action
     *     already
     */
    public <X extends Exception> void whileQuiet(Duration patience, QuietAction<X> action)
            throws X, InterruptedException, TimeoutException {
        requireNonNull(action, "action");
        List<SubscriberThread> all = restingThreads();
        long nanos = patience.toNanos();
        long start = System.nanoTime();
        if (!quiet.tryLock(nanos, TimeUnit.NANOSECONDS)) {
            throw notQuiet(patience);
        }
        List<SubscriberThread.Pause> pauses = new ArrayList<>(all.size());
        try {
            all.forEach(thread -> pauses.add(thread.pause()));
            for (SubscriberThread.Pause pause : pauses) {
                if (!pause.awaitBegin(nanos - (System.nanoTime() - start))) {
                    throw notQuiet(patience);
                }
            }
            action.run();
        } finally {
            pauses.forEach(SubscriberThread.Pause::end);
            quiet.unlock();
        }
    }

    /** Returns the threads that must rest, ended ones among them. */
    private List<SubscriberThread> restingThreads() {
        synchronized (lock) {
            if (threads.isEmpty()) {
                throw new IllegalStateException("The subscriber is not running.\nMaybe start it before it is used.");
            }
            if (quiet.isHeldByCurrentThread() || threads.stream().anyMatch(SubscriberThread::isCurrent)) {
                throw new IllegalStateException("whileQuiet: was called by what it would have to wait for.\nMaybe a"
                        + " listener or an action called it; use another thread.");
            }
            return List.copyOf(threads);
        }
    }

    private static TimeoutException notQuiet(Duration patience) {
        return new TimeoutException("The subscriber did not come to rest within " + patience
                + ".\nMaybe a listener is slow, or another action runs; try again later.");
    }

    /**
     * Ends all subscriptions and the threads; again has no effect. What the index holds stays, and the endpoints are
     * degraded. Waits for the threads to end, and before that for an action that runs {@linkplain #whileQuiet in quiet}.
     */
    @Override
    public void close() {
        quiet.lock();
        try {
            endThreads();
        } finally {
            quiet.unlock();
        }
    }

    private void endThreads() {
        List<SubscriberThread> ending;
        ZContext opened;
        synchronized (lock) {
            ending = closed ? List.of() : List.copyOf(threads);
            closed = true;
            opened = context;
            context = null;
        }
        ending.forEach(SubscriberThread::stop);
        ending.forEach(SubscriberThread::awaitEnd);
        if (opened != null) {
            opened.close();
        }
    }

    private static int millis(String name, Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1 || millis > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException(name + ": must be from 1 ms to some days, but was " + duration
                    + ".\nMaybe leave it out for the default.");
        }
        return (int) millis;
    }

    /** Builds a subscriber. Not thread-safe. */
    public static final class Builder {
        private final TieredPrefixIndex index;
        private final int blockSize;
        private RecoverySettings recovery = RecoverySettings.defaults();
        private ReplayLimiter limiter = new ReplayLimiter();
        private KvIndexListener listener = KvIndexListener.NONE;
        private LongSupplier clock = System::nanoTime;
        private SplittableRandom random = new SplittableRandom();
        private boolean windowOnlyRanks;
        private int threads = 1;
        private int receiveLimit = 1_000;
        private int maxBatchBytes = 8 << 20;
        private int maxTranslatedBlocks = KvEventFeed.DEFAULT_TRANSLATED_BLOCKS;
        private Duration reconnect = Duration.ofMillis(100);
        private Duration maxReconnect = Duration.ofSeconds(5);
        private Duration heartbeat = Duration.ofSeconds(5);
        private Duration watchdog = Duration.ofSeconds(30);

        private Builder(TieredPrefixIndex index, int blockSize) {
            this.index = requireNonNull(index, "index");
            this.blockSize = atLeastOne("blockSize", blockSize);
        }

        /** Sets how patient recovery is; {@link RecoverySettings#defaults()} otherwise. */
        public Builder recovery(RecoverySettings recovery) {
            this.recovery = requireNonNull(recovery, "recovery");
            return this;
        }

        /** Sets what bounds how many replays run at once; one of its own otherwise. */
        public Builder limiter(ReplayLimiter limiter) {
            this.limiter = requireNonNull(limiter, "limiter");
            return this;
        }

        /** Sets who hears what happens, on the subscriber's threads; nobody otherwise. */
        public Builder listener(KvIndexListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /** Sets the clock, in nanoseconds and never going back; {@link System#nanoTime} otherwise. */
        public Builder clock(LongSupplier clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets from what the jitter of pauses is drawn; a random seed otherwise. */
        public Builder seed(long seed) {
            this.random = new SplittableRandom(seed);
            return this;
        }

        /** Sets whether sliding windows count for a rank that has nothing else; false otherwise. */
        public Builder windowOnlyRanks(boolean count) {
            this.windowOnlyRanks = count;
            return this;
        }

        /** Sets how many threads share the endpoints, at least 1; 1 by default. */
        public Builder threads(int threads) {
            this.threads = atLeastOne("threads", threads);
            return this;
        }

        /**
         * Sets how many messages may wait in a socket, at least 1; 1,000 by default. More wait at the engine, which keeps
         * far more. An endpoint has one socket, and one more while it is asked for its past; so what a hostile one can make
         * wait is twice this many messages of {@link #maxBatchBytes}, and lower limits suit engines that are not trusted.
         */
        public Builder receiveLimit(int messages) {
            this.receiveLimit = atLeastOne("receiveLimit", messages);
            return this;
        }

        /**
         * Sets the most bytes of each part of a message; a connection that claims more is closed. 8 MiB by default. Batches
         * are one part of three. ZMQ does not bound how many parts a message has; those after the eighth are not kept here,
         * but pass through its queues.
         */
        public Builder maxBatchBytes(int bytes) {
            this.maxBatchBytes = atLeastOne("maxBatchBytes", bytes);
            return this;
        }

        /**
         * Sets how many blocks of each engine with another block size than the index's may be known, at least 1. They take
         * about 220 bytes of heap each, beside the index's bound; {@value KvEventFeed#DEFAULT_TRANSLATED_BLOCKS} by default.
         */
        public Builder maxTranslatedBlocks(int blocks) {
            this.maxTranslatedBlocks = atLeastOne("maxTranslatedBlocks", blocks);
            return this;
        }

        /** Sets how long to wait before connecting again, at first and at most; 100 ms and 5 s by default. */
        public Builder reconnect(Duration first, Duration most) {
            this.reconnect = requireNonNull(first, "first");
            this.maxReconnect = requireNonNull(most, "most");
            return this;
        }

        /** Sets how often to ask for a sign of life; a peer without one for three times that is gone. 5 s by default. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = requireNonNull(heartbeat, "heartbeat");
            return this;
        }

        /** Sets after how long without a connection to begin from a new socket, at first; 30 s by default. */
        public Builder watchdog(Duration watchdog) {
            if (watchdog.isNegative() || watchdog.isZero()) {
                throw new IllegalArgumentException("watchdog: must be longer than nothing, but was " + watchdog
                        + ".\nMaybe leave it out for the default.");
            }
            this.watchdog = watchdog;
            return this;
        }

        /** Makes the subscriber; it opens nothing before it is started. */
        public ZmqKvEventSubscriber build() {
            return new ZmqKvEventSubscriber(this);
        }

        private static int atLeastOne(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        name + ": must be at least 1, but was " + value + ".\nMaybe leave it out for the default.");
            }
            return value;
        }
    }
}
