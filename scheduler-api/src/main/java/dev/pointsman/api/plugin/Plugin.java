// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.data.DataKey;
import java.util.Set;

/**
 * What all plugins have in common.
 *
 * <p>A plugin must be thread-safe. One that throws is isolated: the failure is counted, logged and shown in the
 * explanation, and the decision goes on without it, unless what it would have kept out is not known: a screener or a
 * {@linkplain Filter#constraint constraint}. A plugin that keeps state by endpoint also implements {@link
 * dev.pointsman.api.fleet.FleetListener}, and releases that state when the endpoint leaves.
 */
public interface Plugin {
    /**
     * Returns the data that this plugin reads. The engine runs the producers of it first, and adds the default producer
     * of well-known data if the host named none. Asked once, when the scheduler is built.
     */
    default Set<DataKey> consumes() {
        return Set.of();
    }

    /**
     * Returns data that this plugin reads if somebody else had it produced. Producers of it run first, but none is added
     * for its sake. Asked once, when the scheduler is built.
     */
    default Set<DataKey> consumesIfPresent() {
        return Set.of();
    }
}
