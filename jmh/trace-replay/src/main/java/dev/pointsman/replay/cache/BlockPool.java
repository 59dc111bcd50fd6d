// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import java.util.function.LongConsumer;

/**
 * The KV blocks of one engine with prefix caching, as vLLM's block pool and free queue manage them: a block in use by a
 * running request stays; one that nobody uses waits in a queue, still cached, until its memory is needed or a prompt
 * brings it back into use.
 *
 * <p>Who takes memory takes the head of the queue. A request that ends should {@linkplain #release release} its blocks from
 * the last to the first, so that among them the tail is evicted before the head: a prefix without its head is of no use.
 *
 * <p>Unlike {@link LruBlockCache}, it knows which blocks are in use, evicts one by one and says what it evicted. Unlike
 * vLLM's, it holds no block twice and none that is not full.
 *
 * <p>All operations take expected constant time and allocate nothing; 36 bytes a block. Not thread-safe.
 */
public final class BlockPool {
    /** What is returned for want of a block. */
    public static final int NONE = -1;

    private final long[] ids;
    private final BlockTable table;
    private final int[] users;

    /** The queue of free blocks is a ring: what follows its end, and comes before its start, is the number {@code size}. */
    private final int[] next;

    private final int[] previous;
    private final int size;
    private int free;
    private int cached;

    /**
     * Makes a pool in which nothing is cached.
     *
     * @param blocks the blocks that fit into the accelerator's memory, at least 1
     */
    public BlockPool(int blocks) {
        if (blocks < 1 || blocks > 1 << 28) {
            throw new IllegalArgumentException("blocks: must be from 1 to 2^28, but was " + blocks
                    + ".\nMaybe it is the capacity in tokens; divide it by the tokens in a block.");
        }
        size = blocks;
        ids = new long[blocks];
        table = new BlockTable(ids);
        users = new int[blocks];
        next = new int[blocks + 1];
        previous = new int[blocks + 1];
        next[blocks] = blocks;
        previous[blocks] = blocks;
        for (int block = 0; block < blocks; block++) {
            append(block);
        }
    }

    /** Returns how many blocks nobody uses, cached or not. */
    public int free() {
        return free;
    }

    /** Returns how many blocks are cached, in use or not. */
    public int cached() {
        return cached;
    }

    /** Returns the ids of what is cached, in no particular order. */
    public long[] cachedIds() {
        long[] found = new long[cached];
        int count = 0;
        for (int block = 0; block < size; block++) {
            if (table.find(ids[block]) == block) {
                found[count++] = ids[block];
            }
        }
        return found;
    }

    /**
     * Uses a cached block once more.
     *
     * @param id the block's id
     * @return its number, to be released later, or {@link #NONE} if it is not cached
     */
    public int use(long id) {
        int block = table.find(id);
        if (block != NONE && users[block]++ == 0) {
            unlink(block);
        }
        return block;
    }

    /**
     * Takes the block that was free for the longest time, evicts what was cached in it, and caches another there.
     *
     * @param id what to cache; must not be cached yet
     * @param evicted gets the id of what was cached there, if anything was
     * @return its number, to be released later, or {@link #NONE} if all blocks are in use
     */
    public int take(long id, LongConsumer evicted) {
        if (table.find(id) != NONE) {
            throw new IllegalStateException("block " + id + " is cached already.\nMaybe use it instead.");
        }
        int block = next[size];
        if (block == size) {
            return NONE;
        }
        unlink(block);
        if (table.find(ids[block]) == block) {
            table.remove(block);
            cached--;
            evicted.accept(ids[block]);
        }
        ids[block] = id;
        table.add(block);
        cached++;
        users[block] = 1;
        return block;
    }

    /**
     * Ends one use of a block; after the last it is free, and stays cached until its memory is needed.
     *
     * @param block the number of a block in use
     */
    public void release(int block) {
        if (users[block] == 0) {
            throw new IllegalStateException(
                    "block number " + block + " is not in use.\nMaybe it was released too often.");
        }
        if (--users[block] == 0) {
            append(block);
        }
    }

    private void append(int block) {
        int last = previous[size];
        next[last] = block;
        previous[block] = last;
        next[block] = size;
        previous[size] = block;
        free++;
    }

    private void unlink(int block) {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        free--;
    }
}
