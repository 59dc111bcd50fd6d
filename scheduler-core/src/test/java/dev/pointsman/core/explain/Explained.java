// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.explain.ScoreExplanation.Note;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Explanations for tests, part by part. */
final class Explained {
    private Explained() {}

    static Explanation request(List<String> notes, ProfileExplanation... profiles) {
        return new Explanation("req-17", "dispatched to a", 42, 7, 5, List.of(profiles), notes);
    }

    static ProfileExplanation profile(@Nullable String target, double margin, CandidateExplanation... candidates) {
        return new ProfileExplanation(
                "decode", "score", "max-score-picker", 1, target, List.of(), margin, 1, List.of(candidates));
    }

    static CandidateExplanation scored(String endpoint, ScoreExplanation... scores) {
        double total =
                List.of(scores).stream().mapToDouble(ScoreExplanation::weighted).sum();
        return new CandidateExplanation(
                endpoint,
                List.of(new FilterVerdict("decode-filter", true, false)),
                List.of(scores),
                total,
                2,
                12_345,
                Map.of("KV_USAGE", Duration.ofMillis(120), "WAITING_REQUESTS", Duration.ofMillis(20)));
    }

    static CandidateExplanation removed(String endpoint, String filter) {
        return new CandidateExplanation(
                endpoint,
                List.of(new FilterVerdict("first-filter", true, false), new FilterVerdict(filter, false, false)),
                List.of(),
                Double.NaN,
                0,
                0,
                Map.of());
    }

    static ScoreExplanation score(String scorer, double weight, double raw) {
        return new ScoreExplanation(scorer, raw, raw, weight, raw * weight, Note.USED);
    }
}
