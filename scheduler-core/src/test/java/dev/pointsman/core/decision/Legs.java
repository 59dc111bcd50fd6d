// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;

/** Runs every profile in order; the first answers, the second works for it, the others are not used. */
final class Legs implements ProfileHandler {
    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        int done = results.results().size();
        return results.declared()
                .subList(done, Math.min(done + 1, results.declared().size()));
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        ProfileResult decode = results.results().get(0);
        ProfileResult prefill = results.results().get(1);
        draft.primary(decode.profile());
        if (prefill.leg() == null) {
            draft.reject(prefill.rejection());
            return;
        }
        draft.leg(prefill.profile());
        draft.leg(prefill.profile());
        draft.leg(decode.profile());
        draft.header("x-prefiller", prefill.leg().target().endpoint().address());
    }
}
