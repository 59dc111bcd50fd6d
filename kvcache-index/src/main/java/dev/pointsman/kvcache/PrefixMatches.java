// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Arrays;

/**
 * The answer to one prefix question: how many blocks of a prompt each endpoint holds. The caller owns it and asks with
 * it again and again; an index forgets the last answer before it writes the next.
 *
 * <pre>{@code
 * index.match(hashes, count, matches);
 * for (int i = 0; i < matches.size(); i++) {
 *     int slot = matches.slot(i);
 *     use(slot, matches.blocks(slot));
 * }
 * }</pre>
 *
 * <p>Not thread-safe. Every method takes constant time but {@link #forget}, which takes time in the number of slots
 * that had a match, not in the number of slots. Nothing is allocated once the arrays have grown to the highest slot
 * seen.
 */
public final class PrefixMatches {
    /** Matched blocks by slot; other than 0 exactly for the slots in {@link #slots}. */
    private int[] blocks = new int[64];

    /** The slots with a match, in the order in which they were found. */
    private int[] slots = new int[64];

    private int size;
    private int longest;

    /*
     * Working memory of an index while it looks for the answer. It lies here because it has the same owner and the same
     * life as the answer, so that a question allocates nothing and an index needs no memory for each of its readers.
     */
    private long[] bits = new long[16];
    private final BlockKey probe = new BlockKey(0);

    /** Makes an empty answer. */
    public PrefixMatches() {}

    /**
     * Returns how many blocks from the first one on an endpoint holds, at least 0; 0 for a slot that was never seen.
     *
     * @param slot the endpoint, at least 0
     */
    public int blocks(int slot) {
        return slot < blocks.length ? blocks[slot] : 0;
    }

    /** Returns the number of slots that hold at least one block. */
    public int size() {
        return size;
    }

    /**
     * Returns one of the slots that hold at least one block. The order carries no meaning.
     *
     * @param position from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if the position is outside
     */
    public int slot(int position) {
        if (position >= size) {
            throw new IndexOutOfBoundsException("position " + position + " of " + size
                    + " slots with a match.\nMaybe loop to size(), and not to the number of slots.");
        }
        return slots[position];
    }

    /** Returns the most blocks that any slot holds, at least 0. */
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

    /**
     * Writes the answer for one slot; for those who implement an index. A slot without a match is not written.
     *
     * @param slot the endpoint, at least 0, not written before in this answer
     * @param matched how many blocks it holds, at least 1
     * @throws IllegalArgumentException if the slot is negative or was written before, or the match is less than 1
     */
    public void add(int slot, int matched) {
        Slots.check(slot);
        if (matched < 1 || blocks(slot) != 0) {
            throw new IllegalArgumentException("slot " + slot + ": a match of " + matched + " blocks after one of "
                    + blocks(slot) + ".\nMaybe the last answer was not forgotten; a slot without a match is left out.");
        }
        if (slot >= blocks.length) {
            blocks = Arrays.copyOf(blocks, Slots.roomFor(slot, blocks.length));
        }
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, Slots.roomFor(size, size));
        }
        blocks[slot] = matched;
        slots[size++] = slot;
        longest = Math.max(longest, matched);
    }

    /** Returns working memory of at least so many words, with anything in them. */
    long[] bits(int words) {
        if (bits.length < words) {
            bits = new long[Slots.roomFor(words - 1, bits.length)];
        }
        return bits;
    }

    /** Returns a key for looking up a block; it must never be put into a map. */
    BlockKey probe(long hash) {
        probe.hash = hash;
        return probe;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("PrefixMatches[");
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ", ").append(slots[i]).append(": ").append(blocks[slots[i]]);
        }
        return text.append(']').toString();
    }
}
