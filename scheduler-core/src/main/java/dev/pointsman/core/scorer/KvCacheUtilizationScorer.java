// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers empty KV caches: {@code 1 - used share} (llm-d's {@code kv-cache-utilization-scorer}).
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, reads a share that was never reported as 0 and gives 1; otherwise the score is
 * missing, because an endpoint that says nothing is not known to be empty.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class KvCacheUtilizationScorer implements Scorer {
    private final double missing;

    /** Scores an endpoint that says nothing as missing. */
    public KvCacheUtilizationScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Scores in one way or the other.
     *
     * @param semantics whether an endpoint that says nothing scores as missing, or as if it had said 0
     */
    public KvCacheUtilizationScorer(Semantics semantics) {
        missing = semantics == Semantics.LLM_D ? 0 : MISSING;
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.KV_USAGE);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int i = 0; i < candidates.size(); i++) {
            double used = candidates.metrics(i).kvUsage();
            scores[i] = 1 - (Double.isNaN(used) ? missing : used);
        }
    }
}
