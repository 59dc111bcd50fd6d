// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import java.util.Arrays;

/**
 * Maps block ids to small integers without boxing.
 *
 * <p>Open addressing with linear probing over a power of two, at most five eighths full; keys are never removed. 12 bytes a
 * slot. Block ids are mixed first, since traces number them in sequence and hashes of others have a pattern of their own.
 * Not thread-safe.
 */
public final class LongIntTable {
    /** What {@link #get} returns for a key that is not there. */
    public static final int ABSENT = -1;

    private long[] keys = new long[16];
    private int[] values = new int[16];
    private int size;

    /** Makes an empty table. */
    public LongIntTable() {
        Arrays.fill(values, ABSENT);
    }

    /** Returns how many keys there are. */
    public int size() {
        return size;
    }

    /** Returns a key's value, or {@link #ABSENT}; expected constant time. */
    public int get(long key) {
        int mask = keys.length - 1;
        int slot = home(key, mask);
        while (values[slot] != ABSENT) {
            if (keys[slot] == key) {
                return values[slot];
            }
            slot = (slot + 1) & mask;
        }
        return ABSENT;
    }

    /**
     * Sets a key's value; expected constant time.
     *
     * @param value at least 0
     */
    public void put(long key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "value: must be at least 0, but was " + value + ".\nMaybe count from 0.");
        }
        int mask = keys.length - 1;
        int slot = home(key, mask);
        while (values[slot] != ABSENT) {
            if (keys[slot] == key) {
                values[slot] = value;
                return;
            }
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
        size++;
        if (size > keys.length / 8 * 5) {
            grow();
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[keys.length];
        Arrays.fill(values, ABSENT);
        int mask = keys.length - 1;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != ABSENT) {
                int slot = home(oldKeys[i], mask);
                while (values[slot] != ABSENT) {
                    slot = (slot + 1) & mask;
                }
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    static int home(long key, int mask) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed ^ mixed >>> 32) & mask;
    }
}
