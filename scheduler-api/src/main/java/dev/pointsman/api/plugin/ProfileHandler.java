// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import java.util.List;
import java.util.Set;

/** Says which profiles a request runs, and folds their results into one decision. */
public interface ProfileHandler extends Plugin {
    /**
     * Returns the keys of the values that {@link #next} may write for the profiles that run after it, such as where an earlier
     * stage runs. Asked once, when the scheduler is built.
     */
    default Set<DataKey> produces() {
        return Set.of();
    }

    /**
     * Says which profiles to run next.
     *
     * @param cycle the request being scheduled, and where to write what later profiles are to know
     * @param results what has run so far; empty on the first call
     * @return names of declared profiles that have not run yet, in the order to run them; empty to stop
     */
    List<String> next(ProductionCycle cycle, ProfileResults results);

    /**
     * Makes one decision of the results, or refuses.
     *
     * @param cycle the request being scheduled
     * @param results what has run
     * @param draft where to write the decision
     */
    void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft);

    /**
     * Tells whether this handler chooses the endpoints of all legs together, when all profiles have run. Their pickers' choices
     * are proposals then, nothing is reserved until {@link #fold} has named the legs, and if an endpoint is gone by then, or took
     * on load that a leg's profile would have had to see, the profiles run and fold again. Asked for each request; it should
     * always say the same.
     */
    default boolean choosesTogether() {
        return false;
    }

    /**
     * Checks, when the scheduler is built, that this handler can work with the profiles declared.
     *
     * @param profiles their names, in order
     * @throws IllegalArgumentException if it cannot, saying what would be right
     */
    default void validate(List<String> profiles) {}

    /**
     * Says which of the profiles declared this handler may ever run, so that one that never runs can be pointed out.
     *
     * @param profiles their names, in order
     * @return all of them, unless the handler knows better
     */
    default Set<String> mayRun(List<String> profiles) {
        return Set.copyOf(profiles);
    }
}
