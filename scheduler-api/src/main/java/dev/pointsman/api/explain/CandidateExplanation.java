// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one candidate fared in a profile. Immutable.
 *
 * @param endpoint its id
 * @param verdicts what each filter said of it, in order, up to the one that removed it
 * @param scores what each scorer gave it, in order; empty if it was filtered out
 * @param total the sum of the weighted scores; NaN if it was filtered out
 * @param inFlightRequests requests in flight there when the profile began, at least 0
 * @param inFlightTokens tokens of work in flight there when the profile began, at least 0
 * @param signalAges how old each signal that was known of it was, by the signal's name
 */
public record CandidateExplanation(
        String endpoint,
        List<FilterVerdict> verdicts,
        List<ScoreExplanation> scores,
        double total,
        long inFlightRequests,
        long inFlightTokens,
        Map<String, Duration> signalAges) {
    public CandidateExplanation {
        requireNonNull(endpoint, "endpoint");
        verdicts = List.copyOf(verdicts);
        scores = List.copyOf(scores);
        signalAges = Map.copyOf(signalAges);
    }

    /** Returns the filter that removed it, or null if none did. */
    public @Nullable String removedBy() {
        for (FilterVerdict verdict : verdicts) {
            if (!verdict.kept()) {
                return verdict.filter();
            }
        }
        return null;
    }
}
