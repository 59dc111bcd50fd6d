// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.request.InferenceRequest;

/** The simple form of a filter: one question about one endpoint. */
@FunctionalInterface
public interface EndpointFilter extends Filter {
    /**
     * Tells whether an endpoint may serve a request.
     *
     * @param request the request being scheduled
     * @param candidate the endpoint; not to be kept after the call
     */
    boolean accepts(InferenceRequest request, Candidate candidate);

    @Override
    default void filter(SchedulingCycle cycle, CandidateSet candidates) {
        for (int position = 0; position < candidates.size(); position++) {
            if (!accepts(cycle.request(), candidates.candidate(position))) {
                candidates.remove(position);
            }
        }
    }
}
