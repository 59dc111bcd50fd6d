// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * A holder's own names for blocks at which its engine's name is not the one written: a table from a block's ordinal to
 * the name, open addressing with linear probing, 12 bytes a place. An engine whose hashes differ from those of the
 * others (another random seed, another version) has all its names here; most holders have none.
 *
 * <p>By ordinal and not by name, so that who takes a block away finds its name without looking through the table.
 *
 * <p>For one thread.
 */
final class Aliases {
    private static final int[] NO_ORDINALS = {};
    private static final long[] NO_NAMES = {};
    private static final int FIRST_ROOM = 16;
    private static final int SMALL = 128;

    private final Budget budget;

    /** An ordinal and one, so that 0 is an empty place. */
    private int[] ordinals = NO_ORDINALS;

    private long[] names = NO_NAMES;
    private int size;

    Aliases(Budget budget) {
        this.budget = budget;
    }

    int size() {
        return size;
    }

    /** Returns the name of a block, or 0 if it has none here. */
    long get(int ordinal) {
        if (size == 0) {
            return 0;
        }
        int place = place(ordinal);
        return ordinals[place] == 0 ? 0 : names[place];
    }

    /** Returns where a block is, or the empty place where it would be. */
    private int place(int ordinal) {
        int place = home(ordinal);
        while (ordinals[place] != 0 && ordinals[place] != ordinal + 1) {
            place = place + 1 == ordinals.length ? 0 : place + 1;
        }
        return place;
    }

    private int home(int ordinal) {
        return Mix.place(Mix.mix(ordinal), ordinals.length);
    }

    /** Makes room for one more. Returns whether there is. */
    boolean reachNext() {
        int length = ordinals.length;
        if (size + 1 <= length - (length >> 2)) {
            return true;
        }
        int larger = Math.max(FIRST_ROOM, length + (length >> 1));
        if (larger > 1 << 29 || !budget.reserve(kind(larger), bytes(larger))) {
            return size + 1 <= length - (length >> 4);
        }
        int[] oldOrdinals = ordinals;
        long[] oldNames = names;
        ordinals = new int[larger];
        names = new long[larger];
        size = 0;
        for (int i = 0; i < length; i++) {
            if (oldOrdinals[i] != 0) {
                put(oldOrdinals[i] - 1, oldNames[i]);
            }
        }
        budget.release(kind(length), bytes(length));
        return true;
    }

    private static Budget.Kind kind(int length) {
        return length <= SMALL ? Budget.Kind.HOLDERS : Budget.Kind.NAMES;
    }

    private static long bytes(int length) {
        return length == 0 ? 0 : Budget.array(length, Integer.BYTES) + Budget.array(length, Long.BYTES);
    }

    /** Adds a name for a block that has none; {@link #reachNext} must have said that it fits. */
    void put(int ordinal, long name) {
        int place = place(ordinal);
        ordinals[place] = ordinal + 1;
        names[place] = name;
        size++;
    }

    /** Forgets the name of a block, if it has one here. */
    void remove(int ordinal) {
        if (size == 0) {
            return;
        }
        int hole = place(ordinal);
        if (ordinals[hole] == 0) {
            return;
        }
        int length = ordinals.length;
        int next = hole;
        while (true) {
            next = next + 1 == length ? 0 : next + 1;
            if (ordinals[next] == 0) {
                break;
            }
            int home = home(ordinals[next] - 1);
            if (distance(home, next) >= distance(hole, next)) {
                ordinals[hole] = ordinals[next];
                names[hole] = names[next];
                hole = next;
            }
        }
        ordinals[hole] = 0;
        size--;
    }

    private int distance(int from, int to) {
        int distance = to - from;
        return distance < 0 ? distance + ordinals.length : distance;
    }

    /** Forgets everything and gives the memory back. */
    void clear() {
        budget.release(kind(ordinals.length), bytes(ordinals.length));
        ordinals = NO_ORDINALS;
        names = NO_NAMES;
        size = 0;
    }

    /** Returns the bytes of all arrays. */
    long bytes() {
        return bytes(ordinals.length);
    }
}
