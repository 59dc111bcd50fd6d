// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one profile chose. Immutable.
 *
 * @param profile its name
 * @param unit what totals are in: {@code score} (most wins), or {@code seconds} or {@code dollars} (least wins)
 * @param picker the picker that chose
 * @param attempts how often it was run: 1, and one more for each time that its choice was lost, to another request's reservation
 *     or because the endpoint left
 * @param target the id of the endpoint chosen, or null if there was none
 * @param fallbacks the ids of the next choices, best first
 * @param margin by how much the target's total beats the best other candidate's, at least 0 unless the picker draws;
 *     NaN with fewer than two candidates
 * @param tied candidates, the target included, that share the target's total; more than 1 means that the draw decided
 * @param candidates every candidate that the profile began with, best total first, those filtered out last
 */
public record ProfileExplanation(
        String profile,
        String unit,
        String picker,
        int attempts,
        @Nullable String target,
        List<String> fallbacks,
        double margin,
        int tied,
        List<CandidateExplanation> candidates) {
    public ProfileExplanation {
        requireNonNull(profile, "profile");
        requireNonNull(unit, "unit");
        requireNonNull(picker, "picker");
        fallbacks = List.copyOf(fallbacks);
        candidates = List.copyOf(candidates);
    }
}
