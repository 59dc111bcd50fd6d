// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static CandidateExplanation candidate(List<FilterVerdict> verdicts) {
        return new CandidateExplanation("a", verdicts, List.of(), Double.NaN, 0, 0, Map.of());
    }

    @Test
    void removedBy_namesTheFilterThatDidNotKeepIt() {
        FilterVerdict kept = new FilterVerdict("role", true, false);
        FilterVerdict removed = new FilterVerdict("zone", false, false);

        assertThat(candidate(List.of(kept, removed)).removedBy()).isEqualTo("zone");
        assertThat(candidate(List.of(kept)).removedBy()).isNull();
        assertThat(candidate(List.of()).removedBy()).isNull();
    }

    @Test
    void lists_areCopied() {
        List<FilterVerdict> verdicts = new ArrayList<>(List.of(new FilterVerdict("role", true, false)));
        List<ScoreExplanation> scores =
                new ArrayList<>(List.of(new ScoreExplanation("queue", 2, 1, 1, 1, ScoreExplanation.Note.CLAMPED)));
        Map<String, Duration> ages = new HashMap<>(Map.of("KV_USAGE", Duration.ofMillis(50)));
        CandidateExplanation candidate = new CandidateExplanation("a", verdicts, scores, 1, 2, 3, ages);
        List<CandidateExplanation> candidates = new ArrayList<>(List.of(candidate));
        List<String> fallbacks = new ArrayList<>(List.of("b"));
        ProfileExplanation profile =
                new ProfileExplanation("decode", "score", "max", 1, "a", fallbacks, 0.5, 1, candidates);
        List<ProfileExplanation> profiles = new ArrayList<>(List.of(profile));
        List<String> notes = new ArrayList<>(List.of("a note"));
        Explanation explanation = new Explanation("req-1", "ran on a", 42, 7, 2, profiles, notes);

        for (List<?> list : List.of(verdicts, scores, candidates, fallbacks, profiles, notes)) {
            list.clear();
        }
        ages.clear();

        assertThat(explanation.profiles()).containsExactly(profile);
        assertThat(explanation.notes()).containsExactly("a note");
        assertThat(profile.candidates()).containsExactly(candidate);
        assertThat(profile.fallbacks()).containsExactly("b");
        assertThat(candidate.verdicts()).hasSize(1);
        assertThat(candidate.scores()).hasSize(1);
        assertThat(candidate.signalAges()).containsOnlyKeys("KV_USAGE");
    }
}
