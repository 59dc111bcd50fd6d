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
 * are found through a hash table of node numbers (open addressing, linear probing, at most half full), which leaves the ids
 * where they are and so stays small enough for the processor's caches. Removal shifts the cluster back instead of leaving a
 * tombstone, so a cache that churns for ever does not slow down. All arrays grow with the blocks resident, not with the
 * capacity: 24 to 48 bytes a block. Not thread-safe.
 */
public final class LruBlockCache {
    private static final int NONE = -1;

    private final int capacity;
    /** Node number plus one, or 0 where empty. */
    private int[] table = new int[32];

    private long[] block = new long[16];
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
        while (run < blocks.length && node(blocks[run]) != NONE) {
            run++;
        }
        return run;
    }

    /** Uses a prompt's blocks, from the last to the first. */
    public void touch(long[] blocks) {
        for (int i = blocks.length - 1; i >= 0; i--) {
            int node = node(blocks[i]);
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
            forget(node);
            evictions++;
        } else {
            node = size++;
            if (node == block.length) {
                grow();
            }
        }
        block[node] = id;
        linkNewest(node);
        table[emptySlot(id)] = node + 1;
    }

    private int node(long id) {
        int mask = table.length - 1;
        for (int slot = LongIntTable.home(id, mask); ; slot = (slot + 1) & mask) {
            int node = table[slot] - 1;
            if (node == NONE || block[node] == id) {
                return node;
            }
        }
    }

    private int emptySlot(long id) {
        int mask = table.length - 1;
        int slot = LongIntTable.home(id, mask);
        while (table[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void forget(int node) {
        int mask = table.length - 1;
        int hole = LongIntTable.home(block[node], mask);
        while (table[hole] != node + 1) {
            hole = (hole + 1) & mask;
        }
        for (int next = (hole + 1) & mask; table[next] != 0; next = (next + 1) & mask) {
            // An entry may move back into the hole unless its home lies after the hole, cyclically.
            int home = LongIntTable.home(block[table[next] - 1], mask);
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
    }

    private void grow() {
        int length = Math.min(capacity, block.length * 2);
        block = Arrays.copyOf(block, length);
        newer = Arrays.copyOf(newer, length);
        older = Arrays.copyOf(older, length);
        table = new int[table.length * 2];
        for (int node = newest; node != NONE; node = older[node]) {
            table[emptySlot(block[node])] = node + 1;
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
