// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import java.util.Arrays;

/**
 * A map from {@code long} to small {@code int} without an object for each entry: open addressing with linear probing, and removal
 * that moves the entries behind into the gap, so that nothing but entries is ever probed. At most two thirds full; grows by
 * doubling and does not shrink. Keys are hashes and may be chosen by whoever writes prompts, so they are mixed before use. Not
 * thread-safe; readers alone may be several at once.
 */
final class LongIntTable {
    /** What {@link #get} returns for a key that is not there. */
    static final int ABSENT = -1;

    private static final int LEAST = 16;

    private long[] keys = new long[LEAST];
    private int[] values = emptied(LEAST);
    private int size;

    private static int[] emptied(int length) {
        int[] values = new int[length];
        Arrays.fill(values, ABSENT);
        return values;
    }

    int size() {
        return size;
    }

    /** Returns a key's value, or {@link #ABSENT}. */
    int get(long key) {
        return values[find(key)];
    }

    /**
     * Sets a key's value.
     *
     * @param value at least 0
     */
    void put(long key, int value) {
        int at = find(key);
        if (values[at] == ABSENT) {
            if (3L * (size + 1) > 2L * keys.length) {
                grow();
                at = find(key);
            }
            keys[at] = key;
            size++;
        }
        values[at] = value;
    }

    /** Takes a key out, if it is there. */
    void remove(long key) {
        int gap = find(key);
        if (values[gap] == ABSENT) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        for (int at = (gap + 1) & mask; values[at] != ABSENT; at = (at + 1) & mask) {
            // An entry may move back to the gap unless its own place lies between the gap and where it is.
            int home = home(keys[at], mask);
            if (((at - home) & mask) >= ((at - gap) & mask)) {
                keys[gap] = keys[at];
                values[gap] = values[at];
                gap = at;
            }
        }
        values[gap] = ABSENT;
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int at = home(key, mask);
        while (values[at] != ABSENT && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static int home(long key, int mask) {
        long a = (key ^ (key >>> 33)) * 0xff51afd7ed558ccdL;
        return (int) (a ^ (a >>> 32)) & mask;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[Math.multiplyExact(2, oldKeys.length)];
        values = emptied(keys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != ABSENT) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }
}
