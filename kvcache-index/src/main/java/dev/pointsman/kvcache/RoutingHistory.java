// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which blocks were routed to which endpoint and so guesses what their caches hold, for engines that do not
 * report it. What it remembers is in its {@link PrefixIndex}, which answers the questions.
 *
 * <pre>{@code
 * PrefixIndex index = new HolderMapPrefixIndex();
 * RoutingHistory history = new RoutingHistory(index, 31_250, Duration.ofMinutes(3).toNanos());
 * history.route(slot, hashes, count, clock.getAsLong());
 * index.match(hashes, count, matches);
 * }</pre>
 *
 * <p><b>What is forgotten.</b> Each slot remembers as many blocks as its capacity, and those routed longest ago go
 * first. A prompt's blocks are touched from the last to the first, so a block is always newer than those that follow
 * it: eviction takes leaves first, as engines do, and the head of a prefix, which all its prompts share, last. Of a
 * prompt longer than the capacity the longest prefix that fits is remembered and the rest is not; it never evicts its
 * own head. With a time to live, {@link #expire} forgets what was not routed again in that time.
 *
 * <p><b>How history and index agree.</b> The history is the only writer of its index. It has one lock for each slot and
 * changes both under it, so they agree whenever the lock is free. New blocks are stored from the first on and old ones
 * removed from the last on, and a block is remembered only with all before it; that is the order in which a read of the
 * index that races them counts nothing that was not held at once. An endpoint that is forgotten goes the same way, block
 * by block: the history knows them, and {@link PrefixIndex#clear} would have to look for them among everybody's. All this
 * supposes that hashes are chained and that each call gives a prompt from its first block on.
 *
 * <p>An index that {@linkplain PrefixIndex#forgets forgets} by itself is told of a prompt's known blocks each time as well,
 * so that it has again what it forgot, and keeps what is in use.
 *
 * <p>Thread-safe; calls for different slots do not wait for each other, and reads of the index wait for nothing. Times
 * are nanoseconds of any one clock of the caller. A time before one already given for a slot counts as that, so callers
 * on several threads need not agree to the nanosecond.
 */
public final class RoutingHistory {
    /** A time to live without end. */
    public static final long NO_EXPIRY = Long.MAX_VALUE;

    private final PrefixIndex index;
    private final int defaultCapacity;
    private final long timeToLive;

    /** By slot. What is in it stays there, so that all calls for a slot meet at one lock. */
    private final Map<Integer, Shelf> shelves = new ConcurrentHashMap<>();

    /**
     * Makes an empty history.
     *
     * @param index where to note what is remembered; empty, and written by this history only
     * @param defaultCapacity blocks to remember for each slot unless {@link #capacity} says otherwise, at least 0
     * @param timeToLive nanoseconds after which a block that was not routed again is forgotten, at least 1; {@link
     *     #NO_EXPIRY} for never
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RoutingHistory(PrefixIndex index, int defaultCapacity, long timeToLive) {
        this.index = requireNonNull(index, "index");
        this.defaultCapacity = requireCapacity("defaultCapacity", defaultCapacity);
        if (timeToLive < 1) {
            throw new IllegalArgumentException("timeToLive: must be at least 1 nanosecond, but was " + timeToLive
                    + ".\nMaybe use RoutingHistory.NO_EXPIRY for never.");
        }
        this.timeToLive = timeToLive;
    }

    /** Returns the index that answers for this history. */
    public PrefixIndex index() {
        return index;
    }

    /**
     * Remembers that a prompt was routed to an endpoint. Takes time in the number of blocks, and allocates only to grow
     * (the index may do more).
     *
     * @param slot the endpoint, at least 0
     * @param hashes the prompt's chained block hashes, in prompt order
     * @param count how many of them to remember, from 0 to {@code hashes.length}
     * @param now the caller's time in nanoseconds
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    public void route(int slot, long[] hashes, int count, long now) {
        Objects.checkFromIndexSize(0, count, hashes.length);
        Shelf shelf = shelf(slot);
        synchronized (shelf) {
            RecentBlocks blocks = shelf.blocks;
            shelf.latest = Math.max(shelf.latest, now);
            int kept = Math.min(count, shelf.capacity);
            int firstNew = kept;
            for (int i = kept - 1; i >= 0; i--) {
                if (blocks.touch(hashes[i], shelf.latest)) {
                    firstNew = i;
                }
            }
            // Evicts none of the prompt's own: those are the newest, and they fit.
            evictDownTo(shelf.capacity, slot, blocks);
            index.store(slot, hashes, index.forgets() ? 0 : firstNew, kept);
        }
    }

    /**
     * Sets how many blocks to remember for an endpoint; what does not fit is forgotten at once, the oldest first.
     *
     * @param slot the endpoint, at least 0
     * @param blocks the capacity, at least 0; usually the blocks in the endpoint's accelerator memory
     * @throws IllegalArgumentException if the slot or the capacity is negative
     */
    public void capacity(int slot, int blocks) {
        requireCapacity("capacity", blocks);
        Shelf shelf = shelf(slot);
        synchronized (shelf) {
            shelf.capacity = blocks;
            evictDownTo(blocks, slot, shelf.blocks);
        }
    }

    /** Returns how many blocks are remembered for an endpoint at most. */
    public int capacity(int slot) {
        Shelf shelf = shelfIfAny(slot);
        if (shelf == null) {
            return defaultCapacity;
        }
        synchronized (shelf) {
            return shelf.capacity;
        }
    }

    /**
     * Forgets every block that was not routed again within the time to live. Takes time in the number of slots and of
     * blocks forgotten.
     *
     * @param now the caller's time in nanoseconds
     * @return how many pairs of an endpoint and a block were forgotten
     */
    public int expire(long now) {
        if (timeToLive == NO_EXPIRY) {
            return 0;
        }
        int expired = 0;
        for (Map.Entry<Integer, Shelf> entry : shelves.entrySet()) {
            int slot = entry.getKey();
            Shelf shelf = entry.getValue();
            synchronized (shelf) {
                RecentBlocks blocks = shelf.blocks;
                while (blocks.size() > 0 && now - blocks.oldestTouched() >= timeToLive) {
                    index.remove(slot, blocks.removeOldest());
                    expired++;
                }
            }
        }
        return expired;
    }

    /**
     * Returns when {@link #expire} will next have something to forget, in nanoseconds of the caller's clock, or {@link
     * Long#MAX_VALUE} if never. Takes time in the number of slots.
     */
    public long nextExpiry() {
        long next = Long.MAX_VALUE;
        if (timeToLive != NO_EXPIRY) {
            for (Shelf shelf : shelves.values()) {
                synchronized (shelf) {
                    if (shelf.blocks.size() > 0) {
                        long touched = shelf.blocks.oldestTouched();
                        // A time beyond the end of the clock is never.
                        next = Math.min(next, touched > Long.MAX_VALUE - timeToLive ? next : touched + timeToLive);
                    }
                }
            }
        }
        return next;
    }

    /**
     * Forgets an endpoint and its capacity; its slot may then be given to another. A call of {@link #route} for the old
     * endpoint must not come after this: it would count for the new one. Takes time in the number of the endpoint's
     * blocks, whatever the others hold.
     *
     * @param slot the endpoint, at least 0
     */
    public void forget(int slot) {
        Shelf shelf = shelfIfAny(slot);
        if (shelf != null) {
            synchronized (shelf) {
                evictDownTo(0, slot, shelf.blocks);
                shelf.blocks.clear(); // gives the memory back
                shelf.capacity = defaultCapacity;
            }
        }
    }

    /**
     * Forgets one block of an endpoint; has no effect if it is not remembered. Those after it stay, and count again once it is
     * routed again, if that is before their time is over. A read that races this may count blocks that were not all held at
     * one moment.
     *
     * @param slot the endpoint, at least 0
     * @param hash the block
     */
    void forget(int slot, long hash) {
        Shelf shelf = shelfIfAny(slot);
        if (shelf != null) {
            synchronized (shelf) {
                if (shelf.blocks.remove(hash)) {
                    index.remove(slot, hash);
                }
            }
        }
    }

    /** Returns the number of blocks remembered for an endpoint, at least 0. */
    public int size(int slot) {
        Shelf shelf = shelfIfAny(slot);
        if (shelf == null) {
            return 0;
        }
        synchronized (shelf) {
            return shelf.blocks.size();
        }
    }

    private void evictDownTo(int capacity, int slot, RecentBlocks blocks) {
        while (blocks.size() > capacity) {
            index.remove(slot, blocks.removeOldest());
        }
    }

    /** Returns what is known of a slot, or null if nothing was ever said of it. */
    @Nullable
    Shelf shelfIfAny(int slot) {
        Slots.check(slot);
        return shelves.get(slot);
    }

    private Shelf shelf(int slot) {
        Shelf shelf = shelfIfAny(slot);
        return shelf != null ? shelf : shelves.computeIfAbsent(slot, added -> new Shelf(defaultCapacity));
    }

    private static int requireCapacity(String name, int blocks) {
        if (blocks < 0) {
            throw new IllegalArgumentException(name + ": must be at least 0 blocks, but was " + blocks
                    + ".\nMaybe the engine did not report it; then leave it at the default.");
        }
        return blocks;
    }

    /** One slot's blocks. Its lock guards all of it, and the slot's part of the index. */
    static final class Shelf {
        final RecentBlocks blocks = new RecentBlocks();
        int capacity;

        /** The latest time given. */
        long latest = Long.MIN_VALUE;

        Shelf(int capacity) {
            this.capacity = capacity;
        }
    }
}
