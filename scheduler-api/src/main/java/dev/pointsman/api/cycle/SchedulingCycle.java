// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling of one request, as its plugins see it. Valid only during the call that received it.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface SchedulingCycle {
    /** Returns the request being scheduled. */
    InferenceRequest request();

    /** Returns the one view of the fleet that this request is scheduled over. */
    FleetSnapshot fleet();

    /** Returns the time of this decision in nanoseconds of the scheduler's clock; it is read once. */
    long now();

    /** Returns the draw of this request: the same for every plugin and every retry. */
    Draw draw();

    /** Returns a value that a producer wrote, or null if there is none. */
    <T> @Nullable T attribute(AttributeKey<T> key);

    /** Returns a column that a producer wrote; every slot of it is missing if there is none. */
    LongColumn column(LongColumnKey key);

    /** Returns a column that a producer wrote; every slot of it is missing if there is none. */
    DoubleColumn column(DoubleColumnKey key);
}
