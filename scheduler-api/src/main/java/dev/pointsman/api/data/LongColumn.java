// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/**
 * One {@code long} for each endpoint, indexed by slot; a slot may have none. Valid only during the call that received it, and
 * not thread-safe.
 */
public interface LongColumn {
    /** Stands for a number that is missing. */
    long MISSING = Long.MIN_VALUE;

    /**
     * Returns a slot's number, or {@link #MISSING} ({@link Long#MIN_VALUE}).
     *
     * @param slot any slot of the snapshot being scheduled over
     */
    long get(int slot);

    /** Tells whether a slot has a number. */
    default boolean has(int slot) {
        return get(slot) != MISSING;
    }

    /** A column that its producer fills. */
    interface Writable extends LongColumn {
        /**
         * Sets a slot's number.
         *
         * @param slot any slot of the snapshot being scheduled over
         * @param value the number; {@link #MISSING} takes it away
         */
        void set(int slot, long value);
    }
}
