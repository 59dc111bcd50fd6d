// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the scheduler's only profile, whose choice becomes the decision and whose refusal the rejection (llm-d's {@code
 * single-profile-handler}).
 *
 * <p>Immutable and thread-safe. Constant time, allocates nothing.
 */
public final class SingleProfileHandler implements ProfileHandler {
    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        return results.results().isEmpty() ? results.declared() : List.of();
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        foldOnly(results, draft);
    }

    /** Makes the decision of the only profile that ran; returns its leg, or null if the request is refused. */
    static @Nullable Leg foldOnly(ProfileResults results, DecisionDraft draft) {
        ProfileResult only = results.results().get(0);
        Rejection rejection = only.rejection();
        if (only.leg() != null) {
            draft.primary(only.profile());
        } else {
            draft.reject(rejection != null ? rejection : nothingFound(only.profile()));
        }
        return only.leg();
    }

    @Override
    public void validate(List<String> profiles) {
        if (profiles.size() != 1) {
            throw new IllegalArgumentException(
                    "profile handler: needs exactly one profile, but there are " + profiles.size() + ": " + profiles
                            + ".\nMaybe leave the others out, or use a handler for several.");
        }
    }

    private static Rejection nothingFound(String profile) {
        return Rejection.of(Rejection.Reason.NO_DECISION, "profile " + profile + " found no endpoint", null);
    }
}
