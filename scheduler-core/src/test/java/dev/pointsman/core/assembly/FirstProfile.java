// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;

/** Runs the first of the declared profiles only. */
final class FirstProfile implements ProfileHandler {
    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        return results.results().isEmpty() ? results.declared().subList(0, 1) : List.of();
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        draft.primary(results.declared().get(0));
    }
}
