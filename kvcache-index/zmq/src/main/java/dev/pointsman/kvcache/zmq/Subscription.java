// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * One endpoint's rank: a SUB socket for what it says now, a DEALER for each replay, and the channel that both feed. All
 * of it belongs to one thread, but for {@link #channel}, {@link #ended} and {@link #end}.
 *
 * <p>Each replay has a socket of its own, so that closing that is all it takes to hear no more of the replay.
 *
 * <p>If anything throws, what is known of the endpoint is forgotten and it begins anew after a while: half an applied
 * batch is worse than none. A connection that cannot be made for long is made anew from the socket on, since JeroMQ's own
 * attempts can stall (zeromq/jeromq#364).
 */
final class Subscription implements KvEventChannel.ReplayRequests {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    /** How many messages to read before others have their turn. */
    private static final int TURN = 1_000;

    /** Far more than a handshake takes, and less than a replay is waited for by default. */
    private static final int HANDSHAKE_MILLIS = 1_000;

    private static final long LEAST_PAUSE_NANOS = 1_000_000_000L;
    private static final long MOST_PAUSE_NANOS = 60 * LEAST_PAUSE_NANOS;

    private final ZmqKvEventSource source;
    private final SubscriberSettings settings;
    private final ZContext context;
    private final ZMQ.Poller poller;
    private final Backoff pauses;
    private final Backoff watchdogs;
    private final SlotGate gate;

    private volatile KvEventChannel channel;

    private @Nullable LiveConnection live;
    private int livePlace;
    private ZMQ.@Nullable Socket replay;
    private int replayPlace;

    private boolean connected;
    private long openAt;
    private long reopenAt;

    /** What made it begin anew, until it has. */
    private @Nullable Throwable broken;

    Subscription(
            ZmqKvEventSource source,
            SubscriberSettings settings,
            ZContext context,
            ZMQ.Poller poller,
            RandomGenerator random,
            long now) {
        this.source = source;
        this.settings = settings;
        this.context = context;
        this.poller = poller;
        this.pauses = new Backoff(LEAST_PAUSE_NANOS, MOST_PAUSE_NANOS, random);
        this.watchdogs = new Backoff(settings.watchdogNanos(), 16 * settings.watchdogNanos(), random);
        this.gate = new SlotGate(settings.index(), source.slot());
        this.channel = newChannel(source.resume(), now);
        this.openAt = now;
    }

    ZmqKvEventSource source() {
        return source;
    }

    /** Returns the channel, for those of its methods that any thread may call. */
    KvEventChannel channel() {
        return channel;
    }

    /**
     * Writes nothing to the index any more and forgets what it wrote, from now on and without waiting for the thread that
     * reads; sockets are left to {@link #close}. Any thread.
     */
    void end() {
        gate.end();
    }

    /** Tells whether it was ended. Any thread. */
    boolean ended() {
        return gate.ended();
    }

    /** Forgets what the index holds of the endpoint. */
    void clear() {
        gate.clear(source.slot());
    }

    private KvEventChannel newChannel(@Nullable ResumePoint resume, long now) {
        return KvEventChannel.builder(gate, source.slot(), source.model(), settings.blockSize())
                .replays(source.replayAddress() == null ? null : this)
                .recovery(settings.recovery())
                .limiter(settings.limiter())
                .listener(settings.listener())
                .resume(resume)
                .windowOnlyRanks(settings.windowOnlyRanks())
                .maxBatchBytes(settings.maxBatchBytes())
                .maxTranslatedBlocks(settings.maxTranslatedBlocks())
                .build(now);
    }

    /** Reads what has come, if anything has. */
    void read(long now) {
        if (ended() || broken != null) {
            return;
        }
        try {
            if (live != null && poller.pollin(livePlace)) {
                readLive(now);
            }
            if (replay != null && poller.pollin(replayPlace)) {
                readReplay(now);
            }
        } catch (Throwable failure) {
            beginAnew(failure, now);
        }
    }

    /** Lets time pass. */
    void tick(long now) {
        if (ended()) {
            return;
        }
        if (broken != null) {
            beginAnew(broken, now);
        }
        try {
            if (live == null && now - openAt >= 0) {
                openLive(now);
            }
            if (live != null) {
                noteConnection(live, now);
                if (!connected && now - reopenAt >= 0) {
                    LOG.warn("No connection to {} for long; trying with a new socket.", source.rankAddress());
                    closeLive();
                    openLive(now);
                }
            }
            channel.tick(now);
        } catch (Throwable failure) {
            beginAnew(failure, now);
        }
    }

    /** Closes the sockets; what the index holds of the endpoint stays. */
    void close(long now) {
        try {
            channel.close(now);
        } finally {
            try {
                stop();
            } finally {
                closeLive();
            }
        }
    }

    private void openLive(long now) {
        LiveConnection opened = LiveConnection.open(context, source.rankAddress(), source.topic(), settings);
        live = opened;
        livePlace = poller.register(opened.socket, ZMQ.Poller.POLLIN);
        connected = false;
        reopenAt = now + watchdogs.next();
    }

    private void closeLive() {
        LiveConnection closing = live;
        live = null;
        if (closing != null) {
            close(closing.socket);
        }
    }

    private void noteConnection(LiveConnection connection, long now) {
        LiveConnection.Change change = connection.poll();
        if (change == LiveConnection.Change.NONE) {
            return;
        }
        if (change != LiveConnection.Change.DISCONNECTED) {
            connected = true;
            watchdogs.succeeded();
            channel.connected(now);
        }
        if (change != LiveConnection.Change.CONNECTED) {
            connected = false;
            reopenAt = now + watchdogs.next();
            channel.disconnected(now);
        }
    }

    private void readLive(long now) {
        LiveConnection connection = requireNonNull(live);
        for (int i = 0; i < TURN && !ended(); i++) {
            // Before each message: it may be the first of a new connection, and maybe of another engine.
            noteConnection(connection, now);
            List<byte[]> frames = Frames.receive(connection.socket);
            if (frames == null) {
                return;
            }
            noteConnection(connection, now);
            if (frames.size() != 3 || frames.get(1).length != Long.BYTES) {
                channel.strange();
            } else {
                pauses.succeeded();
                channel.live(ByteBuffer.wrap(frames.get(1)).getLong(), frames.get(2), now);
            }
        }
    }

    private void readReplay(long now) {
        ZMQ.Socket socket = requireNonNull(replay);
        // The channel may end this replay at any reply, or begin another.
        for (int i = 0; i < TURN && socket.equals(replay) && !ended(); i++) {
            List<byte[]> frames = Frames.receive(socket);
            if (frames == null) {
                return;
            }
            ReplayReply reply = ReplayReply.read(frames);
            if (reply == null) {
                stop();
                channel.strange();
                channel.replayFailed("its answer has a strange shape", now);
            } else if (reply.isEnd()) {
                stop();
                channel.replayEnded(now);
            } else {
                channel.replayed(reply.sequence(), reply.payload(), now);
            }
        }
    }

    @Override
    public void request(long from) {
        stop();
        ZMQ.Socket socket = context.createSocket(SocketType.DEALER);
        try {
            socket.setLinger(0);
            socket.setRcvHWM(settings.receiveLimit());
            socket.setMaxMsgSize(settings.maxBatchBytes());
            socket.setReconnectIVL(settings.reconnectMillis());
            socket.setReconnectIVLMax(settings.maxReconnectMillis());
            // Now and then JeroMQ connects and then never ends the handshake; the request goes with the next try.
            socket.setHandshakeIvl(HANDSHAKE_MILLIS);
            socket.connect(requireNonNull(source.rankReplayAddress()));
            Frames.send(socket, ReplayReply.request(from));
        } catch (RuntimeException failure) {
            socket.close();
            throw failure;
        }
        replay = socket;
        replayPlace = poller.register(socket, ZMQ.Poller.POLLIN);
    }

    @Override
    public void stop() {
        ZMQ.Socket closing = replay;
        replay = null;
        if (closing != null) {
            close(closing);
        }
    }

    private void close(ZMQ.Socket socket) {
        try {
            poller.unregister(socket);
        } finally {
            socket.close();
        }
    }

    /**
     * Forgets the endpoint and begins anew after a while. If even that fails, the next tick does it.
     *
     * @param failure what was thrown
     */
    void beginAnew(Throwable failure, long now) {
        broken = failure;
        long pause = pauses.next();
        LOG.error(
                "KV events of {} (slot {}) failed; all is forgotten and begins anew in {} ms.",
                source.rankAddress(),
                source.slot(),
                pause / 1_000_000,
                failure);
        try {
            close(now);
        } catch (RuntimeException alsoFailed) {
            LOG.error("The sockets of {} were not closed properly.", source.rankAddress(), alsoFailed);
        }
        clear();
        channel = newChannel(null, now);
        connected = false;
        openAt = now + pause;
        broken = null;
    }
}
