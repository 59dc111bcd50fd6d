// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.core.internal.prompt.PrefixQuery;
import dev.pointsman.core.internal.prompt.PromptHashes;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.RoutingHistory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;

/**
 * Guesses how much of a prompt's prefix each endpoint has in its KV cache, from where earlier prompts were sent.
 *
 * <p>It needs nothing from the engines: whatever was dispatched to an endpoint is taken to be cached there, until the
 * endpoint's capacity pushes it out. It writes {@link PrefixMatch#of} and, for every candidate, {@link
 * PrefixMatch#matchedBlocks} under its own name; a candidate without a match gets 0, so that "no match" and "no data" differ.
 *
 * <p><b>Blocks.</b> A prompt is cut into full blocks, each named by a hash of it, all before it, and all else that a KV cache
 * depends on: model, LoRA adapter, cache salt and multimodal items. An item whose place in a tokenized prompt is known counts
 * from that place on, so prompts share what stands before different images. Text counts 4 UTF-8 bytes a token. {@link
 * Prompt.Blocks} keep their hashes and block size; the hashes are mixed one to one with the request's model, adapter, salt and
 * items. A partial last block is left out: engines do not share one, so the longest match possible is a whole hit.
 *
 * <p><b>Block size.</b> With auto-tuning, the engines' own block size if all that report one agree. In a mixed fleet no
 * reported size is right for all, and taking one endpoint's (as llm-d takes the first one's) would make the size, and with it
 * every hash, depend on the order of endpoints; so there the configured size holds. Either is rounded up to a multiple of
 * itself that is at least the minimum of 64 tokens (llm-d takes the larger of the two; for powers of two that is the same). An
 * engine's usual 16 would cost four times the memory and look-ups and gain at most 48 tokens a prompt; a multiple means that a
 * matched block is whole blocks to the engine too. When the size changes, what was remembered no longer matches and ages out.
 *
 * <p><b>Capacity.</b> With auto-tuning, what the endpoint reports: KV blocks times their size, in tokens, divided by our
 * block size, and followed when it changes; otherwise the configured number. Since what a server reports would decide how
 * much memory is used here, it counts only up to {@link #DEFAULT_MAX_TUNED_CAPACITY}, unless told otherwise; a configured
 * number has no such limit. Capacity is counted in blocks of the prompt last sent there, so a mix of block sizes errs on
 * the small side. Eviction takes the ends of prompts first, as engines do, and a match ends at the first block that is
 * missing ({@link RoutingHistory} has the details).
 *
 * <p><b>When.</b> Dispatches are noted before {@code schedule} returns, so of a burst of equal prompts the second one already
 * sees the first; a failover notes the fallback. Of other legs than the primary one those are noted that read the prompt, which
 * is all but those on endpoints that encode and do not prefill. An endpoint that leaves is forgotten; late reports about it
 * change nothing, and whoever gets its slot starts empty.
 *
 * <p><b>Cost.</b> A prompt is hashed once, in time proportional to its length, into buffers that are pooled: they come back
 * when the request is dispatched or rejected, so scheduling allocates little of its own, while {@code evaluate} takes 8
 * bytes a block that are garbage afterwards. Memory is bounded by the endpoints' capacities, whatever the traffic: for each
 * endpoint that holds a block some 45 to 75 bytes to remember when it was used, and 20 to 30 in the index, or 10 where ten
 * endpoints share it. Reads take no lock; noting a dispatch locks its endpoint and, for a moment, the index. An endpoint that leaves costs the removal of its own blocks. Thread-safe.
 */
public final class ApproxPrefixProducer implements DataProducer, SchedulingObserver, FleetListener, Maintained {
    /**
     * How many blocks are remembered for an endpoint at most if it says itself how many it has, unless told otherwise: 2^20,
     * which are 64 Mi tokens in blocks of 64, and some 70 to 110 MB.
     */
    public static final int DEFAULT_MAX_TUNED_CAPACITY = 1 << 20;

    static final int DEFAULT_BLOCK_SIZE = 16;
    static final int DEFAULT_MAX_TOKENS = 131_072;
    static final int DEFAULT_MAX_BLOCKS = 2048;
    static final int DEFAULT_CAPACITY = 31_250;

    private static final int MINIMUM_BLOCK_SIZE = 64;
    private static final int UNCHANGED = -1;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final AttributeKey<PromptHashes> hashesKey;
    private final PrefixTuning tuning;
    private final int maxTokens;
    private final int maxBlocks;
    private final int capacity;
    private final RoutingHistory history;
    private final Pool<PrefixQuery> queries = new Pool<>(PrefixQuery::new);
    private final Pool<PromptHashes> lentHashes = new Pool<>(PromptHashes::new);

    /** By slot; grown by the thread that changes the fleet, elements are never replaced. */
    private volatile Resident[] residents = {};

    private ApproxPrefixProducer(Builder builder) {
        matchKey = PrefixMatch.of(builder.name);
        blocksKey = PrefixMatch.matchedBlocks(builder.name);
        hashesKey = PromptHashes.of(builder.name);
        tuning = new PrefixTuning(
                builder.autoTune,
                builder.blockSize,
                builder.minimumBlockSize,
                builder.capacity,
                builder.maxTunedCapacity);
        maxTokens = builder.maxTokens;
        maxBlocks = builder.maxBlocks;
        capacity = builder.capacity;
        history = new RoutingHistory(RadixPrefixIndex.builder().build(), capacity, builder.timeToLive);
    }

    /** Starts a producer with llm-d's defaults, under the name that scorers expect. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(matchKey, blocksKey, hashesKey);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        PromptHashes hashes = lentHashes.borrow();
        PrefixQuery query = queries.borrow();
        hash(query, cycle.request(), tuning.blockSize(cycle.fleet()), hashes);
        PrefixMatches matches = query.matches();
        history.index().match(hashes.array(), hashes.count(), matches);

        LongColumn.Writable blocks = cycle.fill(blocksKey);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            blocks.set(slot, matches.blocks(slot));
        }
        queries.giveBack(query);
        cycle.put(matchKey, new PrefixMatch(hashes.count(), hashes.blockSize()));
        cycle.put(hashesKey, hashes);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        PromptHashes hashes = cycle.attribute(hashesKey);
        if (hashes == null) {
            return;
        }
        SchedulingDecision decision = dispatch.decision();
        noteDispatched(cycle, decision.primary().target(), hashes);
        for (Leg leg : decision.otherLegs()) {
            if (readsPrompt(leg.target().endpoint().role())) {
                noteDispatched(cycle, leg.target(), hashes);
            }
        }
        lentHashes.giveBack(hashes);
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        PromptHashes hashes = cycle.attribute(hashesKey);
        if (hashes != null) {
            lentHashes.giveBack(hashes);
        }
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        // Seldom, so the prompt is hashed again rather than its hashes kept for as long as every request is in flight.
        PromptHashes hashes = lentHashes.borrow();
        PrefixQuery query = queries.borrow();
        hash(query, dispatch.request(), tuning.lastBlockSize(), hashes);
        queries.giveBack(query);
        note(to, hashes, UNCHANGED, now);
        lentHashes.giveBack(hashes);
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        Resident resident = residentOrNew(slot);
        synchronized (resident) {
            resident.present = true;
            resident.incarnation = incarnation;
            resident.capacity = capacity;
            history.forget(slot);
        }
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        Resident resident = residentOrNew(slot);
        synchronized (resident) {
            resident.present = false;
            history.forget(slot);
        }
    }

    @Override
    public void maintain(long now) {
        history.expire(now);
    }

    @Override
    public long nextDeadline() {
        return history.nextExpiry();
    }

    /** Returns the number of blocks remembered for a slot. */
    int remembered(int slot) {
        return history.size(slot);
    }

    /** Returns how many blocks are remembered for a slot at most. */
    int capacity(int slot) {
        return history.capacity(slot);
    }

    /** Returns the number of pairs of a slot and a block that are remembered. */
    long rememberedByAll() {
        return history.index().size();
    }

    // ---- asking

    private void hash(PrefixQuery query, InferenceRequest request, int tunedBlockSize, PromptHashes into) {
        int size = request.prompt() instanceof Prompt.Blocks blocks ? blocks.blockSize() : tunedBlockSize;
        query.hash(request, size, maxTokens > 0 ? maxTokens / size : maxBlocks, into);
    }

    // ---- noting

    private static boolean readsPrompt(Role role) {
        return role.prefills() || !role.encodes();
    }

    private void noteDispatched(SchedulingCycle cycle, Target target, PromptHashes hashes) {
        note(target, hashes, tuning.capacity(cycle.fleet().metrics(target.slot()), hashes.blockSize()), cycle.now());
    }

    private void note(Target target, PromptHashes hashes, int newCapacity, long now) {
        int slot = target.slot();
        Resident[] known = residents;
        if (slot >= known.length) {
            return;
        }
        Resident resident = known[slot];
        synchronized (resident) {
            // Under the same lock as left(), so that nothing of an endpoint that left is noted for the next in its
            // slot.
            if (!resident.present || resident.incarnation != target.incarnation()) {
                return;
            }
            if (newCapacity != UNCHANGED && newCapacity != resident.capacity) {
                resident.capacity = newCapacity;
                history.capacity(slot, newCapacity);
            }
            history.route(slot, hashes.array(), hashes.count(), now);
        }
    }

    private Resident residentOrNew(int slot) {
        Resident[] known = residents;
        if (slot >= known.length) {
            Resident[] grown = Arrays.copyOf(known, Math.max(slot + 1, 2 * known.length));
            for (int i = known.length; i < grown.length; i++) {
                grown[i] = new Resident();
            }
            residents = grown;
            known = grown;
        }
        return known[slot];
    }

    /** Who has a slot. Its lock guards it and all that the history has of the slot. */
    private static final class Resident {
        boolean present;
        long incarnation;
        int capacity;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String name = PrefixMatch.DEFAULT_PRODUCER;
        private boolean autoTune = true;
        private int blockSize = DEFAULT_BLOCK_SIZE;
        private int minimumBlockSize = MINIMUM_BLOCK_SIZE;
        private int maxTokens = DEFAULT_MAX_TOKENS;
        private int maxBlocks = DEFAULT_MAX_BLOCKS;
        private int capacity = DEFAULT_CAPACITY;
        private int maxTunedCapacity = DEFAULT_MAX_TUNED_CAPACITY;
        private long timeToLive = RoutingHistory.NO_EXPIRY;

        private Builder() {}

        /** Sets the name under which data is written, for schedulers with several prefix producers. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /** Sets whether block size and capacity follow what the endpoints report; true at first. */
        public Builder autoTune(boolean autoTune) {
            this.autoTune = autoTune;
            return this;
        }

        /** Sets the tokens in a block where it is not tuned; 16 at first, and raised to the minimum. */
        public Builder blockSize(int tokens) {
            this.blockSize = between("blockSize", tokens, 1, BlockHasher.MAX_BLOCK_SIZE);
            return this;
        }

        /** Sets the fewest tokens that a block may have, at least 1; 64 at first. */
        public Builder minimumBlockSize(int tokens) {
            this.minimumBlockSize = between("minimumBlockSize", tokens, 1, BlockHasher.MAX_BLOCK_SIZE);
            return this;
        }

        /** Sets how many tokens of a prompt are looked at; 131072 at first; 0 to go by {@link #maxPrefixBlocks}. */
        public Builder maxPrefixTokens(int tokens) {
            this.maxTokens = between("maxPrefixTokens", tokens, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many blocks of a prompt are looked at if there is no limit in tokens; 2048 at first, at least 1. */
        public Builder maxPrefixBlocks(int blocks) {
            this.maxBlocks = between("maxPrefixBlocks", blocks, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many blocks are remembered for an endpoint where that is not tuned; 31250 at first, at least 1. */
        public Builder capacityPerEndpoint(int blocks) {
            this.capacity = between("capacityPerEndpoint", blocks, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many blocks are remembered for an endpoint at most where that is tuned; 2^20 at first, at least 1. */
        public Builder maxTunedCapacity(int blocks) {
            this.maxTunedCapacity = between("maxTunedCapacity", blocks, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Sets after what time without use a block is forgotten; positive, and never from 292 years on. At first only want of
         * room makes it forget.
         */
        public Builder timeToLive(Duration timeToLive) {
            this.timeToLive = Times.positiveNanos(
                    "timeToLive", timeToLive, "Maybe leave it out; then blocks are forgotten for want of room only.");
            return this;
        }

        /** Builds the producer, with nothing remembered yet. */
        public ApproxPrefixProducer build() {
            return new ApproxPrefixProducer(this);
        }

        private static int between(String what, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(what + ": must be from " + least + " to " + most + ", but was "
                        + value + ".\nMaybe leave it out; the default suits most fleets.");
            }
            return value;
        }
    }
}
