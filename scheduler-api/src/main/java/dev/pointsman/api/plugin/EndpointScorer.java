// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.request.InferenceRequest;

/**
 * The simple form of a scorer: one number for one endpoint. A lambda will do, unless it reads columns that producers write:
 * then a class has to say so in {@link #consumes}.
 */
@FunctionalInterface
public interface EndpointScorer extends Scorer {
    /**
     * Says how well an endpoint suits a request.
     *
     * @param request the request being scheduled
     * @param candidate the endpoint; not to be kept after the call
     * @return from 0 (worst) to 1 (best), or {@link #MISSING} without data
     */
    double score(InferenceRequest request, Candidate candidate);

    @Override
    default void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int position = 0; position < candidates.size(); position++) {
            scores[position] = score(cycle.request(), candidates.candidate(position));
        }
    }
}
