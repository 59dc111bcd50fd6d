// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.cycle;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint in the running, with all that is known of it: what simple filters and scorers see. Valid only during the
 * call that received it.
 *
 * <p>Not thread-safe: for the thread that was given it, during the call.
 */
public interface Candidate {
    /** Returns the endpoint. */
    Endpoint endpoint();

    /** Returns what was last heard of it. */
    EndpointMetrics metrics();

    /**
     * Returns this endpoint's number in a column, or {@link dev.pointsman.api.data.LongColumn#MISSING}. A plugin must declare
     * the columns it reads (see {@link dev.pointsman.api.plugin.Plugin#consumes}), which a lambda cannot: a column that nobody
     * declared may be missing.
     */
    long number(LongColumnKey key);

    /** Returns this endpoint's number in a column, or NaN. */
    double number(DoubleColumnKey key);

    /** Returns a value of the request, or null if there is none. */
    <T> @Nullable T attribute(AttributeKey<T> key);
}
