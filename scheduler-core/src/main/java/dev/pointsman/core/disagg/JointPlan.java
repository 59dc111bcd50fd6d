// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.data.AttributeKey;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link JointDisaggHandler} decided for one request, and by how much. Immutable. Observers find it in the cycle:
 *
 * <pre>{@code
 * JointPlan plan = cycle.attribute(JointPlan.of("joint-disagg-profile-handler"));
 * }</pre>
 *
 * @param chosen the tuple chosen, or null if decode endpoints have no predictions or the request is refused
 * @param other the best tuple of the other kind, local if the chosen one is remote and the other way round; null if there is none
 * @param ladder why, one reason for each step taken, the last one first decided
 * @param breakEvenTokens how many tokens longer every queue that the chosen kind waits in would have to be for the other kind to
 *     be as good, each with the KV source it has now; -1 if there is no other kind or no queue would do it
 */
public record JointPlan(
        @Nullable LegTuple chosen, @Nullable LegTuple other, List<PlanReason> ladder, double breakEvenTokens) {
    /** Copies the ladder. */
    public JointPlan {
        ladder = List.copyOf(ladder);
        if (ladder.isEmpty()) {
            throw new IllegalArgumentException("plan: needs at least one reason.\nMaybe it was not decided yet.");
        }
    }

    /**
     * Names a handler's plan.
     *
     * @param handler the handler's name
     */
    public static AttributeKey<JointPlan> of(String handler) {
        return new AttributeKey<>("joint-disagg.plan", requireNonNull(handler, "handler"), JointPlan.class);
    }

    /** Returns the reason of the last step. */
    public PlanReason reason() {
        return ladder.get(ladder.size() - 1);
    }

    /** Returns what would have to change for the answer to flip, in one sentence. */
    public String counterfactual() {
        LegTuple now = chosen;
        LegTuple then = other;
        if (now == null || then == null) {
            return "no tuple of the other kind was possible";
        }
        if (breakEvenTokens < 0) {
            return then.path() + " would not win whatever the queues";
        }
        String queues = now.remote() ? "prefill" : "decode";
        return String.format(
                Locale.ROOT,
                "%s would win if every %s queue were %.0f tokens longer",
                then.path(),
                queues,
                Math.ceil(breakEvenTokens));
    }

    /** Returns the reasons as words, such as {@code KV_AVOIDED, REMOTE_CHEAPER}. */
    String reasons() {
        return ladder.stream().map(Enum::name).collect(Collectors.joining(", "));
    }
}
