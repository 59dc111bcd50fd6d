// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.Role;
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
 * @param ladder why, one reason for each step taken; the last one decided
 * @param breakEvenTokens how many tokens longer, by no more requests, every queue that the chosen kind waits in would have to be for
 *     the other tuple to win by enough to be switched to; that of the other tuple's own reader stays as it is. -1 if there is no
 *     other tuple or no queue would do it
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
        String queues = (now.remote() ? "prefill" : "decode") + " queue" + (mayReadForBoth(then) ? " but its own" : "");
        return breakEvenTokens < 0
                ? String.format(Locale.ROOT, "%s would not win however long every %s were", then.path(), queues)
                : String.format(
                        Locale.ROOT,
                        "%s would win if every %s were %.0f tokens longer",
                        then.path(),
                        queues,
                        Math.ceil(breakEvenTokens));
    }

    /** Tells whether the reader of one tuple may be among those of the other kind, as its role has it. */
    private static boolean mayReadForBoth(LegTuple tuple) {
        Endpoint prefill = tuple.prefill();
        Role role = (prefill == null ? tuple.decode() : prefill).role();
        return role.prefills() && role.decodes();
    }

    /** Returns the reasons as words, such as {@code KV_AVOIDED, REMOTE_CHEAPER}. */
    String reasons() {
        return ladder.stream().map(Enum::name).collect(Collectors.joining(", "));
    }
}
