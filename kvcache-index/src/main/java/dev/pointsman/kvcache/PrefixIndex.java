// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/**
 * Knows which endpoints hold which blocks, and answers how much of a prompt's prefix each of them holds.
 *
 * <p>A block is named by a chained hash: it stands for the block and all before it. An endpoint is named by its slot, a
 * small integer.
 *
 * <p>Thread-safe: reads take no lock, and what a write did is seen by every read that begins after it returned. A read
 * that races writes may miss blocks but never invents one: every block that it counts for a slot was held by that slot
 * at some moment of the call. If each writer stores a prompt's blocks from the first on and removes them from the last
 * on, then they were all held at one and the same moment. Writes to one slot should come from one thread at a time;
 * otherwise which of a racing store and removal of the same block wins is open.
 */
public interface PrefixIndex {
    /**
     * Finds, for each endpoint, how many blocks of a prompt it holds without a gap from the first one on.
     *
     * @param hashes the prompt's block hashes, in prompt order
     * @param count how many of them to look up, from 0 to {@code hashes.length}
     * @param into where the answer goes; what it held before is forgotten
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    void match(long[] hashes, int count, PrefixMatches into);

    /**
     * Notes that an endpoint holds blocks; again has no effect.
     *
     * @param slot the endpoint, at least 0
     * @param hashes block hashes, in prompt order
     * @param from position of the first block to note
     * @param to one more than the position of the last
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the positions are not a range of the array
     */
    void store(int slot, long[] hashes, int from, int to);

    /**
     * Notes that an endpoint no longer holds a block; has no effect if it was not known to. Blocks that follow it stay
     * noted: they count again once this one is stored again.
     *
     * @param slot the endpoint, at least 0
     * @param hash the block's hash
     * @throws IllegalArgumentException if the slot is negative
     */
    void remove(int slot, long hash);

    /**
     * Forgets an endpoint; its slot may be given to another once this returns, and no read that begins then finds
     * anything of the one before. Stores for the slot must not race this call.
     *
     * @param slot the endpoint, at least 0
     * @throws IllegalArgumentException if the slot is negative
     */
    void clear(int slot);

    /** Tells whether an endpoint is known to hold a block. */
    boolean holds(int slot, long hash);

    /**
     * Tells whether the index may forget blocks by itself, those first that were not stored for longest; then who wants it
     * to keep some stores them again.
     */
    default boolean forgets() {
        return false;
    }

    /** Returns the number of pairs of an endpoint and a block that it holds, at least 0; exact while nobody writes. */
    long size();
}
