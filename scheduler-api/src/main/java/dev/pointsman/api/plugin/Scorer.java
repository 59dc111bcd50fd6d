// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Signal;
import java.util.Set;

/**
 * Says how well each candidate suits a request, from 0 (worst) to 1 (best). Scores are multiplied by the weight that the
 * scorer has in its profile and added up.
 */
public interface Scorer extends Plugin {
    /** What a scorer writes for a candidate that it has no data for; it counts as {@link #NEUTRAL}. */
    double MISSING = Double.NaN;

    /** What a missing score counts as. */
    double NEUTRAL = 0.5;

    /**
     * Returns the engine's signals that these scores come from. Where the scheduler fades signals by age, a score that comes
     * from an old one is pulled toward the median of the fresh ones. Asked once, when the scheduler is built.
     */
    default Set<Signal> signals() {
        return Set.of();
    }

    /**
     * Writes one score for each candidate.
     *
     * @param cycle the request being scheduled
     * @param candidates those still in the running
     * @param scores where {@code scores[i]} is for the candidate at position i; in [0, 1], cut to it if outside;
     *     {@link #MISSING} at first, and may be longer than there are candidates
     */
    void score(SchedulingCycle cycle, Candidates candidates, double[] scores);
}
