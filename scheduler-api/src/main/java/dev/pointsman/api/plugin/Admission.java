// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Rejection;
import org.jspecify.annotations.Nullable;

/** Decides whether a request may be scheduled at all; the first refusal stands. One that throws admits. */
@FunctionalInterface
public interface Admission extends Plugin {
    /**
     * Admits or refuses a request.
     *
     * @param cycle the request being scheduled, with all data produced
     * @param candidates the endpoints that screeners let through
     * @return null to admit, or why not
     */
    @Nullable
    Rejection admit(SchedulingCycle cycle, Candidates candidates);
}
