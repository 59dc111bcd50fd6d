// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import dev.pointsman.kvcache.internal.radix.Found;
import dev.pointsman.kvcache.internal.radix.Walk;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
    private final Found found = new Found();

    // By slot, where tiers are told apart: how many blocks have each of the lower tiers as their fastest, and how many
    // do not lead; 0 for slots without a match. Made when first needed.
    private static final int LOWER_TIERS = 3;
    private final int[][] lower = {{}, {}, {}};
    private int[] behind = {};
    private boolean tiered;

    /*
     * Working memory of an index while it looks for the answer. It lies here because it has the same owner and the same
     * life as the answer, so that a question allocates nothing and an index needs no memory for each of its readers.
     */
    private long[] bits = new long[16];
    private final BlockKey probe = new BlockKey(0);
    private @Nullable PrefixMatches other;
    private final Walk walk = new Walk(found);

    /** Makes an empty answer. */
    public PrefixMatches() {}

    /**
     * Returns how many blocks from the first one on an endpoint holds, at least 0; 0 for a slot that was never seen.
     *
     * @param slot the endpoint, at least 0
     */
    public int blocks(int slot) {
        return found.blocks(slot);
    }

    /**
     * Returns how many of an endpoint's {@linkplain #blocks(int) matched blocks} have a tier as their fastest: a block
     * that lies in the accelerator's and in the host's memory counts for the accelerator's. An index that knows no tiers
     * answers as if all blocks were in the accelerator's memory.
     *
     * @param slot the endpoint, at least 0
     * @param tier the tier
     */
    public int blocks(int slot, Tier tier) {
        if (tier != Tier.ACCELERATOR) {
            return lower(slot, tier.ordinal() - 1);
        }
        return blocks(slot) - lower(slot, 0) - lower(slot, 1) - lower(slot, 2);
    }

    private int lower(int slot, int tier) {
        int[] counts = lower[tier];
        return slot < counts.length ? counts[slot] : 0;
    }

    /**
     * Returns how many blocks from the first one on an endpoint holds in its accelerator's memory without a gap: what
     * it can use without loading anything. At most {@link #blocks(int)}.
     *
     * @param slot the endpoint, at least 0
     */
    public int leading(int slot) {
        return blocks(slot) - (slot < behind.length ? behind[slot] : 0);
    }

    /** Returns the number of slots that hold at least one block. */
    public int size() {
        return found.size();
    }

    /**
     * Returns one of the slots that hold at least one block. The order carries no meaning.
     *
     * @param position from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if the position is outside
     */
    public int slot(int position) {
        if (position < 0 || position >= found.size()) {
            throw new IndexOutOfBoundsException("position " + position + " of " + found.size()
                    + " slots with a match.\nMaybe loop to size(), and not to the number of slots.");
        }
        return found.slot(position);
    }

    /** Returns the most blocks that any slot holds, at least 0. */
    public int longest() {
        return found.longest();
    }

    /** Empties the answer. */
    public void forget() {
        if (tiered) {
            forgetTiers();
        }
        found.forget();
    }

    private void forgetTiers() {
        for (int i = 0; i < found.size(); i++) {
            int slot = found.slot(i);
            if (slot < behind.length) {
                behind[slot] = 0;
                for (int[] counts : lower) {
                    counts[slot] = 0;
                }
            }
        }
        tiered = false;
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
        found.add(slot, matched);
    }

    /**
     * Writes the answer for one slot whose blocks lie in several tiers; for those who implement an index.
     *
     * @param slot the endpoint, at least 0, not written before in this answer
     * @param matched how many blocks it holds, at least 1
     * @param leading how many of them come before the first that is not in the accelerator's memory
     * @param host how many have the host's memory as their fastest tier
     * @param storage how many have storage as their fastest tier
     * @param remote how many are remote only
     * @throws IllegalArgumentException if the slot is negative or was written before, the match is less than 1, or the
     *     other numbers do not fit it
     */
    public void add(int slot, int matched, int leading, int host, int storage, int remote) {
        if (leading < 0
                || host < 0
                || storage < 0
                || remote < 0
                || (long) leading + host + storage + remote > matched
                || (leading < matched && host + storage + remote == 0)) {
            throw new IllegalArgumentException(
                    "slot " + slot + ": " + leading + " leading, " + host + " host, " + storage
                            + " storage and " + remote + " remote blocks do not make a match of " + matched
                            + ".\nMaybe a block was counted for two tiers; only its fastest counts.");
        }
        add(slot, matched);
        tiers(slot, leading, host, storage, remote);
    }

    /** Tells in which tiers a match is that was written before; the numbers must fit it. */
    void tiers(int slot, int leading, int host, int storage, int remote) {
        tiered = true;
        if (slot >= behind.length) {
            int room = Slots.roomFor(slot, behind.length);
            behind = Arrays.copyOf(behind, room);
            for (int tier = 0; tier < LOWER_TIERS; tier++) {
                lower[tier] = Arrays.copyOf(lower[tier], room);
            }
        }
        behind[slot] = blocks(slot) - leading;
        lower[0][slot] = host;
        lower[1][slot] = storage;
        lower[2][slot] = remote;
    }

    /** Returns where an index may write an answer by itself. */
    Found found() {
        return found;
    }

    /** Returns working memory for a walk through a radix index, which writes what it finds into {@link #found}. */
    Walk walk() {
        return walk;
    }

    /**
     * Raises the match of a slot, written before or not, to at least so many blocks. Those above what it was count as in
     * accelerator memory.
     */
    void raise(int slot, int matched) {
        int known = blocks(slot);
        if (known == 0) {
            add(slot, matched);
        } else if (matched > known) {
            if (slot < behind.length && behind[slot] > 0) {
                behind[slot] += matched - known;
            }
            found.raise(slot, matched);
        }
    }

    /** Returns another answer, for an index that asks two others. */
    PrefixMatches other() {
        if (other == null) {
            other = new PrefixMatches();
        }
        return other;
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
        for (int i = 0; i < size(); i++) {
            text.append(i == 0 ? "" : ", ").append(slot(i)).append(": ").append(blocks(slot(i)));
        }
        return text.append(']').toString();
    }
}
