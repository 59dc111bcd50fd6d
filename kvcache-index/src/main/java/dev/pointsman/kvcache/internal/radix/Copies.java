// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * How many copies of a block a holder has in a tier, for the few that have more than one: open addressing in longs of
 * 27 bits of ordinal, 2 of tier, 18 of holder, and the number above them. For one thread.
 */
final class Copies {
    /** More are not counted, so that a lost removal cannot keep a block for ever. */
    static final int MOST = 8;

    private static final int TIER_SHIFT = Blocks.ORDINAL_BITS;
    private static final int HOLDER_SHIFT = TIER_SHIFT + 2;
    private static final int COUNT_SHIFT = HOLDER_SHIFT + 18;
    private static final long KEY = (1L << COUNT_SHIFT) - 1;
    private static final int FIRST_ROOM = 16;

    private final Budget budget;
    private long[] table = {};
    private int size;

    Copies(Budget budget) {
        this.budget = budget;
    }

    /** Returns how many blocks have more than one copy. */
    int size() {
        return size;
    }

    /** Returns how many copies there are of a block that is held. */
    int count(int holder, int tier, int ordinal) {
        if (size == 0) {
            return 1;
        }
        long entry = table[place(key(holder, tier, ordinal))];
        return entry == 0 ? 1 : (int) (entry >>> COUNT_SHIFT);
    }

    private static long key(int holder, int tier, int ordinal) {
        return (long) holder << HOLDER_SHIFT | (long) tier << TIER_SHIFT | ordinal;
    }

    private int place(long key) {
        int place = Mix.place(Mix.mix(key), table.length);
        while (table[place] != 0 && (table[place] & KEY) != key) {
            place = place + 1 == table.length ? 0 : place + 1;
        }
        return place;
    }

    /** Counts one copy more of a block that is held. Without memory it stays as it is. */
    void add(int holder, int tier, int ordinal) {
        if (!reachNext()) {
            return;
        }
        long key = key(holder, tier, ordinal);
        int place = place(key);
        if (table[place] == 0) {
            table[place] = key | 2L << COUNT_SHIFT;
            size++;
        } else if (table[place] >>> COUNT_SHIFT < MOST) {
            table[place] += 1L << COUNT_SHIFT;
        }
    }

    private boolean reachNext() {
        if (size + 1 <= table.length - (table.length >> 2)) {
            return true;
        }
        int larger = Math.max(FIRST_ROOM, 2 * table.length);
        if (larger > 1 << 28 || !budget.reserve(Budget.Kind.NAMES, Budget.array(larger, Long.BYTES))) {
            return false;
        }
        long[] old = table;
        table = new long[larger];
        for (long entry : old) {
            if (entry != 0) {
                table[place(entry & KEY)] = entry;
            }
        }
        if (old.length > 0) {
            budget.release(Budget.Kind.NAMES, Budget.array(old.length, Long.BYTES));
        }
        return true;
    }

    /** Counts one copy less. Returns false if there was only one. */
    boolean takeOne(int holder, int tier, int ordinal) {
        if (size == 0) {
            return false;
        }
        int place = place(key(holder, tier, ordinal));
        if (table[place] == 0) {
            return false;
        }
        if (table[place] >>> COUNT_SHIFT == 2) {
            vacate(place);
        } else {
            table[place] -= 1L << COUNT_SHIFT;
        }
        return true;
    }

    /** Forgets how many copies there are. */
    void forget(int holder, int tier, int ordinal) {
        if (size > 0) {
            int place = place(key(holder, tier, ordinal));
            if (table[place] != 0) {
                vacate(place);
            }
        }
    }

    /** Forgets how many copies there are of the blocks in a mask. */
    void forget(int holder, int tier, int base, long mask) {
        for (long bits = mask; size > 0 && bits != 0; bits &= bits - 1) {
            forget(holder, tier, base + Long.numberOfTrailingZeros(bits));
        }
    }

    private void vacate(int place) {
        int length = table.length;
        int hole = place;
        int next = place;
        while (true) {
            next = next + 1 == length ? 0 : next + 1;
            if (table[next] == 0) {
                break;
            }
            int home = Mix.place(Mix.mix(table[next] & KEY), length);
            if (distance(home, next) >= distance(hole, next)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
        size--;
    }

    private int distance(int from, int to) {
        int distance = to - from;
        return distance < 0 ? distance + table.length : distance;
    }

    /** Returns the bytes of the table. */
    long bytes() {
        return table.length == 0 ? 0 : Budget.array(table.length, Long.BYTES);
    }
}
