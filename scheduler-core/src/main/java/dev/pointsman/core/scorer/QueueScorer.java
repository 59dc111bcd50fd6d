// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.MinMax;
import java.util.Set;

/**
 * Prefers short engine queues: {@code (max - waiting) / (max - min)} over the candidates, 1 if all are equal (llm-d's
 * {@code queue-scorer}).
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, reads a queue that was never reported as empty; otherwise the score is
 * missing, and the candidate has no part in the minimum and maximum, because an endpoint that says nothing is not known to
 * be idle.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class QueueScorer implements Scorer {
    private final double missing;

    /** Scores an endpoint that says nothing as missing. */
    public QueueScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Scores in one way or the other.
     *
     * @param semantics whether an endpoint that says nothing scores as missing, or as if it had said 0
     */
    public QueueScorer(Semantics semantics) {
        missing = semantics == Semantics.LLM_D ? 0 : MISSING;
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.WAITING_REQUESTS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        for (int i = 0; i < size; i++) {
            int waiting = candidates.metrics(i).waitingRequests();
            scores[i] = waiting < 0 ? missing : waiting;
        }
        MinMax.leastIsBest(scores, size);
    }
}
