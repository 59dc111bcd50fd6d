// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/** One endpoint from its first store to its removal: its id in masks and bitsets, and its names for its blocks. */
final class Holder {
    /** About what this object and those in it take beside the arrays of names, and its place among the dead. */
    static final int BYTES = 208;

    private static final int TIERS = 4;

    final int id;
    final int slot;
    final Names names;

    /** Blocks held, by tier. */
    final long[] held = new long[TIERS];

    /** No longer anybody's: readers pass over it, and {@link Sweep} removes it. */
    boolean dead;

    /** How far the sweep has come in the names. */
    int swept;

    Holder(int id, int slot, Blocks blocks, Budget budget) {
        this.id = id;
        this.slot = slot;
        names = new Names(blocks, budget);
    }

    /** Returns how many blocks it holds in any tier: each has one name. */
    int blocks() {
        return names.size();
    }

    /** Returns how many blocks it holds, counting one that lies in two tiers twice. */
    long heldInAll() {
        return held[0] + held[1] + held[2] + held[3];
    }

    /** Returns the ordinal of the block that it names so, or {@link Names#NONE}. */
    int ordinal(long name, boolean own) {
        int place = names.find(name, own);
        return place == Names.NONE ? Names.NONE : names.ordinal(place);
    }
}
