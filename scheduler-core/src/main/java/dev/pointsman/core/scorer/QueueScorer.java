// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Scorer;

/**
 * Prefers short engine queues: {@code (max - waiting) / (max - min)} over the candidates, 1 if all are equal (llm-d's
 * {@code queue-scorer}).
 *
 * <p>llm-d reads a queue that was never reported as empty; here the score is missing, and the candidate has no part in the
 * minimum and maximum, because an endpoint that says nothing is not known to be idle.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class QueueScorer implements Scorer {
    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        for (int i = 0; i < size; i++) {
            int waiting = candidates.metrics(i).waitingRequests();
            scores[i] = waiting < 0 ? MISSING : waiting;
        }
        MinMax.leastIsBest(scores, size);
    }
}
