// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The table of runs. A run is up to 64 blocks of one chain that lie side by side in {@link Blocks}, with who holds
 * which of them. It is four longs, half a cache line:
 * <ol>
 *   <li>its version, odd while it is written;
 *   <li>its shape: where it begins, how many blocks it has, the size of its window, whether it was stored to of late;
 *   <li>and 4. its holders in accelerator memory, see {@link Coverage}.
 * </ol>
 *
 * <p>Reading without a lock: read the version, the rest, a fence, the version again. What was read counts only if both
 * are the same even number. A version never goes back, not even when a run's number is used again.
 *
 * <p>Runs that were split share a window; {@code next} leads through them in order. The lists of holders in the tiers
 * below are a record of six longs, {@code lower}, which exists only for runs that have any.
 */
final class Runs {
    static final int NONE = -1;

    /** Where the holders are in a run's longs. */
    static final int HOLDERS = 2;

    private static final VarHandle VERSION =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

    private static final int SEGMENT_SHIFT = 12;
    private static final int WORDS_SHIFT = 2;
    private static final int SHAPE = 1;
    private static final int MOST = 1 << 28;

    private static final int LENGTH_SHIFT = 27;
    private static final int SIZE_SHIFT = 34;
    private static final long BASE_MASK = (1L << Blocks.ORDINAL_BITS) - 1;
    private static final long LENGTH_MASK = 127L << LENGTH_SHIFT;
    private static final long TOUCHED = 1L << 40;

    private final Blocks blocks;
    private final Longs words;
    private final Ints next;
    private final Ints lower;
    private int used;
    private int free = NONE;
    private int size;

    Runs(Blocks blocks, Budget budget) {
        this.blocks = blocks;
        words = new Longs(SEGMENT_SHIFT, budget, Budget.Kind.RUNS);
        next = new Ints(SEGMENT_SHIFT - WORDS_SHIFT, budget, Budget.Kind.RUNS);
        lower = new Ints(SEGMENT_SHIFT - WORDS_SHIFT, budget, Budget.Kind.RUNS);
    }

    // What a shape says.

    static int base(long shape) {
        return (int) (shape & BASE_MASK);
    }

    static int length(long shape) {
        return (int) (shape >>> LENGTH_SHIFT) & 127;
    }

    private static int windowSize(long shape) {
        return (int) (shape >>> SIZE_SHIFT) & 7;
    }

    /** Returns a mask of so many blocks, from 1 to 64. */
    static long mask(int blocks) {
        return -1L >>> (64 - blocks);
    }

    // Reading, also in a race.

    /** Returns the longs among which a run's are, or null if the reader cannot see them. */
    long @org.jspecify.annotations.Nullable [] segmentOrNull(int run) {
        return words.segmentOrNull(run << WORDS_SHIFT);
    }

    /** Returns where a run's longs begin in their segment. */
    int at(int run) {
        return words.at(run << WORDS_SHIFT);
    }

    static long versionToRead(long[] segment, int at) {
        return (long) VERSION.getAcquire(segment, at);
    }

    static boolean isStill(long[] segment, int at, long version) {
        VarHandle.acquireFence();
        return (long) VERSION.getOpaque(segment, at) == version;
    }

    static long shape(long[] segment, int at) {
        return segment[at + SHAPE];
    }

    /** Returns a run's record of lower tiers, or {@link Records#NOTHING}. */
    int lower(int run) {
        return lower.get(run);
    }

    // What the writer reads.

    long[] segment(int run) {
        return words.segment(run << WORDS_SHIFT);
    }

    private long shape(int run) {
        return words.get((run << WORDS_SHIFT) + SHAPE);
    }

    int base(int run) {
        return base(shape(run));
    }

    /** Returns how many blocks a run has; 0 for one that does not exist. */
    int length(int run) {
        return length(shape(run));
    }

    int windowSize(int run) {
        return windowSize(shape(run));
    }

    int next(int run) {
        return next.get(run);
    }

    boolean touched(int run) {
        return (shape(run) & TOUCHED) != 0;
    }

    /** Returns the number of runs. */
    int size() {
        return size;
    }

    /** Returns one more than the highest run ever used. */
    int used() {
        return used;
    }

    /** Returns the run that holds a block, or {@link #NONE} if none does. */
    int of(int ordinal) {
        int run = blocks.owner(ordinal);
        if (run < 0) {
            return NONE;
        }
        for (int after = next(run); after != NONE && ordinal >= base(after); after = next(run)) {
            run = after;
        }
        return run;
    }

    /** Returns how many of some hashes go on in a run from an offset. */
    int matching(int run, int offset, long[] hashes, int from, int to) {
        long shape = shape(run);
        int most = Math.min(length(shape) - offset, to - from);
        if (most <= 0) {
            return 0;
        }
        int ordinal = base(shape) + offset;
        return matching(blocks.content.segment(ordinal), blocks.content.at(ordinal), hashes, from, most);
    }

    /** Returns how many of so many hashes are the same, from the first one on. */
    static int matching(long[] content, int at, long[] hashes, int from, int most) {
        int differs = Arrays.mismatch(content, at, at + most, hashes, from, from + most);
        return differs < 0 ? most : differs;
    }

    /** Returns how many blocks a run could have where it lies. */
    int room(int run) {
        long shape = shape(run);
        int after = next(run);
        int end = after != NONE ? base(after) : windowStart(shape) + Blocks.room(windowSize(shape));
        return end - base(shape);
    }

    private static int windowStart(long shape) {
        return base(shape) & -Blocks.room(windowSize(shape));
    }

    // Writing.

    /** Makes the run odd: readers leave until {@link #end}. */
    void begin(int run) {
        long[] segment = segment(run);
        int at = at(run);
        VERSION.setOpaque(segment, at, segment[at] + 1);
        VarHandle.storeStoreFence();
    }

    void end(int run) {
        long[] segment = segment(run);
        int at = at(run);
        VERSION.setRelease(segment, at, segment[at] + 1);
    }

    /** Makes sure that a new run can be had. Returns false if the budget does not allow it. */
    boolean reachNext() {
        return free != NONE
                || (used < MOST && words.reach(used << WORDS_SHIFT) && next.reach(used) && lower.reach(used));
    }

    /** Returns a new run, which has no blocks yet; {@link #reachNext} must have said that there is one. */
    int take() {
        int run = free;
        if (run != NONE) {
            free = next.get(run);
        } else {
            run = used++;
        }
        next.set(run, NONE);
        size++;
        return run;
    }

    /** Gives back a run that was taken and not shaped. */
    void untake(int run) {
        next.set(run, free);
        free = run;
        size--;
    }

    /** Says where a new run lies; between {@link #begin} and {@link #end}. */
    void shape(int run, int base, int length, int windowSize) {
        words.set(
                (run << WORDS_SHIFT) + SHAPE,
                base | (long) length << LENGTH_SHIFT | (long) windowSize << SIZE_SHIFT | TOUCHED);
    }

    /** Changes the length; between {@link #begin} and {@link #end}. */
    void length(int run, int length) {
        words.set((run << WORDS_SHIFT) + SHAPE, (shape(run) & ~LENGTH_MASK) | (long) length << LENGTH_SHIFT);
    }

    /** Notes whether a run was stored to of late, which readers do not look at. */
    void touch(int run, boolean touched) {
        long shape = shape(run);
        if (touched != ((shape & TOUCHED) != 0)) {
            words.set((run << WORDS_SHIFT) + SHAPE, shape ^ TOUCHED);
        }
    }

    /** Sets the record of lower tiers; between {@link #begin} and {@link #end}. */
    void lower(int run, int record) {
        if (record != lower.get(run)) {
            lower.set(run, record);
        }
    }

    /** Puts a new run, the second part of one that is split, behind the first. The window is then theirs together. */
    void share(int first, int second, int from) {
        int end = base(first) + room(first);
        next.set(second, next(first));
        next.set(first, second);
        blocks.own(from, end, second);
    }

    /** Removes a run that nobody holds any more, and its window with the last run in it. */
    void give(int run) {
        begin(run);
        long shape = shape(run);
        words.set((run << WORDS_SHIFT) + SHAPE, 0);
        end(run);
        int start = windowStart(shape);
        int first = blocks.owner(start);
        int after = next(run);
        if (first != run) {
            int before = first;
            while (next(before) != run) {
                before = next(before);
            }
            int end = after != NONE ? base(after) : start + Blocks.room(windowSize(shape));
            next.set(before, after);
            blocks.own(base(shape), end, before);
        } else if (after != NONE) {
            // The part of the window before the second run is lost until they all are gone.
            blocks.own(start, base(after), after);
        } else {
            blocks.give(start, windowSize(shape));
        }
        untake(run);
    }

    /** Returns the bytes of all arrays. */
    long bytes() {
        return words.bytes() + next.bytes() + lower.bytes();
    }
}
