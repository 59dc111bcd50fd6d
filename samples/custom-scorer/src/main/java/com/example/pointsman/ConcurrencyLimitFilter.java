// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.request.InferenceRequest;
import java.util.Set;

/**
 * Keeps endpoints that have fewer requests than a limit. When all are full, the request is refused (429), so that it waits at
 * the caller and not in an engine's queue.
 *
 * <p>What an endpoint has is the greater of what this scheduler sent there and has not ended, and what the engine last said
 * runs and waits: the first is always fresh, the second includes the requests of other gateways. Either may be missing;
 * whether an endpoint of which nothing at all is known may be used is a parameter.
 *
 * <p>Immutable and thread-safe.
 */
public final class ConcurrencyLimitFilter implements EndpointFilter {
    private static final long UNKNOWN = -1;

    private final long limit;
    private final boolean keepUnknown;

    /**
     * Makes the filter.
     *
     * @param limit requests from which an endpoint is full; at least 1
     * @param keepUnknown whether an endpoint of unknown load may be used
     */
    public ConcurrencyLimitFilter(long limit, boolean keepUnknown) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: must be at least 1, but was " + limit
                    + ".\nMaybe use the engine's own limit (max-num-seqs).");
        }
        this.limit = limit;
        this.keepUnknown = keepUnknown;
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS);
    }

    @Override
    public boolean accepts(InferenceRequest request, Candidate candidate) {
        long load = Math.max(candidate.number(InFlightLoad.REQUESTS), reported(candidate.metrics()));
        return load == UNKNOWN ? keepUnknown : load < limit;
    }

    /** A missing signal is -1, so that what is missing adds nothing. */
    private static long reported(EndpointMetrics metrics) {
        long running = metrics.runningRequests();
        long waiting = metrics.waitingRequests();
        return running < 0 && waiting < 0 ? UNKNOWN : Math.max(0, running) + Math.max(0, waiting);
    }
}
