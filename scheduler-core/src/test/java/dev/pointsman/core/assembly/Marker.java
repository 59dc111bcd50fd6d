// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import java.util.ArrayList;
import java.util.List;

/** Scorer and observer in one. */
final class Marker implements EndpointScorer, SchedulingObserver {
    static final double SCORE = 0.125;

    final List<String> dispatched = new ArrayList<>();

    @Override
    public double score(InferenceRequest request, Candidate candidate) {
        return SCORE;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        dispatched.add(dispatch.request().id());
    }
}
