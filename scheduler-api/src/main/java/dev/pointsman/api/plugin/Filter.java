// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;

/**
 * Narrows the candidates of a profile. If none is left, the profile ends there and the outcome names the filter.
 *
 * <p>A filter that throws removes nothing, unless it is a {@linkplain #constraint constraint}: that one removes all.
 */
public interface Filter extends Plugin {
    /**
     * Removes the candidates that must not be chosen.
     *
     * @param cycle the request being scheduled
     * @param candidates those still in the running
     */
    void filter(SchedulingCycle cycle, CandidateSet candidates);

    /**
     * Tells whether a candidate that this filter would remove must never be chosen, whatever happens, as with roles,
     * tenants and revisions. A constraint that fails ends the profile; any other filter that fails is passed over.
     */
    default boolean constraint() {
        return false;
    }
}
