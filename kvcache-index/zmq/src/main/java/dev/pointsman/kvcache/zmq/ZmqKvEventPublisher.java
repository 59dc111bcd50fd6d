// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.wire.KvEventEncoder;
import dev.pointsman.kvcache.event.wire.WireForm;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * Publishes KV events as vLLM and SGLang do: numbered batches on a PUB socket, the last ones kept for replay on a ROUTER
 * socket. For test doubles and simulated servers.
 *
 * <pre>{@code
 * try (ZmqKvEventPublisher engine = ZmqKvEventPublisher.builder().build()) {
 *     engine.start();
 *     subscriber.add(ZmqKvEventSource.of(0, "m", engine.address()).withReplay(engine.replayAddress()));
 *     engine.publish(batch);
 * }
 * }</pre>
 *
 * <p>Thread-safe. {@link #publish} sends on the caller's thread and does not wait for any subscriber: to one that is too
 * slow it sends no more, as engines do. {@link #start} opens two ports and starts one daemon thread, for replays; {@link
 * #close} ends them.
 */
public final class ZmqKvEventPublisher implements AutoCloseable {
    /** How many batches are kept for replay, as in engines. */
    public static final int DEFAULT_RING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(ZmqKvEventPublisher.class);
    private static final int POLL_MILLIS = 50;

    private final String bindAddress;
    private final String replayBindAddress;
    private final byte[] topic;
    private final boolean topicInReplies;
    private final int ringSize;
    private final int sendLimit;
    private final LongPredicate lost;
    private final KvEventEncoder encoder;
    private final Object lock = new Object();

    /** The payloads of the last batches; the last one's sequence is one less than the next. */
    private final Deque<byte[]> ring = new ArrayDeque<>();

    private long next;
    private @Nullable ZContext context;
    private ZMQ.@Nullable Socket live;
    private String address = "";
    private String replayAddress = "";
    private @Nullable Thread thread;
    private volatile boolean closing;

    private ZmqKvEventPublisher(Builder builder) {
        this.bindAddress = builder.address;
        this.replayBindAddress = builder.replayAddress;
        this.topic = builder.topic.getBytes(UTF_8);
        this.topicInReplies = builder.topicInReplies;
        this.ringSize = builder.ringSize;
        this.sendLimit = builder.sendLimit;
        this.lost = builder.lost;
        this.encoder = new KvEventEncoder(builder.form);
    }

    /** Begins a publisher on two free ports of this machine. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens the ports and starts answering replays.
     *
     * @throws IllegalStateException if it was started or closed before
     * @throws ZMQException if a port cannot be opened
     */
    public void start() {
        synchronized (lock) {
            if (context != null || closing) {
                throw new IllegalStateException("The publisher was started before.\nMaybe build another one.");
            }
            ZContext opened = new ZContext();
            try {
                opened.setLinger(0);
                ZMQ.Socket publishing = opened.createSocket(SocketType.PUB);
                publishing.setSndHWM(sendLimit);
                publishing.bind(bindAddress);
                ZMQ.Socket replaying = opened.createSocket(SocketType.ROUTER);
                replaying.setSndHWM(0);
                replaying.bind(replayBindAddress);
                live = publishing;
                address = publishing.getLastEndpoint();
                replayAddress = replaying.getLastEndpoint();
                Thread started = new Thread(() -> answerReplays(opened, replaying), "pointsman-kv-replay " + address);
                started.setDaemon(true);
                started.start();
                context = opened;
                thread = started;
            } catch (RuntimeException failure) {
                opened.close();
                throw failure;
            }
        }
    }

    /** Returns where it publishes, with the port that was opened; empty before the start. */
    public String address() {
        synchronized (lock) {
            return address;
        }
    }

    /** Returns where it replays, with the port that was opened; empty before the start. */
    public String replayAddress() {
        synchronized (lock) {
            return replayAddress;
        }
    }

    /** Returns the sequence that the next batch gets, from 0 on. */
    public long nextSequence() {
        synchronized (lock) {
            return next;
        }
    }

    /**
     * Publishes a batch and keeps it for replay.
     *
     * @param batch the batch
     * @return its sequence
     * @throws IllegalStateException if it was not started, or is closed
     */
    public long publish(KvEventBatch batch) {
        synchronized (lock) {
            return publish(encoder.encode(batch));
        }
    }

    /**
     * Publishes bytes as a batch and keeps them for replay.
     *
     * @param payload the batch in MessagePack, or anything; not copied
     * @return its sequence
     * @throws IllegalStateException if it was not started, or is closed
     */
    public long publish(byte[] payload) {
        requireNonNull(payload, "payload");
        synchronized (lock) {
            ZMQ.Socket socket = live;
            if (socket == null) {
                throw new IllegalStateException("The publisher is not open.\nMaybe start it before it publishes.");
            }
            long sequence = next++;
            if (!lost.test(sequence)) {
                Frames.send(socket, List.of(topic, bytes(sequence), payload));
            }
            ring.addLast(payload);
            if (ring.size() > ringSize) {
                ring.removeFirst();
            }
            return sequence;
        }
    }

    /** Stops publishing and closes the ports; again has no effect. Waits for the thread to end. */
    @Override
    public void close() {
        Thread ending;
        ZContext closed;
        synchronized (lock) {
            closing = true;
            ending = thread;
            closed = context;
            live = null;
            thread = null;
        }
        if (ending != null && closed != null) {
            Threads.join(ending);
            closed.close();
        }
    }

    private void answerReplays(ZContext opened, ZMQ.Socket socket) {
        try (ZMQ.Poller poller = opened.createPoller(1)) {
            poller.register(socket, ZMQ.Poller.POLLIN);
            while (!closing) {
                poller.poll(POLL_MILLIS);
                List<byte[]> request = Frames.receive(socket);
                while (request != null && !closing) {
                    answer(socket, request);
                    request = Frames.receive(socket);
                }
            }
        } catch (ZMQException failure) {
            if (!closing) {
                LOG.warn("Replays of {} ended.", replayAddress(), failure);
            }
        }
    }

    /** Answers {@code [identity, "", start]}; anything else is passed over, as engines do. */
    private void answer(ZMQ.Socket socket, List<byte[]> request) {
        if (request.size() != 3 || request.get(1).length != 0 || request.get(2).length != Long.BYTES) {
            return;
        }
        long from = ByteBuffer.wrap(request.get(2)).getLong();
        List<byte[]> kept;
        long sequence;
        synchronized (lock) {
            kept = new ArrayList<>(ring);
            sequence = next - kept.size();
        }
        for (byte[] payload : kept) {
            if (sequence >= from) {
                Frames.send(socket, reply(request.get(0), sequence, payload));
            }
            sequence++;
        }
        Frames.send(socket, reply(request.get(0), ReplayReply.END, new byte[0]));
    }

    private List<byte[]> reply(byte[] identity, long sequence, byte[] payload) {
        byte[] empty = new byte[0];
        return topicInReplies
                ? List.of(identity, empty, topic, bytes(sequence), payload)
                : List.of(identity, empty, bytes(sequence), payload);
    }

    private static byte[] bytes(long sequence) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    }

    /** Builds a publisher. Not thread-safe. */
    public static final class Builder {
        private String address = "tcp://127.0.0.1:*";
        private String replayAddress = "tcp://127.0.0.1:*";
        private String topic = "";
        private WireForm form = WireForm.VLLM_MAP;
        private boolean topicInReplies = true;
        private int ringSize = DEFAULT_RING;
        private int sendLimit = 100_000;
        private LongPredicate lost = sequence -> false;

        private Builder() {}

        /** Sets where to publish; a free port of 127.0.0.1 by default. */
        public Builder address(String address) {
            this.address = requireNonNull(address, "address");
            return this;
        }

        /** Sets where to replay; a free port of 127.0.0.1 by default. */
        public Builder replayAddress(String address) {
            this.replayAddress = requireNonNull(address, "address");
            return this;
        }

        /** Sets the topic; empty by default. */
        public Builder topic(String topic) {
            this.topic = requireNonNull(topic, "topic");
            return this;
        }

        /** Sets the engine and version to write like; {@link WireForm#VLLM_MAP} by default. */
        public Builder form(WireForm form) {
            this.form = requireNonNull(form, "form");
            return this;
        }

        /** Sets whether replies have the topic, as in vLLM since #45177 (the default), or not, as before and in SGLang. */
        public Builder topicInReplies(boolean topicInReplies) {
            this.topicInReplies = topicInReplies;
            return this;
        }

        /** Sets how many batches are kept for replay, at least 0; {@value #DEFAULT_RING} by default. */
        public Builder ringSize(int batches) {
            this.ringSize = atLeast("ringSize", batches, 0);
            return this;
        }

        /** Sets how many batches may wait for a slow subscriber before it misses some, at least 1; 100,000 by default. */
        public Builder sendLimit(int batches) {
            this.sendLimit = atLeast("sendLimit", batches, 1);
            return this;
        }

        /** Sets which batches get lost on their way, by sequence; they are kept for replay. None by default. */
        public Builder losing(LongPredicate lost) {
            this.lost = requireNonNull(lost, "lost");
            return this;
        }

        /** Makes the publisher; it opens nothing before it is started. */
        public ZmqKvEventPublisher build() {
            return new ZmqKvEventPublisher(this);
        }

        private static int atLeast(String name, int value, int least) {
            if (value < least) {
                throw new IllegalArgumentException(name + ": must be at least " + least + ", but was " + value
                        + ".\nMaybe leave it out for the default.");
            }
            return value;
        }
    }
}
