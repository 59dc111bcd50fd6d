// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.fleet.Endpoint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a request should run, and why. Immutable.
 *
 * @param requestId the request that was scheduled
 * @param primary the leg that answers the caller: the decode leg when stages are split
 * @param otherLegs legs that work for the primary one, such as prefill and encode; empty when stages are not split
 * @param headers headers that the host should set on the request, by lower-case name, in place of any that came with it; one
 *     with an empty value is to be removed
 * @param explanation how the decision came about, or null if no explanation was asked for
 */
public record SchedulingDecision(
        String requestId,
        Leg primary,
        List<Leg> otherLegs,
        Map<String, String> headers,
        @Nullable Explanation explanation) {
    public SchedulingDecision {
        requireNonNull(requestId, "requestId");
        requireNonNull(primary, "primary");
        otherLegs = List.copyOf(otherLegs);
        headers = Map.copyOf(headers);
    }

    /** Returns the endpoint that answers the caller. */
    public Endpoint endpoint() {
        return primary.target().endpoint();
    }
}
