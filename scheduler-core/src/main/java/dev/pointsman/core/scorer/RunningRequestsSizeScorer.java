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
 * Prefers small running batches: {@code (max - running) / (max - min)} over the candidates, 1 if all are equal (llm-d's
 * {@code running-requests-size-scorer}).
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, reads a batch that was never reported as empty; otherwise the score is
 * missing, as in {@link QueueScorer}, because an endpoint that says nothing is not known to be idle.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class RunningRequestsSizeScorer implements Scorer {
    private final double missing;

    /** Scores an endpoint that says nothing as missing. */
    public RunningRequestsSizeScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Scores in one way or the other.
     *
     * @param semantics whether an endpoint that says nothing scores as missing, or as if it had said 0
     */
    public RunningRequestsSizeScorer(Semantics semantics) {
        missing = semantics == Semantics.LLM_D ? 0 : MISSING;
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.RUNNING_REQUESTS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        for (int i = 0; i < size; i++) {
            int running = candidates.metrics(i).runningRequests();
            scores[i] = running < 0 ? missing : running;
        }
        MinMax.leastIsBest(scores, size);
    }
}
