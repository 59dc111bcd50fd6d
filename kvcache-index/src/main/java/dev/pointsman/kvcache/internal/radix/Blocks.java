// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * The blocks themselves: their own hashes ({@code content}), their engines' names ({@code engine}), and which run each
 * belongs to ({@code owner}). A block's place here is its <em>ordinal</em>.
 *
 * <p>Blocks lie in windows of 4, 8, 16, 32 or 64, carved out of chunks of 64 by halving and merged again with their
 * other half when both are free (a buddy allocator), so that churn does not leave the arena in splinters. A window is
 * aligned to its size and never crosses a segment. Free windows of a size are a doubly linked list through their own
 * first two hashes.
 *
 * <p>{@code owner} has one int for each unit of 4 blocks: the run that holds the unit's first block; {@link #NOTHING}
 * inside of a free window; {@code -2 - size} where a free window begins. So a block's run costs one byte a block to
 * know, see {@link Runs#of}.
 *
 * <p>{@code engine} has segments only where an engine's name was ever stored; 0 means none, and an engine's 0 is
 * written as {@link #ZERO}.
 */
final class Blocks {
    /** Ordinals have so many bits; {@link Names} packs the rest. */
    static final int ORDINAL_BITS = 27;

    static final int UNIT_SHIFT = 2;
    static final int SIZES = 5;
    static final int LARGEST = 64;
    static final int NOTHING = -1;

    private static final int SEGMENT_SHIFT = 14;
    private static final int MOST = 1 << ORDINAL_BITS;
    private static final long ZERO = 0x5bd1e995_97f4a7c1L;

    final Longs content;
    final Longs engine;
    private final Ints owner;

    /** First free window of each size. */
    private final int[] free = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING};

    /** Ordinals below were handed out before. */
    private int used;

    /** Whether any engine's name was ever to be written. */
    private boolean named;

    private final Budget budget;

    Blocks(Budget budget) {
        this.budget = budget;
        content = new Longs(SEGMENT_SHIFT, budget, Budget.Kind.BLOCKS);
        engine = new Longs(SEGMENT_SHIFT, budget, Budget.Kind.BLOCKS);
        owner = new Ints(SEGMENT_SHIFT - UNIT_SHIFT, budget, Budget.Kind.BLOCKS);
    }

    /** Returns the blocks in a window of a size, 0 for the smallest. */
    static int room(int size) {
        return 4 << size;
    }

    /** Returns the smallest size of a window for so many blocks, or the largest there is. */
    static int sizeFor(int blocks) {
        return blocks <= 4 ? 0 : Math.min(SIZES - 1, 30 - Integer.numberOfLeadingZeros(blocks - 1));
    }

    /** Returns what stands for an engine's name here: never 0. */
    static long named(long engineHash) {
        return engineHash == 0 ? ZERO : engineHash;
    }

    /** Returns the first ordinal of a free window that is now the run's, or {@link #NOTHING} if there is no room. */
    int take(int size, int run) {
        int from = size;
        while (from < SIZES && free[from] == NOTHING) {
            from++;
        }
        int window;
        if (from < SIZES) {
            window = free[from];
            unlink(window, from);
        } else {
            if (!reachNextChunk()) {
                return NOTHING;
            }
            from = SIZES - 1;
            window = used;
            used += LARGEST;
        }
        while (from > size) {
            from--;
            link(window + room(from), from);
        }
        owner.fill(window >> UNIT_SHIFT, (window + room(size)) >> UNIT_SHIFT, run);
        return window;
    }

    private boolean reachNextChunk() {
        if (used > MOST - LARGEST) {
            return false;
        }
        // All or nothing: blocks whose names cannot be written cost each holder more than the column would.
        long missing = content.missing(used) + owner.missing(used >> UNIT_SHIFT) + (named ? engine.missing(used) : 0);
        if (missing > 0 && !budget.allows(Budget.Kind.BLOCKS, missing)) {
            return false;
        }
        return content.reach(used) && owner.reach(used >> UNIT_SHIFT) && (!named || engine.reach(used));
    }

    /** Makes sure that an engine's name can be written at a block. Returns false if the budget does not allow it. */
    boolean reachName(int ordinal) {
        named = true;
        return engine.reach(ordinal);
    }

    /** Gives a window back. */
    void give(int window, int size) {
        int from = window;
        int grown = size;
        owner.fill(window >> UNIT_SHIFT, (window + room(size)) >> UNIT_SHIFT, NOTHING);
        while (grown < SIZES - 1) {
            int half = from ^ room(grown);
            if (owner.get(half >> UNIT_SHIFT) != -2 - grown) {
                break;
            }
            unlink(half, grown);
            from = Math.min(from, half);
            grown++;
        }
        link(from, grown);
    }

    private void link(int window, int size) {
        int next = free[size];
        content.set(window, next);
        content.set(window + 1, NOTHING);
        if (next != NOTHING) {
            content.set(next + 1, window);
        }
        free[size] = window;
        owner.set(window >> UNIT_SHIFT, -2 - size);
    }

    private void unlink(int window, int size) {
        int next = (int) content.get(window);
        int previous = (int) content.get(window + 1);
        if (previous == NOTHING) {
            free[size] = next;
        } else {
            content.set(previous, next);
        }
        if (next != NOTHING) {
            content.set(next + 1, previous);
        }
        owner.set(window >> UNIT_SHIFT, NOTHING);
    }

    /** Returns the run that holds the first block of an ordinal's unit; negative if none does. */
    int owner(int ordinal) {
        return owner.get(ordinal >> UNIT_SHIFT);
    }

    /** Makes a run the owner of the units that begin in a range of ordinals. */
    void own(int from, int to, int run) {
        int first = (from + 3) >> UNIT_SHIFT;
        int end = (to + 3) >> UNIT_SHIFT;
        if (first < end) {
            owner.fill(first, end, run);
        }
    }

    /** Returns the engine's name of a block, or 0 if none is written. */
    long engine(int ordinal) {
        long[] segment = engine.segmentOrNull(ordinal);
        return segment == null ? 0 : segment[engine.at(ordinal)];
    }

    /** Writes hashes and takes away the names of whatever lay there before. */
    void write(int ordinal, long[] hashes, int from, int count) {
        System.arraycopy(hashes, from, content.segment(ordinal), content.at(ordinal), count);
        long[] names = engine.segmentOrNull(ordinal);
        if (names != null) {
            int at = engine.at(ordinal);
            java.util.Arrays.fill(names, at, at + count, 0);
        }
    }

    /** Returns one more than the highest ordinal ever used. */
    int used() {
        return used;
    }

    /** Returns the first free window of a size, or {@link #NOTHING}; its first hash leads to the next. */
    int firstFree(int size) {
        return free[size];
    }

    /** Returns the bytes of all arrays. */
    long bytes() {
        return content.bytes() + engine.bytes() + owner.bytes();
    }
}
