// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.NoSuchElementException;

/**
 * Adds to an index that engines' events feed what they do not tell yet: a prompt that was just routed counts for its
 * endpoint for a short time, so that the next prompt with its prefix finds the way there before the first event does.
 *
 * <pre>{@code
 * var index = new SpeculativePrefixIndex(RadixPrefixIndex.builder().build());
 * index.match(hashes, count, matches);                          // what is held, or will be in a moment
 * index.route(slot, hashes, count, System.nanoTime());          // where it goes
 * ...
 * index.expire(System.nanoTime());                              // in background work, at nextExpiry()
 * }</pre>
 *
 * <p><b>What counts.</b> For each endpoint the longer of two matches: that of the events, and that of the prompts routed
 * to it within the time to live. A routed block leaves before its time is over when an event says that the endpoint no
 * longer holds it, or holds nothing. So once events confirm a block, they alone decide how long it counts; and one that
 * the engine never stores is gone when its time is. Blocks that count beyond the events' match count as in accelerator
 * memory, for that is where the engine is about to put them.
 *
 * <p><b>What it costs.</b> A question asks both indexes, the second only while anything is routed. Routing takes time in
 * the number of the prompt's blocks. A removal asks the first index twice more while anything is routed to its endpoint.
 * The routed blocks are bounded by the capacity of each endpoint, leaves first, as {@link RoutingHistory} says.
 *
 * <p>Feeds write to this index as they would to the one behind it. {@link #size} and {@link #knows}, and all that goes by
 * engines' names, are those of the events alone.
 *
 * <p>Thread-safe as {@link PrefixIndex} says; {@link #route} may race all other calls. A removal that races the routing
 * of the same block may win or lose. Times are nanoseconds of any one clock of the caller.
 */
public final class SpeculativePrefixIndex implements TieredPrefixIndex {
    /** How long a routed block counts unless an event says otherwise: 2 seconds. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofSeconds(2);

    /** How many routed blocks count for each endpoint unless another number is given. */
    public static final int DEFAULT_CAPACITY = 16_384;

    private final TieredPrefixIndex told;
    private final PrefixIndex routed;
    private final RoutingHistory history;

    /**
     * Adds routed blocks to an index, with the default capacity and time to live.
     *
     * @param told what events feed
     */
    public SpeculativePrefixIndex(TieredPrefixIndex told) {
        this(told, new HolderMapPrefixIndex(), DEFAULT_CAPACITY, DEFAULT_TIME_TO_LIVE.toNanos());
    }

    /**
     * Adds routed blocks to an index.
     *
     * @param told what events feed
     * @param routed where routed blocks go; empty, and written by this object only
     * @param capacity how many routed blocks count for each endpoint at most, at least 0
     * @param timeToLive for how many nanoseconds, at least 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public SpeculativePrefixIndex(TieredPrefixIndex told, PrefixIndex routed, int capacity, long timeToLive) {
        this.told = requireNonNull(told, "told");
        this.routed = requireNonNull(routed, "routed");
        this.history = new RoutingHistory(routed, capacity, timeToLive);
    }

    @Override
    public long evicted() {
        return told.evicted();
    }

    /** Returns the index that events feed, for its background work and its size; it may be written through this one only. */
    public TieredPrefixIndex told() {
        return told;
    }

    /**
     * Notes that a prompt is on its way to an endpoint.
     *
     * @param slot the endpoint, at least 0
     * @param hashes the prompt's block hashes, in prompt order
     * @param count how many of them count, from 0 to {@code hashes.length}
     * @param now the caller's time in nanoseconds
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    public void route(int slot, long[] hashes, int count, long now) {
        history.route(slot, hashes, count, now);
    }

    /**
     * Forgets routed blocks whose time is over.
     *
     * @param now the caller's time in nanoseconds
     * @return how many pairs of an endpoint and a block were forgotten
     */
    public int expire(long now) {
        return history.expire(now);
    }

    /**
     * Returns when {@link #expire} will next have something to forget, in nanoseconds of the caller's clock, or {@link
     * Long#MAX_VALUE} if never.
     */
    public long nextExpiry() {
        return history.nextExpiry();
    }

    /**
     * Returns how many routed blocks count for an endpoint, whether or not events have told of them since.
     *
     * @param slot the endpoint, at least 0
     */
    public int routed(int slot) {
        return history.size(slot);
    }

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        told.match(hashes, count, into);
        addRouted(hashes, count, into);
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        told.match(hashes, count, tier, into);
        if (tier == Tier.ACCELERATOR) {
            addRouted(hashes, count, into);
        }
    }

    private void addRouted(long[] hashes, int count, PrefixMatches into) {
        if (routed.size() == 0) {
            return;
        }
        PrefixMatches more = into.other();
        routed.match(hashes, count, more);
        for (int i = 0; i < more.size(); i++) {
            int slot = more.slot(i);
            into.raise(slot, more.blocks(slot));
        }
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        told.store(slot, hashes, from, to);
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        told.store(slot, tier, hashes, from, to);
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        return told.storeFirst(slot, tier, engineHashes, blockHashes, count);
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return told.storeAfter(slot, tier, parent, engineHashes, blockHashes, count);
    }

    @Override
    public int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to) {
        return told.store(slot, tier, engineHashes, blockHashes, from, to);
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int from, int to) {
        return told.storeAfter(slot, tier, parent, engineHashes, blockHashes, from, to);
    }

    @Override
    public void remove(int slot, long hash) {
        told.remove(slot, hash);
        history.forget(slot, hash);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        told.remove(slot, tier, hash);
        if (tier == Tier.ACCELERATOR) {
            history.forget(slot, hash);
        }
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        if (history.size(slot) == 0 || !told.knows(slot, engineHash)) {
            return told.removeEngine(slot, tier, engineHash);
        }
        long hash;
        try {
            hash = told.blockHash(slot, engineHash);
        } catch (NoSuchElementException evicted) {
            // Another endpoint's store made the index forget it just now.
            return told.removeEngine(slot, tier, engineHash);
        }
        boolean known = told.removeEngine(slot, tier, engineHash);
        // Another copy, or one in another tier, still counts by itself; the routed block only when all are gone.
        if (!told.knows(slot, engineHash)) {
            history.forget(slot, hash);
        }
        return known;
    }

    @Override
    public void clear(int slot) {
        told.clear(slot);
        history.forget(slot);
    }

    @Override
    public void clear(int slot, Tier tier) {
        told.clear(slot, tier);
        if (tier == Tier.ACCELERATOR) {
            history.forget(slot);
        }
    }

    @Override
    public boolean holds(int slot, long hash) {
        return routed.holds(slot, hash) || told.holds(slot, hash);
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        return told.knows(slot, engineHash);
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        return told.blockHash(slot, engineHash);
    }

    @Override
    public long size() {
        return told.size();
    }
}
