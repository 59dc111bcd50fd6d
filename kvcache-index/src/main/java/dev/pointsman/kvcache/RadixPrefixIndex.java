// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.internal.radix.Budget;
import dev.pointsman.kvcache.internal.radix.Found;
import dev.pointsman.kvcache.internal.radix.Lane;
import dev.pointsman.kvcache.internal.radix.Walk;
import java.util.List;
import java.util.Objects;

/**
 * The prefix index for real fleets: exact, within a bound on its memory, and fast for thousands of endpoints with long
 * prompts.
 *
 * <pre>{@code
 * RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(1L << 30).build();
 * index.storeFirst(slot, Tier.ACCELERATOR, engineHashes, blockHashes, count);
 * index.match(blockHashes, count, matches);
 * }</pre>
 *
 * <p><b>Structure.</b> Hashes are chained, so a block has one place and one predecessor, and a prompt is a path. Blocks
 * that follow each other lie together in <em>runs</em> of up to 64; what a prompt adds where it leaves another is a run
 * of its own. A run is found by its first hash, in one hash table, and compared with the prompt as a whole: a walk takes
 * one look-up for each run, not for each block. For each run and tier there is a mask of the blocks that a holder holds,
 * so holes cost nothing and everything is exact; those who hold all of it are one bit each. A run that too many hold a
 * part of is cut in two. There are no pointers and no objects for blocks or runs, only primitive arrays in segments:
 * nothing for a garbage collector to follow. A radix tree in the usual sense, whose nodes know their parents and
 * children, was left: the chained hash makes the links redundant, and without them a run can be freed while what follows
 * it lives on (a hole, after which blocks count again once it is filled).
 *
 * <p><b>Names.</b> Each endpoint has a table from its engine's hashes to places of blocks. The name itself is written
 * once at the block; an endpoint whose engine uses other hashes for the same blocks keeps its own. An engine's name
 * stands for one block of an endpoint: storing another block under it forgets the first, and storing a block again under
 * another name forgets what was noted under the first. Blocks stored by {@link #store} are named by their own hashes
 * until an engine names them.
 *
 * <p><b>Copies.</b> Engines may hold two copies of a block and report each. By default they are counted, up to 8 a tier,
 * and as many removals take the block away; with {@link Builder#countCopies countCopies(false)} the first one does.
 * Only stores under engines' names count copies.
 *
 * <p><b>Threads.</b> {@link #match} takes no lock: each run is read under a version and read again if it changed. Only a
 * reader that is disturbed dozens of times waits for the writer. Writers wait for each other, a lane at a time. {@link
 * #knows}, {@link #blockHash} and {@link #holds} take the lane's lock for a moment. {@link #holds} takes constant time
 * for blocks stored under their own hashes and looks through all of the endpoint's blocks for others: it is for checks,
 * not for scoring.
 *
 * <p><b>Lanes.</b> With {@link Builder#lanes} the index is several, each for its own group of slots ({@code slot %
 * lanes}), which writers of different groups do not share. The price: a block is stored once in each lane whose
 * endpoints hold it, and a question walks every lane. One lane takes millions of blocks a second; take more only if
 * several threads write at once and wait.
 *
 * <p><b>Endpoints that leave.</b> {@link #clear(int)} takes constant time: from then on no answer has the endpoint, and
 * its slot is free. What it held stays in memory until {@link #sweep} was called often enough; the host does that in its
 * background work.
 *
 * <p><b>Bound.</b> All arrays together never pass {@link Builder#maxBytes}; each lane has its part of it. When an array
 * cannot grow, the index first sweeps endpoints that left, then evicts runs that were not stored to for longest, for all
 * their holders (a clock with a second chance, so roughly), if they have what is needed; when an endpoint's own table
 * cannot grow, blocks of that endpoint. If even that cannot help the blocks in question are not stored. A removal that
 * finds no memory takes its endpoint out of the run of up to 64 blocks. All losses are counted and told to the {@link
 * Builder#listener}. An index that forgets counts too little, never too much. Beyond the bound there are some kilobytes of
 * objects and tables of segments a lane, and what callers' {@link PrefixMatches} take.
 *
 * <p><b>Limits.</b> Even without a bound a lane has places for 2<sup>27</sup> (134 million) blocks, and evicts from there
 * on; and for 262,080 endpoints at a time, those included that left and were not swept. More lanes have more.
 */
public final class RadixPrefixIndex implements RestorablePrefixIndex {
    /** The least bound on memory for each lane. */
    public static final long MIN_BYTES_PER_LANE = 1L << 20;

    private static final Tier[] TIERS = Tier.values();
    private static final long SWEPT_UNDER_LOCK = 256;

    private final Budget[] budgets;
    private final Lane[] lanes;
    private final IndexListener listener;

    private RadixPrefixIndex(Builder builder) {
        budgets = new Budget[builder.lanes];
        lanes = new Lane[builder.lanes];
        for (int i = 0; i < lanes.length; i++) {
            budgets[i] = new Budget(builder.maxBytes / lanes.length);
            lanes[i] = new Lane(budgets[i], builder.countCopies);
        }
        listener = builder.listener;
    }

    /** Begins an index of one lane that counts copies and has no bound but its {@linkplain RadixPrefixIndex limits}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        match(hashes, count, Lane.ANY_TIER, into);
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        match(hashes, count, tier.ordinal(), into);
    }

    private void match(long[] hashes, int count, int tier, PrefixMatches into) {
        Objects.checkFromIndexSize(0, count, hashes.length);
        into.forget();
        Walk walk = into.walk();
        Found found = into.found();
        for (int lane = 0; lane < lanes.length; lane++) {
            found.among(lane, lanes.length);
            lanes[lane].match(hashes, count, tier, walk);
            if (walk.tiersApart()) {
                addTiers(walk, found, into);
            } else if (tier > 0) {
                addLower(found, tier, into);
            }
        }
    }

    private void addTiers(Walk walk, Found found, PrefixMatches into) {
        for (int i = found.firstOfLane(); i < found.size(); i++) {
            into.tiers(
                    found.slot(i),
                    walk.leading(i),
                    walk.lower(i, Tier.HOST.ordinal()),
                    walk.lower(i, Tier.STORAGE.ordinal()),
                    walk.lower(i, Tier.REMOTE.ordinal()));
        }
    }

    private void addLower(Found found, int tier, PrefixMatches into) {
        for (int i = found.firstOfLane(); i < found.size(); i++) {
            int slot = found.slot(i);
            int blocks = found.blocks(slot);
            into.tiers(
                    slot,
                    0,
                    tier == Tier.HOST.ordinal() ? blocks : 0,
                    tier == Tier.STORAGE.ordinal() ? blocks : 0,
                    tier == Tier.REMOTE.ordinal() ? blocks : 0);
        }
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        store(slot, Tier.ACCELERATOR, hashes, from, to);
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        Objects.checkFromToIndex(from, to, hashes.length);
        Lane lane = lane(slot);
        lane.store(slot / lanes.length, tier.ordinal(), hashes, from, to);
        report(lane, slot);
    }

    @Override
    public int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to) {
        Objects.checkFromToIndex(from, to, engineHashes.length);
        Objects.checkFromToIndex(from, to, blockHashes.length);
        Lane lane = lane(slot);
        int stored = lane.store(slot / lanes.length, tier.ordinal(), engineHashes, blockHashes, from, to);
        report(lane, slot);
        return stored;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The way to a stretch begins somewhere in the prompt, with a run of this index. An empty index takes all stretches
     * back exactly. One that was written before may have the beginning of a way in the middle of a run of its own, and
     * then counts too little until the engine stores those blocks again; so load a snapshot before events.
     */
    @Override
    public void visit(int slot, BlockVisitor visitor) {
        lane(slot)
                .visit(
                        slot / lanes.length,
                        lanes,
                        (tier, hashes, names, copies, from, to) ->
                                visitor.visit(TIERS[tier], hashes, names, copies, from, to));
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        check(engineHashes, blockHashes, count);
        Lane lane = lane(slot);
        int stored = lane.storeFirst(slot / lanes.length, tier.ordinal(), engineHashes, blockHashes, count);
        report(lane, slot);
        return stored;
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return storeAfter(slot, tier, parent, engineHashes, blockHashes, 0, count);
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int from, int to) {
        Objects.checkFromToIndex(from, to, engineHashes.length);
        Objects.checkFromToIndex(from, to, blockHashes.length);
        Lane lane = lane(slot);
        int stored = lane.storeAfter(slot / lanes.length, tier.ordinal(), parent, engineHashes, blockHashes, from, to);
        report(lane, slot);
        return stored == Lane.UNKNOWN_PARENT ? UNKNOWN_PARENT : stored;
    }

    private static void check(long[] engineHashes, long[] blockHashes, int count) {
        Objects.checkFromIndexSize(0, count, engineHashes.length);
        Objects.checkFromIndexSize(0, count, blockHashes.length);
    }

    private Lane lane(int slot) {
        Slots.check(slot);
        return lanes[slot % lanes.length];
    }

    private void report(Lane lane, int slot) {
        if (!lane.hasLosses()) {
            return;
        }
        long evicted = lane.takeEvicted();
        long dropped = lane.takeDropped();
        if (evicted > 0) {
            listener.evicted(evicted);
        }
        if (dropped > 0) {
            listener.dropped(slot, dropped);
        }
    }

    @Override
    public void remove(int slot, long hash) {
        remove(slot, Tier.ACCELERATOR, hash);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        Lane lane = lane(slot);
        lane.remove(slot / lanes.length, tier.ordinal(), hash, true);
        report(lane, slot);
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        Lane lane = lane(slot);
        boolean known = lane.remove(slot / lanes.length, tier.ordinal(), engineHash, false);
        report(lane, slot);
        return known;
    }

    @Override
    public void clear(int slot) {
        lane(slot).clear(slot / lanes.length, Lane.ANY_TIER);
    }

    @Override
    public void clear(int slot, Tier tier) {
        lane(slot).clear(slot / lanes.length, tier.ordinal());
    }

    @Override
    public boolean holds(int slot, long hash) {
        return lane(slot).holds(slot / lanes.length, hash);
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        return lane(slot).knows(slot / lanes.length, engineHash);
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        return lane(slot).blockHash(slot / lanes.length, engineHash);
    }

    /**
     * Frees some of what endpoints held that were {@linkplain #clear(int) cleared}; about 100 ns a block, in steps
     * between which writers and readers get on.
     *
     * @param maxBlocks about how many blocks to free at most, at least 1
     * @return about how many are left to free, 0 exactly if {@link #needsSweep} says no
     */
    public long sweep(long maxBlocks) {
        if (maxBlocks < 1) {
            throw new IllegalArgumentException("maxBlocks: must be at least 1, but was " + maxBlocks
                    + ".\nMaybe call needsSweep() to see whether there is anything to do.");
        }
        long left = 0;
        long most = maxBlocks;
        for (Lane lane : lanes) {
            long leftInLane = lane.sweep(0);
            while (leftInLane > 0 && most > 0) {
                long step = Math.min(most, SWEPT_UNDER_LOCK);
                leftInLane = lane.sweep(step);
                most -= step;
            }
            left += leftInLane;
        }
        return left;
    }

    /** Tells whether {@link #sweep} has anything to do. */
    public boolean needsSweep() {
        for (Lane lane : lanes) {
            if (lane.needsSweep()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean forgets() {
        return true;
    }

    @Override
    public long size() {
        long size = 0;
        for (Lane lane : lanes) {
            size += lane.size();
        }
        return size;
    }

    /** Returns the number of pairs of an endpoint and a block that it holds in a tier; exact while nobody writes. */
    public long size(Tier tier) {
        long size = 0;
        for (Lane lane : lanes) {
            size += lane.held(tier.ordinal());
        }
        return size;
    }

    /**
     * Returns the number of different blocks in memory; in each lane for itself. A block that nobody holds any more
     * counts until those after it in its run are gone too.
     */
    public long blocks() {
        long blocks = 0;
        for (Lane lane : lanes) {
            blocks += lane.blocks();
        }
        return blocks;
    }

    /** Returns the bytes that all arrays take, at most the bound. */
    public long bytes() {
        long used = 0;
        for (Budget budget : budgets) {
            used += budget.used();
        }
        return used;
    }

    @Override
    public long evicted() {
        return counters().evicted();
    }

    /** Returns what was done so far. */
    public IndexCounters counters() {
        long[] sums = new long[8];
        for (Lane lane : lanes) {
            sums[0] += lane.stored();
            sums[1] += lane.removed();
            sums[2] += lane.evicted();
            sums[3] += lane.dropped();
            sums[4] += lane.unknownParents();
            sums[5] += lane.unknownRemovals();
            sums[6] += lane.runs();
            sums[7] += lane.splits();
        }
        return new IndexCounters(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]);
    }

    /** Returns the lanes, for tests that look inside. */
    List<Lane> lanes() {
        return List.of(lanes);
    }

    /** Says how an index shall be; every setting has a default. */
    public static final class Builder {
        private int lanes = 1;
        private long maxBytes = Long.MAX_VALUE;
        private boolean countCopies = true;
        private IndexListener listener = IndexListener.NONE;

        private Builder() {}

        /**
         * Sets how many groups of endpoints are written independently; 1 by default.
         *
         * @throws IllegalArgumentException if not from 1 to 256
         */
        public Builder lanes(int lanes) {
            if (lanes < 1 || lanes > 256) {
                throw new IllegalArgumentException("lanes: must be from 1 to 256, but was " + lanes
                        + ".\nMaybe take the number of threads that apply events.");
            }
            this.lanes = lanes;
            return this;
        }

        /**
         * Sets what all arrays together may take, in equal parts for the lanes; without bound by default. Of each part four
         * sixteenths are kept for blocks, three for tables of names, two for who shares blocks, one for runs and one for
         * endpoints that come late; what is left goes to what needs it first. References count as 4 bytes.
         *
         * @param maxBytes at least {@value #MIN_BYTES_PER_LANE} for each lane
         */
        public Builder maxBytes(long maxBytes) {
            this.maxBytes = maxBytes;
            return this;
        }

        /** Sets whether copies of a block in one tier are counted (the default), or the first removal takes it away. */
        public Builder countCopies(boolean countCopies) {
            this.countCopies = countCopies;
            return this;
        }

        /** Sets who hears of losses; nobody by default. */
        public Builder listener(IndexListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Makes the index.
         *
         * @throws IllegalArgumentException if the bound is too small for the lanes
         */
        public RadixPrefixIndex build() {
            if (maxBytes < lanes * MIN_BYTES_PER_LANE) {
                throw new IllegalArgumentException("maxBytes: must be at least " + lanes * MIN_BYTES_PER_LANE
                        + " for " + lanes + " lanes, but was " + maxBytes
                        + ".\nMaybe allow 40 bytes for each block that all endpoints together can hold.");
            }
            return new RadixPrefixIndex(this);
        }
    }
}
