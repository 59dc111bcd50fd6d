// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The slots that hold one block: an immutable bitset of at least one slot, cut to the words from its lowest to its
 * highest slot. A block with one holder takes one word, whatever its slot; one that 10,000 slots hold takes 157.
 */
final class Holders {
    /** Position of the first of {@link #words} in the whole bitset. */
    final int base;

    private final long[] words;

    private Holders(int base, long[] words) {
        this.base = base;
        this.words = words;
    }

    static Holders of(int slot) {
        return new Holders(slot >> 6, new long[] {1L << slot});
    }

    /** Returns the number of words from the lowest to the highest slot, at least 1. */
    int length() {
        return words.length;
    }

    /** Returns a word of the whole bitset; 0 outside of this one's words. */
    long word(int position) {
        int at = position - base;
        return at >= 0 && at < words.length ? words[at] : 0;
    }

    boolean contains(int slot) {
        return (word(slot >> 6) & 1L << slot) != 0;
    }

    /** Returns these holders and one more; this object if it is one of them already. */
    Holders with(int slot) {
        if (contains(slot)) {
            return this;
        }
        int position = slot >> 6;
        int from = Math.min(base, position);
        int to = Math.max(base + words.length, position + 1);
        long[] grown = new long[to - from];
        System.arraycopy(words, 0, grown, base - from, words.length);
        grown[position - from] |= 1L << slot;
        return new Holders(from, grown);
    }

    /** Returns these holders without one, or null if nobody is left; this object if it is none of them. */
    @Nullable
    Holders without(int slot) {
        if (!contains(slot)) {
            return this;
        }
        long[] rest = words.clone();
        rest[(slot >> 6) - base] &= ~(1L << slot);
        int from = 0;
        int to = rest.length;
        while (from < to && rest[from] == 0) {
            from++;
        }
        while (to > from && rest[to - 1] == 0) {
            to--;
        }
        return from == to ? null : new Holders(base + from, Arrays.copyOfRange(rest, from, to));
    }
}
