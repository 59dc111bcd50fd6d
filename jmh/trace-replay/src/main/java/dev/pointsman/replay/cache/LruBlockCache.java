// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import java.util.Arrays;

/**
 * The prefix cache of one simulated endpoint: blocks in order of use, the least recent of which goes when it is full.
 *
 * <p>The blocks of a prompt are touched from the last to the first, so that among them the tail is evicted before the
 * head: a prefix without its head is of no use. A resident block becomes the most recent; an absent one is inserted as the
 * most recent, and if the cache is then too large, its least recent block is evicted at once. Answers are not cached.
 *
 * <p>A resident block is a node: an index into three arrays that hold its id and its neighbours in the order of use. Nodes
 * are found through a table of node numbers. All arrays grow with the blocks resident, not with the capacity: 24 to 48 bytes
 * a block. Not thread-safe.
 */
public final class LruBlockCache {
    private static final int NONE = BlockTable.NONE;

    private final int capacity;
    private long[] block = new long[16];
    private BlockTable table = new BlockTable(block);
    private int[] newer = new int[16];
    private int[] older = new int[16];
    private int newest = NONE;
    private int oldest = NONE;
    private int size;
    private long evictions;

    /**
     * Makes an empty cache.
     *
     * @param capacityBlocks blocks it can hold, at least 0; a cache of 2^30 blocks or more never evicts, for want of memory
     */
    public LruBlockCache(long capacityBlocks) {
        if (capacityBlocks < 0) {
            throw new IllegalArgumentException("capacity: must be at least 0 blocks, but was " + capacityBlocks
                    + ".\nMaybe use Long.MAX_VALUE for a cache that never evicts.");
        }
        capacity = (int) Math.min(capacityBlocks, 1 << 30);
    }

    /** Returns how many blocks are resident. */
    public int size() {
        return size;
    }

    /** Returns how many blocks were evicted. */
    public long evictions() {
        return evictions;
    }

    /** Returns how many leading blocks of a prompt are resident; changes nothing. */
    public int leadingRun(long[] blocks) {
        int run = 0;
        while (run < blocks.length && table.find(blocks[run]) != NONE) {
            run++;
        }
        return run;
    }

    /** Uses a prompt's blocks, from the last to the first. */
    public void touch(long[] blocks) {
        for (int i = blocks.length - 1; i >= 0; i--) {
            int node = table.find(blocks[i]);
            if (node == NONE) {
                insert(blocks[i]);
            } else if (node != newest) {
                unlink(node);
                linkNewest(node);
            }
        }
    }

    private void insert(long id) {
        if (capacity == 0) {
            evictions++;
            return;
        }
        int node;
        if (size == capacity) {
            node = oldest;
            unlink(node);
            table.remove(node);
            evictions++;
        } else {
            node = size++;
            if (node == block.length) {
                grow();
            }
        }
        block[node] = id;
        linkNewest(node);
        table.add(node);
    }

    private void grow() {
        int length = Math.min(capacity, block.length * 2);
        block = Arrays.copyOf(block, length);
        newer = Arrays.copyOf(newer, length);
        older = Arrays.copyOf(older, length);
        table = new BlockTable(block);
        for (int node = newest; node != NONE; node = older[node]) {
            table.add(node);
        }
    }

    private void unlink(int node) {
        int before = newer[node];
        int after = older[node];
        if (before == NONE) {
            newest = after;
        } else {
            older[before] = after;
        }
        if (after == NONE) {
            oldest = before;
        } else {
            newer[after] = before;
        }
    }

    private void linkNewest(int node) {
        newer[node] = NONE;
        older[node] = newest;
        if (newest == NONE) {
            oldest = node;
        } else {
            newer[newest] = node;
        }
        newest = node;
    }
}
