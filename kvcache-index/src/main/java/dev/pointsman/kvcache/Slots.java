// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/** What everything indexed by slot agrees on: slots start at 0, and arrays double to make room for the next one. */
final class Slots {
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private Slots() {}

    /** Throws unless this can be a slot. */
    static void check(int slot) {
        if (slot < 0) {
            throw new IllegalArgumentException("slot: must be at least 0, but was " + slot
                    + ".\nMaybe the endpoint is not in the fleet (any more).");
        }
    }

    /** Returns a length for an array that must have this index: at least twice the length it has, if possible. */
    static int roomFor(int index, int length) {
        return (int) Math.min(LONGEST_ARRAY, Math.max(index + 1L, 2L * length));
    }
}
