// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.explain.Explanation;
import org.jspecify.annotations.Nullable;

/**
 * What scheduling a request would come to now, without load reserved or anybody told. Immutable.
 *
 * @param decision where the request would run, or null if it would be refused
 * @param rejection why it would be refused, or null if it would run
 * @param explanation how that comes about
 */
public record Evaluation(
        @Nullable SchedulingDecision decision, @Nullable Rejection rejection, Explanation explanation) {
    public Evaluation {
        requireNonNull(explanation, "explanation");
        if ((decision == null) == (rejection == null)) {
            throw new IllegalArgumentException("evaluation: needs a decision or a rejection, and not both.\n"
                    + "Maybe the rejection of an earlier leg was kept.");
        }
    }
}
