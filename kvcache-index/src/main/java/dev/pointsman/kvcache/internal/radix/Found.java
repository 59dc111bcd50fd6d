// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.Arrays;

/**
 * How many blocks of a prompt each slot holds. A {@link Walk} writes here who leaves it, by ids of its lane, while it
 * goes on; many leave at once where a prompt leaves what everybody holds, so each is written once and nowhere else.
 *
 * <p>An attempt that writers disturbed is taken back by the next one's {@link #begin}. Belongs to the caller's answer;
 * allocates nothing once it has grown to the highest slot. Not thread-safe.
 */
public final class Found {
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final int FIRST_ROOM = 64;

    /** Matched blocks by slot; other than 0 exactly for the slots in {@link #slots}. */
    private int[] blocks = new int[FIRST_ROOM];

    /** The slots with a match, in the order in which they were found. */
    private int[] slots = new int[FIRST_ROOM];

    private int size;
    private int longest;

    // The lane that is asked: slot s of it is the caller's slot s * lanes + lane. What was found in others stays.
    private int lane;
    private int lanes = 1;
    private int sizeBefore;
    private int longestBefore;

    // The attempt under way: the lane's slots by id, and each match's id if somebody wants to know it later.
    private int[] slotOf = {};
    private int[] ids = {};
    private boolean withIds;

    /** Makes an empty answer. */
    public Found() {}

    /** Returns how many blocks a slot holds; 0 for one that was never seen. */
    public int blocks(int slot) {
        return slot < blocks.length ? blocks[slot] : 0;
    }

    /** Returns the number of slots that hold at least one block. */
    public int size() {
        return size;
    }

    /** Returns one of them, given a position below {@link #size}. */
    public int slot(int position) {
        return slots[position];
    }

    /** Returns the most blocks that any slot holds. */
    public int longest() {
        return longest;
    }

    /** Empties the answer. */
    public void forget() {
        for (int i = 0; i < size; i++) {
            blocks[slots[i]] = 0;
        }
        size = 0;
        longest = 0;
    }

    /** Adds a slot that is not here yet, with at least one block. */
    public void add(int slot, int matched) {
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, roomFor(size, size));
        }
        append(slot, matched);
        longest = Math.max(longest, matched);
    }

    /** Raises the blocks of a slot that is here already. */
    public void raise(int slot, int matched) {
        blocks[slot] = matched;
        longest = Math.max(longest, matched);
    }

    private void append(int slot, int matched) {
        if (slot >= blocks.length) {
            blocks = Arrays.copyOf(blocks, roomFor(slot, blocks.length));
        }
        blocks[slot] = matched;
        slots[size++] = slot;
    }

    private static int roomFor(int index, int length) {
        return (int) Math.min(LONGEST_ARRAY, Math.max(index + 1L, 2L * length));
    }

    /** Says which lane of how many is asked next. */
    public void among(int lane, int lanes) {
        this.lane = lane;
        this.lanes = lanes;
        sizeBefore = size;
        longestBefore = longest;
    }

    /** Returns the position of the first match in the lane that was asked last. */
    public int firstOfLane() {
        return sizeBefore;
    }

    /** Returns the id of a match in the lane that was asked last, if ids were to be kept. */
    int id(int position) {
        return ids[position - sizeBefore];
    }

    /**
     * Begins an attempt at a lane; what one before found there is forgotten.
     *
     * @param slotOf the lane's slots by id, negative for those that are nobody's
     * @param withIds whether {@link #id} will be asked for
     */
    void begin(int[] slotOf, boolean withIds) {
        while (size > sizeBefore) {
            blocks[slots[--size]] = 0;
        }
        longest = longestBefore;
        this.slotOf = slotOf;
        this.withIds = withIds;
        if (slots.length - size < slotOf.length) {
            slots = Arrays.copyOf(slots, roomFor(size + slotOf.length, slots.length));
        }
        if (withIds && ids.length < slotOf.length) {
            ids = new int[slotOf.length];
        }
    }

    /** Adds what an id of the lane holds, if it is still somebody's. */
    void addId(int id, int matched) {
        // An id beyond the slots came after the attempt began.
        int slot = matched > 0 && id < slotOf.length ? slotOf[id] : -1;
        if (slot >= 0) {
            if (withIds) {
                ids[size - sizeBefore] = id;
            }
            append(slot * lanes + lane, matched);
            longest = Math.max(longest, matched);
        }
    }

    /**
     * Adds ids of the lane that all hold the same, where no ids are to be kept.
     *
     * @param first the id of the lowest bit
     * @param bits which of the 64 from there on
     */
    void addIds(int first, long bits, int matched) {
        if (matched == 0) {
            return;
        }
        int before = size;
        int most = slotOf.length;
        for (long left = bits; left != 0; left &= left - 1) {
            int id = first + Long.numberOfTrailingZeros(left);
            int slot = id < most ? slotOf[id] : -1;
            if (slot >= 0) {
                append(slot * lanes + lane, matched);
            }
        }
        if (size > before) {
            longest = Math.max(longest, matched);
        }
    }
}
