// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;

/** Chooses among scored candidates. */
public interface Picker extends Plugin {
    /**
     * Writes the positions of the chosen candidates, the target first and then fallbacks, best first, each at most once.
     *
     * @param candidates at least one
     * @param totals the total of the candidate at each position, more is better (costs come negated); finite
     * @param draw the only source of chance; ties must be broken by it, never by position
     * @param picks where to write; its length is the most that can be used
     * @return how many were written, at least 1
     */
    int pick(Candidates candidates, double[] totals, Draw draw, int[] picks);

    /**
     * Tells whether equal totals up to ties give equal choices. The engine protects a deterministic picker that sees
     * in-flight load from herding: if another request's reservation came first, the profile is scored again.
     */
    default boolean deterministic() {
        return true;
    }

    /** Tells whether totals may be negative, as those of a cost profile are. */
    default boolean acceptsCosts() {
        return true;
    }
}
