// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Scorer;

/**
 * Prefers small running batches: {@code (max - running) / (max - min)} over the candidates, 1 if all are equal (llm-d's
 * {@code running-requests-size-scorer}).
 *
 * <p>llm-d reads a batch that was never reported as empty; here the score is missing, as in {@link QueueScorer}, because an
 * endpoint that says nothing is not known to be idle.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class RunningRequestsSizeScorer implements Scorer {
    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        for (int i = 0; i < size; i++) {
            int running = candidates.metrics(i).runningRequests();
            scores[i] = running < 0 ? MISSING : running;
        }
        MinMax.leastIsBest(scores, size);
    }
}
