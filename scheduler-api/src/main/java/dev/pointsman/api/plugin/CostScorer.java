// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;

/**
 * Says what serving a request would cost on each candidate, in the unit of its cost profile; the least sum wins.
 *
 * <p>Costs have no weights and no upper bound: seconds are seconds. A NaN, or a cost scorer that throws, counts as the
 * mean of the other candidates' costs by the same scorer (0 if there are none), so that a candidate without data is
 * neither favoured nor shunned. An infinite cost counts as 1e300: worse than any real one, and still a number that can be
 * added.
 */
public interface CostScorer extends Plugin {
    /**
     * Writes one cost for each candidate.
     *
     * @param cycle the request being scheduled
     * @param candidates those still in the running
     * @param costs where {@code costs[i]} is for the candidate at position i; NaN at first; at least 0
     */
    void cost(SchedulingCycle cycle, Candidates candidates, double[] costs);
}
