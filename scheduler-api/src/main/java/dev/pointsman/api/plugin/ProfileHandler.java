// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import java.util.List;

/** Says which profiles a request runs, and folds their results into one decision. */
public interface ProfileHandler extends Plugin {
    /**
     * Says which profiles to run next.
     *
     * @param cycle the request being scheduled
     * @param results what has run so far; empty on the first call
     * @return names of declared profiles that have not run yet, in the order to run them; empty to stop
     */
    List<String> next(SchedulingCycle cycle, ProfileResults results);

    /**
     * Makes one decision of the results, or refuses.
     *
     * @param cycle the request being scheduled
     * @param results what has run
     * @param draft where to write the decision
     */
    void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft);

    /**
     * Checks, when the scheduler is built, that this handler can work with the profiles declared.
     *
     * @param profiles their names, in order
     * @throws IllegalArgumentException if it cannot, saying what would be right
     */
    default void validate(List<String> profiles) {}
}
