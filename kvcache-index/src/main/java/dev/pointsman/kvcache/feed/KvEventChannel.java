// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

import com.dynatrace.hash4j.hashing.Hashing;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.event.wire.KvEventDecoder;
import dev.pointsman.kvcache.event.wire.KvEventFormatException;
import dev.pointsman.kvcache.event.wire.TensorRtLlmBatch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Everything between a transport and an index for one endpoint's rank: decodes batches, keeps their order, asks for what
 * is missing, normalizes, applies, counts, and knows how much the index may be trusted.
 *
 * <pre>{@code
 * KvEventChannel channel = KvEventChannel.builder(index, slot, "llama-3.1-8b", 16).replays(requests).build(now);
 * channel.connected(now);
 * channel.live(sequence, payload, now);
 * channel.tick(now);
 * }</pre>
 *
 * <p>Not thread-safe: one thread at a time drives it. {@link #health}, {@link #drops}, {@link #applied}, {@link #feed}'s
 * readers and {@link #explainMiss} may be called on any thread. Times are nanoseconds of any one clock of the caller.
 */
public final class KvEventChannel {
    /** Asks one endpoint's engine for its past; what a transport gives to a channel. */
    public interface ReplayRequests {
        /**
         * Asks for the batches from a sequence on. A request under way is over: nothing of it may reach the channel any
         * more. The answers go to {@link KvEventChannel#replayed}, {@link KvEventChannel#replayEnded} and {@link
         * KvEventChannel#replayFailed}, later and on the channel's thread.
         *
         * @param from the first sequence wanted, at least 0
         */
        void request(long from);

        /** Gives up the request under way: nothing of it may reach the channel any more. */
        void stop();
    }

    private static final DropReason[] REASONS = DropReason.values();
    private static final KvEventBatch NOTHING = new KvEventBatch(Double.NaN, OptionalInt.empty(), List.of());

    private final TieredPrefixIndex index;
    private final int slot;
    private final KvIndexListener listener;
    private final boolean windowOnlyRanks;
    private final DropCounts drops = new DropCounts();
    private final DropCounts normalizerDrops = new DropCounts();
    private final long[] reported = new long[REASONS.length];
    private final KvEventNormalizer normalizer;
    private final KvEventDecoder decoder;
    private final KvEventFeed feed;
    private final SequenceTracker<KvEventBatch> tracker;
    private final @Nullable ReplayRequests replays;
    private volatile long applied;

    /** Whether what is applied is only the number of an event whose batch was applied already. */
    private boolean withinBatch;

    /** What the index had evicted in all when this endpoint's part of it was empty last. */
    private volatile long evictedBefore;

    /** Whether all that is known of the endpoint is in the index and the tracker. */
    private boolean resumable;

    private KvEventChannel(Builder builder, long now) {
        this.index = builder.index;
        this.slot = builder.slot;
        this.listener = new ShieldedListener(builder.listener);
        this.evictedBefore = index.evicted();
        this.windowOnlyRanks = builder.windowOnlyRanks;
        this.replays = builder.replays;
        this.normalizer = new KvEventNormalizer(builder.windowOnlyRanks, true, normalizerDrops);
        this.decoder = new KvEventDecoder(builder.maxBatchBytes);
        this.feed = new KvEventFeed(
                index, slot, builder.model, builder.blockSize, drops, listener, builder.maxTranslatedBlocks);
        RecoverySettings settings =
                replays == null ? builder.settings.toBuilder().replay(false).build() : builder.settings;
        this.resumable = !builder.windowOnlyRanks;
        ResumePoint from = builder.resume;
        this.tracker = new SequenceTracker<>(settings, builder.limiter, new Steps(), from, now);
        this.applied = tracker.applied();
        if (from != null) {
            feed.resume(from.blocks());
        }
    }

    /**
     * Begins a channel.
     *
     * @param index where to write; nobody else writes to this slot, and it holds nothing under it unless the channel
     *     {@linkplain Builder#resume resumes}
     * @param slot the endpoint, at least 0
     * @param model the model's name, as requests have it
     * @param blockSize tokens in a block of the index: the size in which prompts are hashed
     */
    public static Builder builder(TieredPrefixIndex index, int slot, String model, int blockSize) {
        return new Builder(index, slot, model, blockSize);
    }

    /** Returns the endpoint. */
    public int slot() {
        return slot;
    }

    /** Returns how much the index may be trusted about this endpoint. */
    public EndpointHealth health() {
        return tracker.health();
    }

    /** Returns the sequence of the last batch applied since the last time that all was forgotten, or -1 for none. */
    public long applied() {
        return applied;
    }

    /**
     * Returns from where another channel could go on over a copy of what the index holds of this endpoint now. Not for any
     * thread: the channel's own calls it, or one that knows it to be at rest, and copies the endpoint's blocks before the
     * channel is driven on.
     *
     * <p>Empty if the endpoint has to be learned anew: where {@linkplain SequenceTracker#resumePoint the tracker} says so;
     * and where more is known of the endpoint than an index holds, which is so for an engine with blocks of another size
     * than the index's, for one with groups of layers that do not attend to the whole prefix, and with {@link
     * Builder#windowOnlyRanks}.
     */
    public Optional<ResumePoint> resumePoint() {
        int size = feed.engineBlockSize();
        if (!resumable || (size != 0 && size != feed.blockSize())) {
            return Optional.empty();
        }
        return tracker.resumePoint().map(point -> point.holding(Math.max(0, feed.blocksHeld())));
    }

    /** Returns the counts of what did not reach the index. */
    public DropCounts drops() {
        return drops;
    }

    /** Returns what the batches are applied by. */
    public KvEventFeed feed() {
        return feed;
    }

    /** See {@link SequenceTracker#connected}. */
    public void connected(long now) {
        tracker.connected(now);
        publish();
    }

    /** See {@link SequenceTracker#disconnected}. */
    public void disconnected(long now) {
        tracker.disconnected(now);
    }

    /**
     * A live batch came. One that cannot be read is counted, and looked for in a replay.
     *
     * @param sequence its place; below 0 it counts as unreadable
     * @param payload the batch in MessagePack; not kept
     * @param now the caller's time in nanoseconds
     */
    public void live(long sequence, byte[] payload, long now) {
        KvEventBatch batch = sequence < 0 ? null : decode(payload);
        if (batch == null) {
            tracker.unreadable(now);
        } else {
            tracker.live(sequence, batch, payload.length, fingerprint(payload), now);
        }
        publish();
    }

    /**
     * A live batch came from an engine that does not speak MessagePack.
     *
     * @param sequence its place, at least 0
     * @param batch the batch
     * @param bytes its size, for the bound on what waits
     * @param fingerprint what tells it from another batch of the same place
     * @param now the caller's time in nanoseconds
     */
    public void live(long sequence, KvEventBatch batch, int bytes, long fingerprint, long now) {
        tracker.live(sequence, batch, bytes, fingerprint, now);
        publish();
    }

    /**
     * Live events of TensorRT-LLM came, which numbers events and not batches; a number is taken for a batch's, so numbers
     * that are missing are a gap, and a first number below the last one means that the engine began anew.
     *
     * <p>The engine cannot be asked for its past, so such a channel has no {@link Builder#replays}: after a gap the endpoint
     * is degraded until the engine restarts or clears its cache. Whoever polls the engine does best to poll often enough for
     * its event buffer.
     *
     * @param events events of this channel's rank whose numbers follow each other, as {@link
     *     dev.pointsman.kvcache.event.wire.TensorRtLlmDecoder} gives them
     * @param bytes their size, for the bound on what waits
     * @param now the caller's time in nanoseconds
     * @throws IllegalStateException if the channel asks for replays
     */
    public void live(TensorRtLlmBatch events, int bytes, long now) {
        if (replays != null) {
            throw new IllegalStateException(
                    "live: TensorRT-LLM has no replay, but this channel asks for it.\nMaybe leave"
                            + " out replays(...) where the channel is built.");
        }
        KvEventBatch batch = events.batch();
        long fingerprint = batch.events().hashCode();
        // The first number says whether anything is missing before it; those after it are in the same batch for
        // certain.
        tracker.live(events.first(), batch, bytes, fingerprint, now);
        withinBatch = true;
        for (long number = events.first() + 1; number < events.next(); number++) {
            tracker.live(number, NOTHING, 0, fingerprint, now);
        }
        withinBatch = false;
        publish();
    }

    /** Something came that is no batch at all, such as frames of the wrong number or size. It is counted. */
    public void strange() {
        drop(DropReason.MALFORMED_BATCH, 1);
    }

    /**
     * A replay brought a batch. One that cannot be read is skipped, and the endpoint is degraded.
     *
     * @param sequence its place, at least 0
     * @param payload the batch in MessagePack; not kept
     * @param now the caller's time in nanoseconds
     */
    public void replayed(long sequence, byte[] payload, long now) {
        tracker.replayed(sequence, decode(payload), fingerprint(payload), now);
        publish();
    }

    /** See {@link SequenceTracker#replayEnded}. */
    public void replayEnded(long now) {
        listener.replayEnded(slot, true);
        tracker.replayEnded(now);
        publish();
    }

    /** See {@link SequenceTracker#replayFailed}. */
    public void replayFailed(String why, long now) {
        listener.replayEnded(slot, false);
        tracker.replayFailed(why, now);
        publish();
    }

    /** See {@link SequenceTracker#tick}. */
    public void tick(long now) {
        tracker.tick(now);
        publish();
    }

    /**
     * The endpoint left: stops what runs. Its slot in the index is for the caller to clear.
     *
     * @param now the caller's time in nanoseconds
     */
    public void close(long now) {
        tracker.close(now);
    }

    /**
     * Says why a prompt finds nothing at this endpoint. For people who ask, not for every request: it hashes the prompt's
     * first block under each namespace that the endpoint used lately.
     *
     * @param prompt the prompt's tokens
     * @param blockSize tokens in the blocks that the prompt was hashed in
     * @param model the request's model
     * @param loraAdapter the request's LoRA adapter, or null
     * @param cacheSalt the request's salt, or null
     */
    public MissExplanation explainMiss(
            TokenSource prompt, int blockSize, String model, @Nullable String loraAdapter, @Nullable String cacheSalt) {
        long evicted = Math.max(0, index.evicted() - evictedBefore);
        return new MissSearch(index, slot, feed, tracker.health(), drops, evicted)
                .explain(prompt, blockSize, model, loraAdapter, cacheSalt);
    }

    private void publish() {
        applied = tracker.applied();
    }

    private @Nullable KvEventBatch decode(byte[] payload) {
        try {
            return decoder.decode(payload);
        } catch (KvEventFormatException unreadable) {
            return null;
        }
    }

    private static long fingerprint(byte[] payload) {
        return Hashing.xxh3_64().hashBytesToLong(payload);
    }

    private void drop(DropReason reason, long count) {
        drops.add(reason, count);
        listener.dropped(slot, reason, count);
    }

    /** Passes on what the normalizer counted. */
    private void reportNormalizerDrops() {
        for (int i = 0; i < REASONS.length; i++) {
            long more = normalizerDrops.count(REASONS[i]) - reported[i];
            if (more > 0) {
                reported[i] += more;
                drop(REASONS[i], more);
            }
        }
    }

    private final class Steps implements RecoverySteps<KvEventBatch> {
        @Override
        public void apply(long sequence, KvEventBatch batch) {
            feed.apply(normalizer.normalize(batch));
            reportNormalizerDrops();
            if (namesLesserGroups(batch.events())) {
                // The normalizer knows them from now on, and no snapshot does.
                resumable = false;
            }
            if (emptiesTheCache(batch.events())) {
                tracker.emptied();
            }
            if (batch.malformedOthers() > 0) {
                tracker.doubtful();
            }
            if (batch.malformedStores() > 0) {
                tracker.incomplete();
            }
            if (!withinBatch) {
                listener.batchApplied(slot, batch.timestamp(), tracker.lag());
            }
        }

        @Override
        public void clear() {
            feed.clear();
            // It may be another engine from now on, with groups of layers of its own.
            normalizer.reset();
            resumable = !windowOnlyRanks;
            evictedBefore = index.evicted();
        }

        @Override
        public void replay(long from) {
            listener.replayBegan(slot, from);
            requireNonNull(replays).request(from);
        }

        @Override
        public void stopReplay() {
            listener.replayEnded(slot, false);
            requireNonNull(replays).stop();
        }

        @Override
        public void dropped(DropReason reason, long batches) {
            drop(reason, batches);
        }

        @Override
        public void healthChanged(EndpointHealth health) {
            listener.healthChanged(slot, health);
        }

        private static boolean namesLesserGroups(List<KvEvent> events) {
            for (int i = 0; i < events.size(); i++) {
                if (events.get(i) instanceof BlockStored stored) {
                    String kind = stored.kind();
                    if (kind != null && !KvEventNormalizer.isMainKind(kind)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static boolean emptiesTheCache(List<KvEvent> events) {
            for (int i = 0; i < events.size(); i++) {
                if (events.get(i) instanceof AllBlocksCleared cleared && cleared.ownership() == null) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Builds a channel. Not thread-safe. */
    public static final class Builder {
        private final TieredPrefixIndex index;
        private final int slot;
        private final String model;
        private final int blockSize;
        private @Nullable ReplayRequests replays;
        private RecoverySettings settings = RecoverySettings.defaults();
        private ReplayLimiter limiter = new ReplayLimiter();
        private KvIndexListener listener = KvIndexListener.NONE;
        private @Nullable ResumePoint resume;
        private boolean windowOnlyRanks;
        private int maxBatchBytes = KvEventDecoder.DEFAULT_MAX_BYTES;
        private int maxTranslatedBlocks = KvEventFeed.DEFAULT_TRANSLATED_BLOCKS;

        private Builder(TieredPrefixIndex index, int slot, String model, int blockSize) {
            this.index = requireNonNull(index, "index");
            this.slot = slot;
            this.model = requireNonNull(model, "model");
            this.blockSize = blockSize;
        }

        /** Sets what asks the engine for its past; without it, lost batches cannot be had again. */
        public Builder replays(@Nullable ReplayRequests replays) {
            this.replays = replays;
            return this;
        }

        /** Sets how patient recovery is; {@link RecoverySettings#defaults()} otherwise. */
        public Builder recovery(RecoverySettings settings) {
            this.settings = requireNonNull(settings, "settings");
            return this;
        }

        /** Sets what bounds the replays of all channels that share it; one for this channel alone otherwise. */
        public Builder limiter(ReplayLimiter limiter) {
            this.limiter = requireNonNull(limiter, "limiter");
            return this;
        }

        /** Sets who hears what happens; nobody otherwise. */
        public Builder listener(KvIndexListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets where another channel was when what the index holds under the slot was saved, or null to begin anew with
         * nothing. Until the engine has shown to be the same, the endpoint is {@link EndpointHealth.Doubt#UNVERIFIED}.
         */
        public Builder resume(@Nullable ResumePoint from) {
            this.resume = from;
            return this;
        }

        /** Sets whether sliding windows count for a rank that has nothing else; false otherwise. */
        public Builder windowOnlyRanks(boolean count) {
            this.windowOnlyRanks = count;
            return this;
        }

        /** Sets the most bytes that a batch may have; {@link KvEventDecoder#DEFAULT_MAX_BYTES} otherwise. */
        public Builder maxBatchBytes(int bytes) {
            this.maxBatchBytes = bytes;
            return this;
        }

        /**
         * Sets how many blocks of an engine with another block size than the index's may be known, at least 1. They take
         * about 220 bytes of heap each, beside the index's bound; {@value KvEventFeed#DEFAULT_TRANSLATED_BLOCKS} otherwise.
         */
        public Builder maxTranslatedBlocks(int blocks) {
            this.maxTranslatedBlocks = blocks;
            return this;
        }

        /**
         * Makes the channel.
         *
         * @param now the caller's time in nanoseconds
         */
        public KvEventChannel build(long now) {
            return new KvEventChannel(this, now);
        }
    }
}
