// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.NoSuchElementException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A whole index for a group of endpoints, with one lock for its writers. Endpoints are slots from 0 on, tiers are
 * numbers from 0, the fastest. Readers take the lock only if writers disturb them time and again.
 *
 * <p>Thread-safe.
 */
public final class Lane {
    /** For {@link #match}: every tier counts. */
    public static final int ANY_TIER = Reader.ANY;

    /** What {@link #storeAfter} returns if the endpoint does not hold the parent. */
    public static final int UNKNOWN_PARENT = -1;

    private static final int MOST_TRIES = 4;

    private final ReentrantLock lock = new ReentrantLock();
    final Tree tree;
    private final Reader reader;
    private final Sweep sweep;
    private final Placing placing;
    private final Removal removal;

    /**
     * Makes an empty lane.
     *
     * @param budget what its arrays may take
     * @param counted whether copies are counted
     */
    public Lane(Budget budget, boolean counted) {
        tree = new Tree(budget);
        reader = new Reader(tree);
        sweep = new Sweep(tree);
        Eviction eviction = new Eviction(tree, sweep);
        Split split = new Split(tree);
        removal = new Removal(tree, eviction, split);
        placing = new Placing(tree, eviction, removal, split, counted);
    }

    /** Finds who holds how much of a prompt, in one tier or {@link #ANY_TIER}. */
    public void match(long[] hashes, int count, int tier, Walk walk) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            if (tryToMatch(hashes, count, tier, walk)) {
                return;
            }
        }
        lock.lock();
        try {
            if (!tryToMatch(hashes, count, tier, walk)) {
                throw new AssertionError("a lane changed under its lock.\nMaybe it is damaged; please report it.");
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean tryToMatch(long[] hashes, int count, int tier, Walk walk) {
        long recycled = tree.holders.recycled();
        walk.begin(tree.holders.slots(), tier == ANY_TIER && tree.tiered());
        int passed = reader.follow(hashes, count, tier, walk);
        if (passed < 0) {
            return false;
        }
        walk.end(passed);
        return !tree.holders.isRecycled(recycled);
    }

    /** Stores blocks under their own hashes, behind those before them in the prompt. */
    public int store(int slot, int tier, long[] hashes, int from, int to) {
        lock.lock();
        try {
            if (from == to) {
                return 0;
            }
            Holder holder = tree.holders.join(slot);
            if (holder == null) {
                return drop(to - from);
            }
            return placing.store(holder, tier, placing.before(Names.NONE, hashes, from), null, hashes, from, to);
        } finally {
            lock.unlock();
        }
    }

    private int drop(int blocks) {
        tree.tally.add(Tally.DROPPED, blocks);
        return 0;
    }

    /** Stores blocks under an engine's names at the same positions, behind those before them. */
    public int store(int slot, int tier, long[] names, long[] hashes, int from, int to) {
        lock.lock();
        try {
            if (from == to) {
                return 0;
            }
            Holder holder = tree.holders.join(slot);
            if (holder == null) {
                return drop(to - from);
            }
            return placing.store(holder, tier, placing.before(Names.NONE, hashes, from), names, hashes, from, to);
        } finally {
            lock.unlock();
        }
    }

    /** Stores the first blocks of a prompt under an engine's names, or more of blocks that are known under them. */
    public int storeFirst(int slot, int tier, long[] names, long[] hashes, int count) {
        lock.lock();
        try {
            if (count == 0) {
                return 0;
            }
            Holder holder = tree.holders.join(slot);
            if (holder == null) {
                return drop(count);
            }
            int last = placing.before(holder, Blocks.named(names[0]), hashes[0]);
            return placing.store(holder, tier, last, names, hashes, 0, count);
        } finally {
            lock.unlock();
        }
    }

    /** Stores blocks under an engine's names at the same positions of what follows a block that the endpoint holds. */
    public int storeAfter(int slot, int tier, long parent, long[] names, long[] hashes, int from, int to) {
        lock.lock();
        try {
            Holder holder = tree.holders.at(slot);
            int at = holder == null ? Names.NONE : holder.ordinal(Blocks.named(parent), false);
            if (holder == null || at == Names.NONE) {
                tree.tally.add(Tally.UNKNOWN_PARENTS, 1);
                return UNKNOWN_PARENT;
            }
            return placing.store(holder, tier, placing.before(at, hashes, from), names, hashes, from, to);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a block from a tier, by an engine's name or its own hash. Returns whether it was there. */
    public boolean remove(int slot, int tier, long name, boolean own) {
        lock.lock();
        try {
            Holder holder = tree.holders.at(slot);
            boolean known = holder != null && removal.remove(holder, tier, own ? name : Blocks.named(name), own);
            tree.tally.add(known ? Tally.REMOVED : Tally.UNKNOWN_REMOVALS, 1);
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets an endpoint, or what it holds in one tier. */
    public void clear(int slot, int tier) {
        lock.lock();
        try {
            Holder holder = tree.holders.at(slot);
            if (holder != null) {
                if (tier == ANY_TIER) {
                    removal.bury(holder);
                } else if (holder.held[tier] > 0) {
                    removal.clear(holder, tier);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether an endpoint holds a block that its engine names so. */
    public boolean knows(int slot, long name) {
        lock.lock();
        try {
            return ordinal(slot, name) != Names.NONE;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the hash of a block that an endpoint's engine names so. */
    public long blockHash(int slot, long name) {
        lock.lock();
        try {
            int ordinal = ordinal(slot, name);
            if (ordinal == Names.NONE) {
                throw new NoSuchElementException("engine hash " + Long.toHexString(name) + ": slot " + slot
                        + " holds no block of that name.\nMaybe ask knows(slot, engineHash) first.");
            }
            return tree.blocks.content.get(ordinal);
        } finally {
            lock.unlock();
        }
    }

    private int ordinal(int slot, long name) {
        Holder holder = tree.holders.at(slot);
        return holder == null ? Names.NONE : holder.ordinal(Blocks.named(name), false);
    }

    /** Tells whether an endpoint holds a block, given the block's own hash. Looks at all its blocks if it must. */
    public boolean holds(int slot, long hash) {
        lock.lock();
        try {
            Holder holder = tree.holders.at(slot);
            return holder != null && (holder.names.find(hash, true) != Names.NONE || any(holder.names, hash));
        } finally {
            lock.unlock();
        }
    }

    private boolean any(Names names, long hash) {
        for (int place = 0; place < names.places(); place++) {
            int ordinal = names.ordinal(place);
            if (ordinal != Names.NONE && tree.blocks.content.get(ordinal) == hash) {
                return true;
            }
        }
        return false;
    }

    /**
     * Shows a visitor all that an endpoint holds; writers wait.
     *
     * @param lanes all lanes of the index, this one too
     */
    public void visit(int slot, Lane[] lanes, Stretches visitor) {
        lock.lock();
        try {
            Holder holder = tree.holders.at(slot);
            if (holder != null) {
                new Inventory(tree, lanes).show(holder, visitor);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Is shown stretches of blocks; the arrays are lent for the call only. */
    @FunctionalInterface
    public interface Stretches {
        /**
         * Looks at blocks of a tier, from one position to before another, and at those that lead up to them. Names are
         * null for blocks named by their own hashes, copies if there is one of each.
         */
        void stretch(int tier, long[] hashes, long @Nullable [] names, byte @Nullable [] copies, int from, int to);
    }

    /** Sweeps out some of what dead endpoints held. Returns how many blocks are left to sweep. */
    public long sweep(long most) {
        lock.lock();
        try {
            return sweep.sweep(most);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether there is anything to sweep. */
    public boolean needsSweep() {
        lock.lock();
        try {
            return tree.holders.nextDead() != null;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of pairs of an endpoint and a block that it holds. */
    public long size() {
        return tree.tally.get(Tally.SIZE);
    }

    /** Returns the number of blocks of all runs. */
    public long blocks() {
        return tree.tally.get(Tally.BLOCKS);
    }

    /** Returns the number of runs. */
    public long runs() {
        return tree.tally.get(Tally.RUNS);
    }

    /** Returns how often a run was cut. */
    public long splits() {
        return tree.tally.get(Tally.SPLITS);
    }

    /** Returns how many blocks were stored, known ones included. */
    public long stored() {
        return tree.tally.get(Tally.STORED);
    }

    /** Returns how many removals found their block. */
    public long removed() {
        return tree.tally.get(Tally.REMOVED);
    }

    /** Returns how many removals did not. */
    public long unknownRemovals() {
        return tree.tally.get(Tally.UNKNOWN_REMOVALS);
    }

    /** Returns how many stores named a parent that the endpoint does not hold. */
    public long unknownParents() {
        return tree.tally.get(Tally.UNKNOWN_PARENTS);
    }

    /** Returns how many pairs of an endpoint and a block were evicted. */
    public long evicted() {
        return tree.tally.get(Tally.EVICTED);
    }

    /** Returns how many blocks were not stored for want of memory. */
    public long dropped() {
        return tree.tally.get(Tally.DROPPED);
    }

    /** Returns the number of pairs of an endpoint and a block that it holds in a tier. */
    public long held(int tier) {
        return tree.tally.get(Tally.HELD + tier);
    }

    /** Tells whether there are losses that were not taken yet. */
    public boolean hasLosses() {
        return evicted() + dropped() != tree.tally.get(Tally.REPORTED_EVICTED) + tree.tally.get(Tally.REPORTED_DROPPED);
    }

    /** Returns how many were evicted since this was last asked. */
    public long takeEvicted() {
        return take(Tally.EVICTED, Tally.REPORTED_EVICTED);
    }

    /** Returns how many were dropped since this was last asked. */
    public long takeDropped() {
        return take(Tally.DROPPED, Tally.REPORTED_DROPPED);
    }

    private long take(int number, int reported) {
        lock.lock();
        try {
            long news = tree.tally.get(number) - tree.tally.get(reported);
            tree.tally.add(reported, news);
            return news;
        } finally {
            lock.unlock();
        }
    }
}
