// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How one request was scheduled, or why it was not. Immutable.
 *
 * @param requestId the request
 * @param outcome what it came to, in one line
 * @param seed the scheduler's seed; with the request id it gives every draw
 * @param fleetVersion which snapshot of the fleet was read
 * @param endpoints endpoints in that snapshot
 * @param profiles the profiles that ran, in order
 * @param notes what else happened: endpoints screened out, producers that failed, data that was missing
 */
public record Explanation(
        String requestId,
        String outcome,
        long seed,
        long fleetVersion,
        int endpoints,
        List<ProfileExplanation> profiles,
        List<String> notes) {
    public Explanation {
        requireNonNull(requestId, "requestId");
        requireNonNull(outcome, "outcome");
        profiles = List.copyOf(profiles);
        notes = List.copyOf(notes);
    }
}
