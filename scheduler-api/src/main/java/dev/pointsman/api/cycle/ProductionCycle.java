// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;

/**
 * A scheduling cycle that a data producer or a profile handler may write to, under the keys that it declared.
 *
 * <p>What a producer wrote before it failed is taken back. Not thread-safe: for the thread that was given it, during the
 * call.
 */
public interface ProductionCycle extends SchedulingCycle {
    /**
     * Writes a value of the request.
     *
     * @throws IllegalArgumentException if the producer did not declare the key
     */
    <T> void put(AttributeKey<T> key, T value);

    /**
     * Returns a column to fill; every slot of it is missing at first.
     *
     * @throws IllegalArgumentException if the producer did not declare the key
     */
    LongColumn.Writable fill(LongColumnKey key);

    /**
     * Returns a column to fill; every slot of it is missing at first.
     *
     * @throws IllegalArgumentException if the producer did not declare the key
     */
    DoubleColumn.Writable fill(DoubleColumnKey key);

    /** Tells whether an explanation of this request is being built, so that {@link #note} is worth its words. */
    default boolean explaining() {
        return false;
    }

    /**
     * Says something about this request's data in its explanation, such as why some of it is missing. Does nothing if no
     * explanation is being built.
     *
     * @param note one line, without the producer's name
     */
    default void note(String note) {}
}
