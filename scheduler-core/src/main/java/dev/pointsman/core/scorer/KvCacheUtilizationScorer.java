// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Scorer;

/**
 * Prefers empty KV caches: {@code 1 - used share} (llm-d's {@code kv-cache-utilization-scorer}).
 *
 * <p>llm-d reads a share that was never reported as 0 and gives 1; here the score is missing, because an endpoint that says
 * nothing is not known to be empty.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class KvCacheUtilizationScorer implements Scorer {
    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int i = 0; i < candidates.size(); i++) {
            // A missing share is NaN, and so is the score.
            scores[i] = 1 - candidates.metrics(i).kvUsage();
        }
    }
}
