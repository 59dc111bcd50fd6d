// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Computes data about a request by waiting for something: a remote tokenizer, a batching window.
 *
 * <p>It works before scheduling, where waiting is allowed. {@code schedule} never waits, so there the data of an
 * asynchronous producer is missing and the explanation says so.
 */
public interface AsyncDataProducer extends Plugin {
    /**
     * Returns the keys of the values that this producer may give. Asked once, when the scheduler is built. A plugin that is also a
     * {@link DataProducer}, to make columns of what it waited for, returns the keys of both.
     */
    Set<DataKey> produces();

    /**
     * Starts computing this producer's values.
     *
     * @param request the request about to be scheduled
     * @param fleet the fleet as it is now; scheduling may see a later one
     * @return completes with a value for each key, or exceptionally, which costs only this producer's data
     */
    CompletionStage<Map<? extends DataKey, Object>> produce(InferenceRequest request, FleetSnapshot fleet);
}
