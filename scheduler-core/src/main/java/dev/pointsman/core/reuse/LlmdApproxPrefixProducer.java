// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

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
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.core.internal.prompt.LlmdPrompt;
import dev.pointsman.kvcache.BlockHasher;
import java.util.Arrays;
import java.util.Set;

/**
 * Guesses how much of a prompt's prefix each endpoint has in its KV cache as llm-d's {@code approx-prefix-cache-producer} does,
 * flaws included, so that a configuration that moves here decides as before. {@link dev.pointsman.core.producer.ApproxPrefixProducer} is ours, and better; it
 * says what is different.
 *
 * <p><b>Blocks</b> are of the size that the first candidate's engine reports, with auto-tuning, or else of the configured one, and
 * never of less than 64 tokens. A partial last block counts as one, and has a hash. Hashes are those of {@link
 * dev.pointsman.kvcache.hash.LlmdRouterHasher}: a prompt's model and cache salt are in them, run together.
 *
 * <p><b>Matching</b> goes from a prompt's first block on to the first that no server has, and counts for each server the blocks
 * that it has, with gaps if somebody else fills them. Writes {@link PrefixMatch#of} and, for every candidate, {@link
 * PrefixMatch#matchedBlocks}; 0 without a match.
 *
 * <p><b>Remembering.</b> When a request is dispatched, its blocks go to its target, and to that of a leg whose profile is named
 * {@value #PREFILL}, first block first. Of each server the last so many are remembered: as many as it says its KV cache has
 * blocks, with auto-tuning, or else the configured number; that number is settled when the first prompt goes there. The head of a
 * long prompt is forgotten first. A failover changes nothing.
 *
 * <p><b>Departures.</b> Blocks are noted before {@code schedule} returns, not soon after. What the LRU of a server pushed out is
 * forgotten altogether: upstream, the head of a prompt longer than the LRU stays in the reverse map for ever, which is a leak. A
 * server's report of its blocks counts up to 2^20, since memory is made of it.
 * Whoever leaves is forgotten at once, and not within 2 minutes.
 *
 * <p>Thread-safe; readers share a lock. Time is proportional to the prompt's length, and to the servers that have a block each time that
 * they change along the prompt. Allocates nothing in proportion to either once all is known; memory is bounded by the servers'
 * capacities, 50 to 120 bytes a block.
 */
public final class LlmdApproxPrefixProducer implements DataProducer, SchedulingObserver, FleetListener {
    /** The profile, beside the one that answers, whose target is taken to read the prompt. */
    static final String PREFILL = "prefill";

    private static final int MINIMUM_BLOCK_SIZE = 64;
    private static final int MAX_TUNED_CAPACITY = 1 << 20;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final AttributeKey<Lookup> lookupKey;
    private final boolean autoTune;
    private final int blockSize;
    private final int minimumBlockSize;
    private final int maxTokens;
    private final int maxBlocks;
    private final int capacity;
    private final RecentHashes history = new RecentHashes();
    private final Pool<Lookup> lookups = new Pool<>(Lookup::new);

    private LlmdApproxPrefixProducer(Builder builder) {
        matchKey = PrefixMatch.of(builder.name);
        blocksKey = PrefixMatch.matchedBlocks(builder.name);
        lookupKey = new AttributeKey<>("llm-d-prompt", builder.name, Lookup.class);
        autoTune = builder.autoTune;
        blockSize = builder.blockSize;
        minimumBlockSize = builder.minimumBlockSize;
        maxTokens = builder.maxTokens;
        maxBlocks = builder.maxBlocks;
        capacity = builder.capacity;
    }

    /** Starts a producer with llm-d's defaults, under the name that scorers expect. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(matchKey, blocksKey, lookupKey);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        Lookup lookup = lookups.borrow();
        int size = tunedBlockSize(cycle, candidates);
        lookup.prompt.hash(cycle.request(), size, maxTokens > 0 ? maxTokens / size : maxBlocks);
        int[] hits = lookup.hits(cycle.fleet().slotLimit());
        history.match(lookup.prompt.hashes(), lookup.prompt.count(), hits);

        LongColumn.Writable blocks = cycle.fill(blocksKey);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            blocks.set(slot, hits[slot]);
        }
        cycle.put(matchKey, new PrefixMatch(lookup.prompt.count(), lookup.prompt.blockSize()));
        cycle.put(lookupKey, lookup);
    }

    private int tunedBlockSize(ProductionCycle cycle, Candidates candidates) {
        int reported = autoTune && candidates.size() > 0
                ? cycle.fleet().metrics(candidates.slot(0)).kvBlockSize()
                : 0;
        int size = reported > 0 ? reported : blockSize;
        return Math.min(Math.max(size, minimumBlockSize), BlockHasher.MAX_BLOCK_SIZE);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        Lookup lookup = cycle.attribute(lookupKey);
        if (lookup == null) {
            return;
        }
        note(cycle, dispatch.decision().primary().target(), lookup.prompt);
        for (Leg leg : dispatch.decision().otherLegs()) {
            if (leg.profile().equals(PREFILL)) {
                note(cycle, leg.target(), lookup.prompt);
            }
        }
        lookups.giveBack(lookup);
    }

    private void note(SchedulingCycle cycle, Target target, LlmdPrompt prompt) {
        EndpointMetrics metrics = cycle.fleet().metrics(target.slot());
        long reported = autoTune ? metrics.kvBlockCount() : 0;
        int blocks = reported > 0 ? (int) Math.min(reported, MAX_TUNED_CAPACITY) : capacity;
        history.add(target.slot(), target.incarnation(), prompt.hashes(), prompt.count(), blocks);
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        Lookup lookup = cycle.attribute(lookupKey);
        if (lookup != null) {
            lookups.giveBack(lookup);
        }
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        history.join(slot, incarnation);
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        history.leave(slot);
    }

    /** Returns how many blocks are remembered of the endpoint in a slot. */
    int remembered(int slot) {
        return history.size(slot);
    }

    /** One prompt's blocks and who has them, from when it is looked up to when its dispatch is noted. */
    private static final class Lookup {
        final LlmdPrompt prompt = new LlmdPrompt();
        private int[] hits = {};

        /** Returns room for a count for each slot, all 0. */
        int[] hits(int slots) {
            if (hits.length < slots) {
                hits = new int[Math.max(slots, 2 * hits.length)];
            } else {
                Arrays.fill(hits, 0);
            }
            return hits;
        }
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String name = PrefixMatch.DEFAULT_PRODUCER;
        private boolean autoTune = true;
        private int blockSize = 16;
        private int minimumBlockSize = MINIMUM_BLOCK_SIZE;
        private int maxTokens = 131_072;
        private int maxBlocks = 2048;
        private int capacity = 31_250;

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

        /** Sets the tokens in a block where it is not tuned, at least 0; 16 at first, and raised to the minimum. */
        public Builder blockSize(int tokens) {
            this.blockSize = between("blockSize", tokens, 0, BlockHasher.MAX_BLOCK_SIZE);
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

        /** Sets how many blocks of a prompt are looked at if there is no limit in tokens; 2048 at first, at least 0. */
        public Builder maxPrefixBlocks(int blocks) {
            this.maxBlocks = between("maxPrefixBlocks", blocks, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many blocks are remembered of an endpoint where that is not tuned; 31250 at first, at least 1. */
        public Builder capacityPerEndpoint(int blocks) {
            this.capacity = between("capacityPerEndpoint", blocks, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Builds the producer. */
        public LlmdApproxPrefixProducer build() {
            return new LlmdApproxPrefixProducer(this);
        }

        private static int between(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + ": must be from " + least + " to " + most + ", but was "
                        + value + ".\nMaybe leave it out; llm-d's default is used then.");
            }
            return value;
        }
    }
}
