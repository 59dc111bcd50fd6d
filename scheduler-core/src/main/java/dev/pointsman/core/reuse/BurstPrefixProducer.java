// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.core.internal.prompt.LlmdPrompt;
import dev.pointsman.kvcache.BlockHasher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Holds requests for a moment, so that those of a burst with equal prompts go to the same endpoint, which reads the prompt once
 * (llm-d's {@code burst-prefix-cache-producer}). Without it a burst is spread before anybody knows where its prompt is cached.
 *
 * <p>It waits, so it works on {@code submit} only. What {@code schedule} decides never waits: there nothing of this producer's is
 * written, and a scorer that reads it has no data.
 *
 * <p><b>Window.</b> A request that finds nobody waiting opens a window; all that come before it ends are packed together, by the
 * rules of llm-d: prompts of equal blocks first, the longest first; then single ones that share enough leading blocks, next to
 * each other while that replica is below its fair share; ties go to the least load of the burst, the fewest running requests, the
 * first id. A single prompt that shares nothing is let go without a placement. No thread is started: {@link #maintain} ends a
 * window that is over, and since the scheduler's clock is told nowhere else, a window is counted from the first {@link #maintain}
 * after it opened; {@link #nextDeadline} asks for that at once. A full batch is packed at once, by the thread that filled it, so
 * never more than that many requests wait. A request whose stage is cancelled waits no longer and is left out.
 *
 * <p><b>What it writes.</b> The stage gives a {@link Placement} under {@link #placement}, or nothing. In the scheduling that
 * follows, {@link PrefixMatch#of} and {@link PrefixMatch#matchedBlocks} are written under this producer's name: a full match for
 * the endpoint of the placement, 0 for all others.
 *
 * <p>Blocks are those of {@link LlmdApproxPrefixProducer}, a partial last one included, but of the configured size whatever the
 * engines report. Replicas are all endpoints of the fleet that the last request of the burst came with.
 *
 * <p>Departure from llm-d: load by tokens is by the prompt's length, matched or not.
 *
 * <p>Thread-safe; a lock is held to add a request and to take a batch out, never while packing or while others' code runs. Packing
 * takes time in the requests times the replicas. Stages complete on the thread that ends the window.
 */
public final class BurstPrefixProducer implements AsyncDataProducer, DataProducer, Maintained {
    /** The type's name, and the name under which it writes unless told otherwise. */
    public static final String TYPE = "burst-prefix-cache-producer";

    static final Duration DEFAULT_WINDOW = Duration.ofMillis(100);
    static final int DEFAULT_BLOCK_SIZE = 64;
    static final int DEFAULT_MAX_BATCH = 1000;

    private final AttributeKey<Placement> placementKey;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final long windowNanos;
    private final int blockSize;
    private final int maxBlocks;
    private final int maxBatchSize;
    private final BurstPacking.Settings packing;
    private final Pool<LlmdPrompt> prompts = new Pool<>(LlmdPrompt::new);

    private final Object lock = new Object();
    private List<Waiting> batch = new ArrayList<>();
    private @Nullable FleetSnapshot fleet;
    /** Whether the window of the batch has a deadline yet. */
    private boolean timed;

    private long deadline;
    /** The latest time that was told. */
    private long latest;

    private BurstPrefixProducer(Builder builder) {
        placementKey = placement(builder.name);
        matchKey = PrefixMatch.of(builder.name);
        blocksKey = PrefixMatch.matchedBlocks(builder.name);
        windowNanos = builder.windowNanos;
        blockSize = builder.blockSize;
        maxBlocks = builder.maxTokens > 0 ? Math.max(1, builder.maxTokens / builder.blockSize) : Integer.MAX_VALUE;
        maxBatchSize = builder.maxBatchSize;
        packing = new BurstPacking.Settings(builder.maxPerReplica, builder.minColocateBlocks, builder.byTokens);
    }

    /** Starts a producer with llm-d's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Names where a request of a burst is to go.
     *
     * @param producer the producer's name
     */
    public static AttributeKey<Placement> placement(String producer) {
        return new AttributeKey<>("burst-placement", producer, Placement.class);
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(placementKey, matchKey, blocksKey);
    }

    @Override
    public CompletionStage<Map<? extends DataKey, Object>> produce(InferenceRequest request, FleetSnapshot fleet) {
        LlmdPrompt prompt = prompts.borrow();
        prompt.hash(request, blockSize, maxBlocks);
        Waiting waiting = new Waiting(
                new BurstPacking.Prefix(
                        Arrays.copyOf(prompt.hashes(), prompt.count()),
                        request.prompt().tokenCount()),
                prompt.blockSize());
        prompts.giveBack(prompt);
        List<Waiting> full = null;
        synchronized (lock) {
            batch.add(waiting);
            this.fleet = fleet;
            if (batch.size() >= maxBatchSize) {
                full = takeBatch();
            }
        }
        if (full != null) {
            pack(full, fleet);
        }
        return waiting.stage;
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        Placement placement = cycle.attribute(placementKey);
        if (placement == null) {
            return;
        }
        LongColumn.Writable blocks = cycle.fill(blocksKey);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            boolean chosen = slot == placement.slot() && cycle.fleet().incarnation(slot) == placement.incarnation();
            blocks.set(slot, chosen ? placement.match().totalBlocks() : 0);
        }
        cycle.put(matchKey, placement.match());
    }

    @Override
    public void maintain(long now) {
        List<Waiting> due = null;
        FleetSnapshot seen = null;
        synchronized (lock) {
            latest = now;
            if (batch.isEmpty()) {
                return;
            }
            if (!timed) {
                timed = true;
                deadline = now + windowNanos;
            } else if (now - deadline >= 0) {
                seen = fleet;
                due = takeBatch();
            }
        }
        if (due != null && seen != null) {
            pack(due, seen);
        }
    }

    @Override
    public long nextDeadline() {
        synchronized (lock) {
            if (batch.isEmpty()) {
                return Long.MAX_VALUE;
            }
            return timed ? deadline : latest; // At once.
        }
    }

    private List<Waiting> takeBatch() {
        List<Waiting> taken = batch;
        batch = new ArrayList<>();
        fleet = null;
        timed = false;
        return taken;
    }

    /** Ends the wait of a batch, whatever happens: a failure costs only this producer's data. */
    private void pack(List<Waiting> burst, FleetSnapshot seen) {
        List<Waiting> waiting = new ArrayList<>(burst.size());
        for (Waiting one : burst) {
            if (!one.stage.isDone()) {
                waiting.add(one);
            }
        }
        if (waiting.size() == 1) { // Nothing to share, so no need to look at the fleet.
            waiting.get(0).stage.complete(Map.of());
            return;
        }
        try {
            List<BurstPacking.Replica> replicas = new ArrayList<>(seen.size());
            List<Integer> slots = new ArrayList<>(seen.size());
            for (int slot = 0; slot < seen.slotLimit(); slot++) {
                if (seen.occupied(slot)) {
                    slots.add(slot);
                    replicas.add(new BurstPacking.Replica(
                            seen.endpoint(slot).id(),
                            Math.max(0, seen.metrics(slot).runningRequests())));
                }
            }
            int[] assigned = replicas.isEmpty()
                    ? new int[0]
                    : BurstPacking.pack(
                            packing, waiting.stream().map(one -> one.prefix).toList(), replicas);
            for (int i = 0; i < waiting.size(); i++) {
                int at = replicas.isEmpty() ? BurstPacking.NOWHERE : assigned[i];
                waiting.get(i)
                        .stage
                        .complete(at == BurstPacking.NOWHERE ? Map.of() : placed(waiting.get(i), seen, slots.get(at)));
            }
        } catch (Throwable thrown) {
            waiting.forEach(one -> one.stage.completeExceptionally(thrown));
        }
    }

    private Map<? extends DataKey, Object> placed(Waiting one, FleetSnapshot seen, int slot) {
        PrefixMatch match = new PrefixMatch(one.prefix.hashes.length, one.blockSize);
        return Map.of(placementKey, new Placement(seen.endpoint(slot).id(), slot, seen.incarnation(slot), match));
    }

    /**
     * Where a request of a burst is to go.
     *
     * @param endpointId the endpoint
     * @param slot its slot in the fleet as it was when the burst was packed
     * @param incarnation which of the slot's endpoints it was
     * @param match the blocks of the prompt, all of which count as cached there
     */
    public record Placement(String endpointId, int slot, long incarnation, PrefixMatch match) {
        /** Checks that it says where. */
        public Placement {
            requireNonNull(endpointId, "endpointId");
            requireNonNull(match, "match");
        }
    }

    /** A request that waits for its window to end. */
    private static final class Waiting {
        final BurstPacking.Prefix prefix;
        final int blockSize;
        final CompletableFuture<Map<? extends DataKey, Object>> stage = new CompletableFuture<>();

        Waiting(BurstPacking.Prefix prefix, int blockSize) {
            this.prefix = prefix;
            this.blockSize = blockSize;
        }
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String name = TYPE;
        private long windowNanos = DEFAULT_WINDOW.toNanos();
        private int maxPerReplica = -1;
        private int blockSize = DEFAULT_BLOCK_SIZE;
        private int maxTokens;
        private int minColocateBlocks;
        private int maxBatchSize = DEFAULT_MAX_BATCH;
        private boolean byTokens;

        private Builder() {}

        /** Sets the name under which data is written. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /** Sets for how long requests are held: 1 ms to 10 s; 100 ms at first. */
        public Builder window(Duration window) {
            if (window.compareTo(Duration.ofMillis(1)) < 0 || window.compareTo(Duration.ofSeconds(10)) > 0) {
                throw new IllegalArgumentException("window: must be from 1 ms to 10 s, but was " + window
                        + ".\nMaybe 100 ms; every request waits for as long.");
            }
            this.windowNanos = window.toNanos();
            return this;
        }

        /** Sets how many requests of a burst go to one endpoint while another has room; -1, for no limit, at first. */
        public Builder maxPerReplica(int requests) {
            this.maxPerReplica = between("maxPerReplica", requests, -1, Integer.MAX_VALUE);
            return this;
        }

        /** Sets the tokens in a block; 64 at first. */
        public Builder blockSize(int tokens) {
            this.blockSize = between("blockSize", tokens, 1, BlockHasher.MAX_BLOCK_SIZE);
            return this;
        }

        /** Sets how many tokens of a prompt are compared; 0, for all, at first. */
        public Builder maxPrefixTokens(int tokens) {
            this.maxTokens = between("maxPrefixTokens", tokens, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many leading blocks different prompts must share to be kept together; 0, for never, at first. */
        public Builder minColocateBlocks(int blocks) {
            this.minColocateBlocks = between("minColocateBlocks", blocks, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many requests end a window before its time; at least 1, 1000 at first. */
        public Builder maxBatchSize(int requests) {
            this.maxBatchSize = between("maxBatchSize", requests, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Sets whether load is balanced by tokens of prompts rather than by requests; false at first. */
        public Builder balanceByTokens(boolean byTokens) {
            this.byTokens = byTokens;
            return this;
        }

        /** Builds the producer. */
        public BurstPrefixProducer build() {
            return new BurstPrefixProducer(this);
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
