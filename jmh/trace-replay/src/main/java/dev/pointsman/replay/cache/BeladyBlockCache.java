// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The clairvoyant cache: it knows the whole trace, keeps what is needed soonest, and no cache of its size hits more. An
 * upper reference for reports, not something that can be built.
 *
 * <p>After each prompt, blocks that no later prompt uses are dropped (a block never used again is not even kept), and then,
 * while there are too many, the block whose next use is farthest; among blocks that the same prompt will use, the deepest.
 * In a trace an ancestor's next use is never later than its descendant's, so what is resident is always a set of whole
 * prefixes (L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2),
 * 1966).
 *
 * <p>A resident block is named by its next use: the prompt, and the position in that prompt. Both are packed into one long,
 * so that the farthest is the largest and the block can be found from it. Superseded entries stay in the heap until they
 * surface. Prompts must be used in the order given at construction. Not thread-safe.
 */
public final class BeladyBlockCache {
    private static final long NEVER = -1;

    private final long capacity;
    private final int[][] ids;
    private final long[][] nextUse;
    /** By dense block number: the packed next use if resident, or {@link #NEVER}. */
    private final long[] resident;

    private final PriorityQueue<Long> farthest = new PriorityQueue<>(Collections.reverseOrder());
    private int size;
    private int position;
    private long evictions;

    /**
     * Makes an empty cache that knows the future.
     *
     * @param prompts the blocks of every prompt to come, in order
     * @param capacityBlocks blocks it can hold, at least 0
     */
    public BeladyBlockCache(List<long[]> prompts, long capacityBlocks) {
        if (capacityBlocks < 0) {
            throw new IllegalArgumentException("capacity: must be at least 0 blocks, but was " + capacityBlocks
                    + ".\nMaybe use Long.MAX_VALUE for a cache that never evicts.");
        }
        capacity = capacityBlocks;
        LongIntTable dense = new LongIntTable();
        ids = new int[prompts.size()][];
        nextUse = new long[ids.length][];
        for (int p = 0; p < ids.length; p++) {
            long[] blocks = prompts.get(p);
            ids[p] = new int[blocks.length];
            for (int i = 0; i < blocks.length; i++) {
                int id = dense.get(blocks[i]);
                if (id == LongIntTable.ABSENT) {
                    id = dense.size();
                    dense.put(blocks[i], id);
                }
                ids[p][i] = id;
            }
        }
        resident = new long[dense.size()];
        Arrays.fill(resident, NEVER);
        long[] next = new long[dense.size()];
        Arrays.fill(next, NEVER);
        for (int p = ids.length - 1; p >= 0; p--) {
            nextUse[p] = new long[ids[p].length];
            for (int i = 0; i < ids[p].length; i++) {
                nextUse[p][i] = next[ids[p][i]];
            }
            for (int i = ids[p].length - 1; i >= 0; i--) {
                next[ids[p][i]] = (long) p << 32 | i;
            }
        }
    }

    /**
     * Uses the next prompt.
     *
     * @return how many of its leading blocks were resident before
     * @throws IllegalStateException if all prompts were used
     */
    public int useNext() {
        if (position == ids.length) {
            throw new IllegalStateException(
                    "all " + position + " prompts were used.\nMaybe make a new cache to start over.");
        }
        int[] blocks = ids[position];
        int run = 0;
        while (run < blocks.length && resident[blocks[run]] != NEVER) {
            run++;
        }
        for (int i = 0; i < blocks.length; i++) {
            keep(blocks[i], nextUse[position][i]);
        }
        while (size > capacity) {
            evictFarthest();
        }
        position++;
        return run;
    }

    /** Returns how many blocks were evicted to make room; those dropped because nothing uses them again do not count. */
    public long evictions() {
        return evictions;
    }

    /** Returns how many blocks are resident. */
    public int size() {
        return size;
    }

    private void keep(int id, long next) {
        if (resident[id] != NEVER) {
            size--;
        }
        resident[id] = next;
        if (next != NEVER) {
            size++;
            farthest.add(next);
        }
    }

    private void evictFarthest() {
        Long use = farthest.poll();
        if (use == null) {
            throw new IllegalStateException(
                    size + " blocks are resident, but none is queued.\nMaybe report this as a bug.");
        }
        int id = ids[(int) (use >> 32)][(int) (long) use];
        if (resident[id] == use) {
            resident[id] = NEVER;
            size--;
            evictions++;
        }
    }
}
