// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.MapMaker;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.kvcache.AccuracyMeter;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.score.TierWeights;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Knows how much of a prompt's prefix each endpoint has in its KV cache, from what the engines themselves say: a {@link
 * TieredPrefixIndex} that is fed by their KV events (llm-d's {@code precise-prefix-cache-producer}).
 *
 * <p>The producer asks the index and does not feed it: sockets and threads are the host's. Slots are the fleet's. When an
 * endpoint leaves, its feed must have ended before this producer clears the slot, so whoever ends it listens to the fleet
 * first: before the scheduler is built.
 *
 * <pre>{@code
 * PrecisePrefixProducer precise = PrecisePrefixProducer.builder()
 *         .index(index)
 *         .channels(slot -> subscriber.channel(slot).orElse(null))
 *         .build();
 * Pointsman pointsman = Pointsman.builder(fleet)
 *         .plugin(PrecisePrefixProducer.TYPE, precise)
 *         .profile(Profile.builder("default")
 *                 .scorer(new PrefixCacheScorer().readingFrom(PrecisePrefixProducer.TYPE), 2)
 *                 .build())
 *         .build();
 * }</pre>
 *
 * <p><b>What it writes</b>, under its own name: {@link PrefixMatch#of}; {@link PrefixMatch#matchedBlocks}, blocks in any tier;
 * {@link PrefixMatch#weightedBlocks}, unless all tiers weigh the same; and if asked for, {@link #blocksIn} for each tier. A
 * prompt is cut into blocks as {@link ApproxPrefixProducer} does, but always of the index's block size and without limit, and
 * only full blocks count. KV events speak of tokens and of what stands among them: for a prompt in text or in block hashes of the
 * host's own, and for one with images of which the place is not known, nothing is written.
 *
 * <p><b>What is not known is missing, and not 0.</b> Of an endpoint that nothing was heard of, or whose blocks may be gone
 * without our hearing of it, no match is written; of one that we may know too little of (a replay is under way, or cannot reach
 * back far enough, or the index had no room for some of its blocks) a match is, and the lack of one is not. The explanation says
 * whom that concerns and why. Without {@link Builder#channels} or {@link Builder#health} everybody counts as known, unless the
 * index is empty. What the index evicts to keep to its bound counts as not held, for it was what nobody stored for longest; the
 * explanation says that blocks were.
 *
 * <p><b>As llm-d has it</b> ({@link Semantics#LLM_D}, which is how a loaded configuration reads it): what is not known is 0; weighted
 * blocks lose their fraction, so that one block in the host's memory is none; tiers are always written, and a block counts in each
 * that it is in: guesses apart ({@link #speculativeBlocks}), and the host's memory for one that is in the accelerator's, too, as long
 * as those before it are. Still different: the index forgets no holder of a block that many hold, and guesses of an index that the
 * host made count as in the accelerator's memory.
 *
 * <p><b>Cost.</b> One hash of the prompt, one look-up, one pass over the candidates. Allocates one small object a decision, and
 * another for each dispatch in flight while accuracy is measured. Thread-safe.
 */
public final class PrecisePrefixProducer implements DataProducer, SchedulingObserver, FleetListener, Maintained {
    /** The type's name, and the name under which the producer writes unless told otherwise. */
    public static final String TYPE = "precise-prefix-cache-producer";

    static final int DEFAULT_BLOCK_SIZE = 16;

    /** How much of the index's work that was put off is done at once, in blocks. */
    private static final int SWEPT_AT_ONCE = 1 << 16;

    private static final Tier[] TIERS = Tier.values();

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final DoubleColumnKey weightedKey;
    private final LongColumnKey[] tierKeys;
    private final AttributeKey<PrefixLookup> lookupKey;
    private final TieredPrefixIndex index;
    private final IndexTrust trust;
    private final int blockSize;
    private final TierWeights weights;
    private final boolean weighted;
    private final boolean parity;
    private final @Nullable LlmdTierCounts tierCounts;
    private final KvIndexListener listener;
    private final @Nullable SpeculativePrefixIndex speculative;
    private final @Nullable RadixPrefixIndex swept;
    private final Pool<PrefixLookup> lookups = new Pool<>(PrefixLookup::new);

    private final AccuracyMeter accuracy = new AccuracyMeter();

    /** Of dispatches under way whose engine may report what was cached; those that the host lost go by themselves. */
    private final ConcurrentMap<Dispatch, Prediction> predictions =
            new MapMaker().weakKeys().makeMap();

    /** Which life of its endpoint a slot has. */
    private final ConcurrentMap<Integer, Long> incarnations = new ConcurrentHashMap<>();

    /** The latest time that the scheduler told. */
    private volatile long latest;

    private PrecisePrefixProducer(Builder builder) {
        parity = builder.semantics == Semantics.LLM_D;
        matchKey = PrefixMatch.of(builder.name);
        blocksKey = PrefixMatch.matchedBlocks(builder.name);
        weightedKey = PrefixMatch.weightedBlocks(builder.name);
        lookupKey = new AttributeKey<>("prefix-lookup", builder.name, PrefixLookup.class);
        tierKeys = new LongColumnKey[builder.tierColumns ? TIERS.length : 0];
        for (int i = 0; i < tierKeys.length; i++) {
            tierKeys[i] = blocksIn(builder.name, TIERS[i]);
        }
        TieredPrefixIndex told = builder.index != null
                ? builder.index
                : RadixPrefixIndex.builder().build();
        swept = behind(told);
        RadixPrefixIndex guesses = RadixPrefixIndex.builder().build();
        speculative = told instanceof SpeculativePrefixIndex given
                ? given
                : builder.speculationNanos > 0 ? speculative(told, guesses, builder.speculationNanos) : null;
        index = speculative != null ? speculative : told;
        tierCounts = parity && tierKeys.length > 0 ? new LlmdTierCounts(index, guesses, builder.name) : null;
        trust = new IndexTrust(index, swept, builder.health, builder.channels);
        blockSize = builder.blockSize;
        listener = builder.listener;
        weights = builder.weights;
        weighted = !weights.equal() || weights.weight(Tier.ACCELERATOR) != 1;
    }

    /** Returns the index in which the engines' blocks lie, if it is one that has work to do in the background. */
    private static @Nullable RadixPrefixIndex behind(TieredPrefixIndex told) {
        TieredPrefixIndex behind = told;
        while (behind instanceof SpeculativePrefixIndex wrapped) {
            behind = wrapped.told();
        }
        return behind instanceof RadixPrefixIndex radix ? radix : null;
    }

    private static SpeculativePrefixIndex speculative(
            TieredPrefixIndex told, RadixPrefixIndex guesses, long timeToLiveNanos) {
        return new SpeculativePrefixIndex(told, guesses, SpeculativePrefixIndex.DEFAULT_CAPACITY, timeToLiveNanos);
    }

    /** Starts a producer with llm-d's defaults, but for tiers that llm-d does not know. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Names a column of blocks by the fastest tier that each lies in; the four add up to {@link PrefixMatch#matchedBlocks}.
     * Written only if {@link Builder#tierColumns} says so.
     *
     * @param producer the prefix producer's name
     * @param tier the tier
     */
    public static LongColumnKey blocksIn(String producer, Tier tier) {
        return new LongColumnKey(
                switch (tier) {
                    case ACCELERATOR -> "prefix-match.accelerator-blocks";
                    case HOST -> "prefix-match.host-blocks";
                    case STORAGE -> "prefix-match.storage-blocks";
                    case REMOTE -> "prefix-match.remote-blocks";
                },
                producer);
    }

    /**
     * Names the column of blocks that an endpoint is guessed to hold because a prompt went there, whether or not its engine has
     * told of them by now. Written only beside {@link #blocksIn}, and only as llm-d has it; 0 if this producer does not speculate.
     *
     * @param producer the prefix producer's name
     */
    public static LongColumnKey speculativeBlocks(String producer) {
        return new LongColumnKey("prefix-match.speculative-blocks", producer);
    }

    /** Returns the index that is asked, for whoever feeds it: the host's, wrapped if this producer speculates. */
    public TieredPrefixIndex index() {
        return index;
    }

    /**
     * Returns how many cached tokens were promised and how many the engines reported, for each endpoint by its slot. Only
     * requests count that one endpoint served alone and whose usage says how much was cached.
     */
    public AccuracyMeter accuracy() {
        return accuracy;
    }

    /** Returns the tokens in a block of the index. */
    public int blockSize() {
        return blockSize;
    }

    @Override
    public Set<DataKey> produces() {
        Set<DataKey> keys = new LinkedHashSet<>(List.of(matchKey, blocksKey, lookupKey));
        if (weighted) {
            keys.add(weightedKey);
        }
        keys.addAll(List.of(tierKeys));
        if (tierCounts != null) {
            keys.add(tierCounts.speculativeKey());
        }
        return keys;
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        String unknowable = PrefixLookup.unknowable(cycle.request());
        if (unknowable != null) {
            cycle.note(unknowable);
            return;
        }
        PrefixLookup lookup = lookups.borrow();
        lookup.hash(cycle.request(), blockSize);
        PrefixMatches matches = lookup.matches();
        index.match(lookup.hashes(), lookup.count(), matches);
        listener.lookedUp(lookup.count(), matches.longest());

        boolean silent = trust.silent();
        int unknown = write(cycle, candidates, lookup, silent);
        if (cycle.explaining()) {
            trust.explain(cycle, candidates, lookup, silent, unknown);
        }
        cycle.put(matchKey, new PrefixMatch(lookup.count(), lookup.blockSize()));
        cycle.put(lookupKey, lookup);
    }

    /** Writes the columns; returns of how many candidates what is cached is not known. */
    private int write(ProductionCycle cycle, Candidates candidates, PrefixLookup lookup, boolean silent) {
        LongColumn.Writable blocks = cycle.fill(blocksKey);
        DoubleColumn.Writable weightedBlocks = weighted ? cycle.fill(weightedKey) : null;
        int unknown = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            int matched = lookup.matches().blocks(slot);
            if (parity || trust.known(silent, slot, matched)) {
                blocks.set(slot, matched);
                if (weightedBlocks != null) {
                    double weight = matched == 0 ? 0 : weights.weigh(lookup.matches(), slot);
                    weightedBlocks.set(slot, parity ? Math.floor(weight) : weight);
                }
            } else {
                unknown++;
            }
        }
        for (int t = 0; t < tierKeys.length; t++) {
            LongColumn.Writable column = cycle.fill(tierKeys[t]);
            writeTier(column, TIERS[t], blocks, candidates, lookup);
            if (tierCounts != null) {
                tierCounts.correct(cycle, candidates, lookup, TIERS[t], column);
            }
        }
        return unknown;
    }

    private static void writeTier(
            LongColumn.Writable column, Tier tier, LongColumn blocks, Candidates candidates, PrefixLookup lookup) {
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (blocks.has(slot)) {
                column.set(slot, lookup.matches().blocks(slot, tier));
            }
        }
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        latest = cycle.now();
        PrefixLookup lookup = cycle.attribute(lookupKey);
        if (lookup == null) {
            return;
        }
        note(dispatch.decision().primary().target(), lookup, cycle.now());
        for (Leg leg : dispatch.decision().otherLegs()) {
            Role role = leg.target().endpoint().role();
            if (role.prefills() || !role.encodes()) {
                note(leg.target(), lookup, cycle.now());
            }
        }
        if (dispatch.decision().otherLegs().isEmpty()) {
            Target target = dispatch.decision().primary().target();
            long blocks = cycle.column(blocksKey).get(target.slot());
            if (blocks != LongColumn.MISSING) {
                predictions.put(dispatch, new Prediction(target, blocks * lookup.blockSize(), lookup.blockSize()));
            }
        }
        lookups.giveBack(lookup);
    }

    private void note(Target target, PrefixLookup lookup, long now) {
        int slot = target.slot();
        if (lookup.matches().blocks(slot) > 0) {
            for (Tier tier : TIERS) {
                int blocks = lookup.matches().blocks(slot, tier);
                if (blocks > 0) {
                    listener.hit(slot, tier, blocks);
                }
            }
        }
        route(target, lookup, now);
    }

    /** Has a prompt count where it goes, unless that endpoint has left. */
    private void route(Target target, PrefixLookup lookup, long now) {
        if (speculative != null) {
            incarnations.computeIfPresent(target.slot(), (slot, present) -> {
                if (present == target.incarnation()) {
                    speculative.route(slot, lookup.hashes(), lookup.count(), now);
                }
                return present;
            });
        }
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        latest = cycle.now();
        PrefixLookup lookup = cycle.attribute(lookupKey);
        if (lookup != null) {
            lookups.giveBack(lookup);
        }
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        predictions.remove(dispatch); // What was predicted was another endpoint's.
        if (speculative != null && PrefixLookup.unknowable(dispatch.request()) == null) {
            PrefixLookup lookup = lookups.borrow();
            lookup.hash(dispatch.request(), blockSize);
            route(to, lookup, now);
            lookups.giveBack(lookup);
        }
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        latest = now;
        Prediction prediction = predictions.remove(dispatch);
        if (prediction != null && ending == Ending.COMPLETED && usage.cachedTokens() >= 0) {
            Target target = prediction.target;
            incarnations.computeIfPresent(target.slot(), (slot, present) -> {
                if (present == target.incarnation()) {
                    accuracy.record(slot, prediction.tokens, usage.cachedTokens(), prediction.blockSize);
                }
                return present;
            });
        }
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        incarnations.put(slot, incarnation);
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        incarnations.computeIfPresent(slot, (same, present) -> {
            accuracy.forget(slot);
            return null;
        });
        index.clear(slot);
    }

    @Override
    public void maintain(long now) {
        latest = now;
        if (speculative != null) {
            speculative.expire(now);
        }
        if (swept != null) {
            swept.sweep(SWEPT_AT_ONCE);
            listener.sampled(swept.blocks(), swept.size(), swept.bytes());
        }
    }

    @Override
    public long nextDeadline() {
        if (swept != null && swept.needsSweep()) {
            return latest; // At once.
        }
        return speculative == null ? Long.MAX_VALUE : speculative.nextExpiry();
    }

    /** How much of a prompt an endpoint was thought to have cached when the prompt was sent there. */
    private record Prediction(Target target, long tokens, int blockSize) {}

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String name = TYPE;
        private @Nullable TieredPrefixIndex index;
        private @Nullable IntFunction<EndpointHealth> health;
        private @Nullable IntFunction<@Nullable KvEventChannel> channels;
        private int blockSize = DEFAULT_BLOCK_SIZE;
        private TierWeights weights = TierWeights.DEFAULT;
        private boolean tierColumns;
        private Semantics semantics = Semantics.CORRECTED;
        private KvIndexListener listener = KvIndexListener.NONE;
        private long speculationNanos;

        private Builder() {}

        /** Returns the index that was set, or null if none was. */
        @Nullable
        TieredPrefixIndex index() {
            return index;
        }

        /** Sets the name under which data is written, for schedulers with several prefix producers. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the index to ask; without one, the producer makes one of its own, which {@link PrecisePrefixProducer#index} hands
         * out. Its block hashes must be of this producer's {@link #blockSize}. A {@link SpeculativePrefixIndex} is told where
         * prompts go.
         */
        public Builder index(TieredPrefixIndex index) {
            this.index = requireNonNull(index, "index");
            return this;
        }

        /**
         * Sets who knows how much the index may be trusted about an endpoint.
         *
         * @param health from a slot of the fleet to its endpoint's health; asked for every candidate of every request, so it
         *     must be quick, and never null
         */
        public Builder health(IntFunction<EndpointHealth> health) {
            this.health = requireNonNull(health, "health");
            return this;
        }

        /**
         * Sets the channels that feed the index, which know their endpoints' health, and why a prompt finds nothing.
         *
         * @param channels from a slot of the fleet to the channel that feeds it, or null if none does: then nothing is known of
         *     its endpoint; quick, as {@link #health} is, which if given wins
         */
        public Builder channels(IntFunction<@Nullable KvEventChannel> channels) {
            this.channels = requireNonNull(channels, "channels");
            return this;
        }

        /** Sets the tokens in a block of the index; 16 at first. */
        public Builder blockSize(int tokens) {
            if (tokens < 1 || tokens > BlockHasher.MAX_BLOCK_SIZE) {
                throw new IllegalArgumentException("blockSize: must be from 1 to " + BlockHasher.MAX_BLOCK_SIZE
                        + ", but was " + tokens + ".\nMaybe take the one that the index is fed with.");
            }
            this.blockSize = tokens;
            return this;
        }

        /** Sets how much a block counts in each tier; {@link TierWeights#DEFAULT} at first. */
        public Builder tierWeights(TierWeights weights) {
            this.weights = requireNonNull(weights, "weights");
            return this;
        }

        /** Sets whether {@link PrecisePrefixProducer#blocksIn} is written for each tier; false at first. */
        public Builder tierColumns(boolean tierColumns) {
            this.tierColumns = tierColumns;
            return this;
        }

        /** Sets whether this producer does as llm-d's where that has flaws; {@link Semantics#CORRECTED} at first. */
        public Builder semantics(Semantics semantics) {
            this.semantics = requireNonNull(semantics, "semantics");
            return this;
        }

        /**
         * Has an endpoint count as holding a prompt's blocks from when the prompt is sent there, so that of a burst of equal
         * prompts the second already goes where the first went; off at first. Feeds then write to {@link
         * PrecisePrefixProducer#index}, which wraps the index given, so that what the engine says ends a guess early.
         *
         * @param timeToLive after what time only the engine's word counts; positive
         */
        public Builder speculation(Duration timeToLive) {
            this.speculationNanos = Times.positiveNanos(
                    "speculation", timeToLive, "Maybe leave it out; then only what engines say counts.");
            return this;
        }

        /** Sets who hears of look-ups, of hits by tier and of the index's size; nobody at first. */
        public Builder listener(KvIndexListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /** Builds the producer. */
        public PrecisePrefixProducer build() {
            return new PrecisePrefixProducer(this);
        }
    }
}
