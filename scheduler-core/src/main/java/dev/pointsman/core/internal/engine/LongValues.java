// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.data.LongColumn;
import java.util.Arrays;

/** A column of a cycle, kept and filled again by each request that the cycle serves. */
final class LongValues implements LongColumn.Writable {
    static final LongColumn NONE = slot -> MISSING;

    private long[] values = new long[0];
    private int limit;

    /** Makes every slot missing. */
    void begin(int slotLimit) {
        if (values.length < slotLimit) {
            values = new long[Math.max(slotLimit, 2 * values.length)];
        }
        limit = slotLimit;
        Arrays.fill(values, 0, slotLimit, MISSING);
    }

    @Override
    public long get(int slot) {
        return slot < limit ? values[slot] : MISSING;
    }

    @Override
    public void set(int slot, long value) {
        if (slot >= limit) {
            throw new IllegalArgumentException("slot " + slot + ": the snapshot has slots up to " + (limit - 1)
                    + ".\nMaybe the slot is of another snapshot; use those of the candidates.");
        }
        values[slot] = value;
    }
}
