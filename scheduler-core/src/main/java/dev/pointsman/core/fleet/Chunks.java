// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of objects by slot, cut into chunks so that changing one element copies one chunk and the list of
 * chunks, not all of it: at 10,000 slots about 1.5 KiB instead of 40.
 *
 * @param <T> the elements' type; an element may be null
 */
final class Chunks<T> {
    private static final int SHIFT = 6;
    private static final int MASK = (1 << SHIFT) - 1;

    private final @Nullable Object[][] chunks;

    Chunks() {
        this(new @Nullable Object[0][]);
    }

    private Chunks(@Nullable Object[][] chunks) {
        this.chunks = chunks;
    }

    /** Returns the element at a slot below the limit that the owner keeps. */
    // Only with() writes, and it takes a T; the owner knows which are null.
    @SuppressWarnings({"unchecked", "NullAway"})
    T get(int slot) {
        return (T) chunks[slot >> SHIFT][slot & MASK];
    }

    /** Returns these chunks with one element changed; the array grows as needed. */
    Chunks<T> with(int slot, @Nullable T element) {
        int chunk = slot >> SHIFT;
        @Nullable Object[][] copy = Arrays.copyOf(chunks, Math.max(chunks.length, chunk + 1));
        for (int i = chunks.length; i < copy.length; i++) {
            copy[i] = new @Nullable Object[MASK + 1];
        }
        @Nullable Object[] changed = copy[chunk].clone();
        changed[slot & MASK] = element;
        copy[chunk] = changed;
        return new Chunks<>(copy);
    }
}
