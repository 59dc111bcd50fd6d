// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.LongColumn;
import java.util.Arrays;

/** The columns of a test cycle: arrays by slot that refuse slots outside the fleet. */
final class Columns {
    private Columns() {}

    static final class Longs implements LongColumn.Writable {
        private final long[] values;

        Longs(int slotLimit) {
            values = new long[slotLimit];
            Arrays.fill(values, LongColumn.MISSING);
        }

        @Override
        public long get(int slot) {
            return values[checked(slot, values.length)];
        }

        @Override
        public void set(int slot, long value) {
            values[checked(slot, values.length)] = value;
        }
    }

    static final class Doubles implements DoubleColumn.Writable {
        private final double[] values;

        Doubles(int slotLimit) {
            values = new double[slotLimit];
            Arrays.fill(values, DoubleColumn.MISSING);
        }

        @Override
        public double get(int slot) {
            return values[checked(slot, values.length)];
        }

        @Override
        public void set(int slot, double value) {
            values[checked(slot, values.length)] = value;
        }
    }

    private static int checked(int slot, int slotLimit) {
        if (slot < 0 || slot >= slotLimit) {
            throw new IndexOutOfBoundsException("slot " + slot + ": is outside the fleet, whose slots are 0 to "
                    + (slotLimit - 1) + ".\nMaybe it is a candidate position; candidates.slot(position) is its slot.");
        }
        return slot;
    }
}
