// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The KV memory of one simulated server, in blocks, as paged engines keep it: a sequence holds the blocks of its prompt, which it
 * may share with others of the same prefix, and blocks of its own for the rest. Blocks that nobody holds stay as cache until
 * others need their place; the least recently released goes first, of one prompt the last block. A block that was taken is found as
 * cache only once its content is there ({@link #fill}).
 *
 * <p>Invariant: blocks held, blocks of their own and blocks cached are together at most the capacity. Not thread-safe.
 */
final class KvMemory {
    private final long capacity;
    private final Map<Long, Block> blocks = new HashMap<>();
    private final Block idle = new Block(0);
    private long held;
    private long own;
    private long peak;

    KvMemory(long capacityBlocks) {
        capacity = capacityBlocks;
        idle.newer = idle;
        idle.older = idle;
    }

    /** Returns how many of the first blocks are here, with their content. */
    int leadingRun(long[] prompt, int count) {
        int run = 0;
        for (Block block; run < count && (block = blocks.get(prompt[run])) != null && block.filled; ) {
            run++;
        }
        return run;
    }

    /** Says that the content of some blocks, which are held, is here now. */
    void fill(long[] prompt, int from, int to) {
        for (int i = from; i < to; i++) {
            Block block = blocks.get(prompt[i]);
            if (block == null) {
                throw new IllegalStateException("block " + prompt[i] + " was filled, but not taken");
            }
            block.filled = true;
        }
    }

    /**
     * Takes memory for a sequence, evicting idle blocks if need be.
     *
     * @param prompt ids of its blocks that may be shared
     * @param count how many of them
     * @param rest blocks of its own
     * @return whether there was room; if not, nothing has changed
     */
    boolean take(long[] prompt, int count, long rest) {
        long more = rest;
        for (int i = 0; i < count; i++) {
            Block block = blocks.get(prompt[i]);
            if (block == null || block.holders == 0) {
                more++;
            }
        }
        if (held + own + more > capacity) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            Block block = blocks.get(prompt[i]);
            if (block == null) {
                block = new Block(prompt[i]);
                blocks.put(prompt[i], block);
                held++;
            } else if (block.holders == 0) {
                block.unlink();
                held++;
            }
            block.holders++;
        }
        own += rest;
        while (blocks.size() + own > capacity) {
            evict();
        }
        peak = Math.max(peak, held + own);
        return true;
    }

    /** Gives back what {@link #take} took. */
    void release(long[] prompt, int count, long rest) {
        own -= rest;
        for (int i = count - 1; i >= 0; i--) {
            Block block = blocks.get(prompt[i]);
            if (block == null || block.holders == 0) {
                throw new IllegalStateException("block " + prompt[i] + " was released more often than taken");
            }
            if (--block.holders == 0) {
                held--;
                block.linkBefore(idle);
            }
        }
    }

    /** Whether a sequence would fit if there were no others. */
    boolean fitsAlone(int count, long rest) {
        return count + rest <= capacity;
    }

    /** Returns the share of the memory that sequences hold. */
    double usage() {
        return (double) (held + own) / capacity;
    }

    long capacity() {
        return capacity;
    }

    /** Returns the most blocks that sequences ever held. */
    long peak() {
        return peak;
    }

    private void evict() {
        Block oldest = idle.newer;
        if (oldest == null || oldest == idle) {
            throw new IllegalStateException("nothing is left to evict, but " + blocks.size() + " blocks and " + own
                    + " more are over " + capacity);
        }
        oldest.unlink();
        blocks.remove(oldest.id);
    }

    /** A block; if idle, in a ring from the oldest to the newest. */
    private static final class Block {
        private final long id;
        private int holders;
        private boolean filled;
        private @Nullable Block newer;
        private @Nullable Block older;

        Block(long id) {
            this.id = id;
        }

        /** Makes this the newest of the ring whose anchor is given. */
        void linkBefore(Block anchor) {
            Block last = anchor.older == null ? anchor : anchor.older;
            older = last;
            newer = anchor;
            last.newer = this;
            anchor.older = this;
        }

        void unlink() {
            if (newer != null && older != null) {
                newer.older = older;
                older.newer = newer;
            }
            newer = null;
            older = null;
        }
    }
}
