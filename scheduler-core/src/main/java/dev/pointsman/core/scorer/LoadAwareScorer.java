// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers short engine queues on a fixed scale: {@code 0.5 * (1 - min(waiting, threshold) / threshold)} (llm-d's {@code
 * load-aware-scorer}).
 *
 * <p>The best score is 0.5, as in llm-d, so that configurations with tuned weights keep their balance. llm-d, and {@link
 * Semantics#LLM_D} here, reads a queue that was never reported as empty; otherwise the score is missing. The neutral score that then counts is this scorer's best
 * too, so beside endpoints that stay silent {@link QueueScorer} tells more.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class LoadAwareScorer implements Scorer {
    /** The queue length from which the score is 0, unless told otherwise. */
    public static final int DEFAULT_THRESHOLD = 128;

    private static final double BEST = 0.5;

    private final int threshold;
    private final double missing;

    /** Scores on the scale of {@value #DEFAULT_THRESHOLD} waiting requests. */
    public LoadAwareScorer() {
        this(DEFAULT_THRESHOLD);
    }

    /**
     * Scores on a given scale.
     *
     * @param threshold waiting requests from which the score is 0; at least 1
     * @throws IllegalArgumentException if it is less
     */
    public LoadAwareScorer(int threshold) {
        this(threshold, Semantics.CORRECTED);
    }

    /**
     * Scores on a given scale, in one way or the other.
     *
     * @param threshold waiting requests from which the score is 0; at least 1
     * @param semantics whether an endpoint that says nothing scores as missing, or as if its queue were empty
     * @throws IllegalArgumentException if the threshold is less
     */
    public LoadAwareScorer(int threshold, Semantics semantics) {
        if (threshold < 1) {
            throw new IllegalArgumentException("threshold: must be at least 1, but was " + threshold
                    + ".\nMaybe leave it out; " + DEFAULT_THRESHOLD + " is used then.");
        }
        this.threshold = threshold;
        missing = semantics == Semantics.LLM_D ? BEST : MISSING;
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.WAITING_REQUESTS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int i = 0; i < candidates.size(); i++) {
            int waiting = candidates.metrics(i).waitingRequests();
            scores[i] = waiting < 0 ? missing : BEST * (1 - (double) Math.min(waiting, threshold) / threshold);
        }
    }
}
