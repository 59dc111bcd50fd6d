// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/**
 * One {@code double} for each endpoint, indexed by slot; a slot may have none. Valid only during the call that received it, and
 * not thread-safe.
 */
public interface DoubleColumn {
    /** Stands for a number that is missing. */
    double MISSING = Double.NaN;

    /**
     * Returns a slot's number, or {@link #MISSING} (NaN).
     *
     * @param slot any slot of the snapshot being scheduled over
     */
    double get(int slot);

    /** Tells whether a slot has a number. */
    default boolean has(int slot) {
        return !Double.isNaN(get(slot));
    }

    /** A column that its producer fills. */
    interface Writable extends DoubleColumn {
        /**
         * Sets a slot's number.
         *
         * @param slot any slot of the snapshot being scheduled over
         * @param value the number; {@link #MISSING} takes it away
         */
        void set(int slot, double value);
    }
}
