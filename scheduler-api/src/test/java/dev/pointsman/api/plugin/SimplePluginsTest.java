// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.request.InferenceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimplePluginsTest {
    private static final InferenceRequest REQUEST =
            InferenceRequest.builder("req-1", "b").build();
    private static final OneRequestCycle CYCLE = new OneRequestCycle(REQUEST);

    @Test
    void filter_asALambda_keepsWhatItAccepts() {
        EndpointFilter filter =
                (request, candidate) -> !candidate.endpoint().id().equals(request.model());
        ListedCandidates candidates = new ListedCandidates("a", "b", "c");

        filter.filter(CYCLE, candidates);

        assertThat(candidates.left()).containsExactly("a", "c");
        assertThat(candidates.size()).isEqualTo(3);
    }

    @Test
    void filter_thatAcceptsNobodyOrMeetsNobody_leavesNobody() {
        EndpointFilter filter = (request, candidate) -> false;
        ListedCandidates some = new ListedCandidates("a", "b");
        ListedCandidates none = new ListedCandidates();

        filter.filter(CYCLE, some);
        filter.filter(CYCLE, none);

        assertThat(some.left()).isEmpty();
        assertThat(none.left()).isEmpty();
    }

    @Test
    void filter_isAskedOnceForEachCandidateAndNoConstraintUnlessItSaysSo() {
        List<String> asked = new ArrayList<>();
        EndpointFilter filter =
                (request, candidate) -> asked.add(candidate.endpoint().id());

        filter.filter(CYCLE, new ListedCandidates("a", "b", "c"));

        assertThat(asked).containsExactly("a", "b", "c");
        assertThat(filter.constraint()).isFalse();
        assertThat(filter.consumes()).isEmpty();
        assertThat(filter.consumesIfPresent()).isEmpty();
    }

    @Test
    void filter_thatThrows_letsItThrough() {
        EndpointFilter filter = (request, candidate) -> {
            throw new IllegalStateException("no zone");
        };

        assertThatThrownBy(() -> filter.filter(CYCLE, new ListedCandidates("a")))
                .hasMessage("no zone");
    }

    @Test
    void scorer_asALambda_writesAScoreForEachPositionAndNothingBeyond() {
        EndpointScorer scorer =
                (request, candidate) -> candidate.endpoint().id().equals(request.model())
                        ? 1
                        : candidate.metrics().waitingRequests() / 10.0;
        double[] scores = new double[5];
        Arrays.fill(scores, Scorer.MISSING);

        scorer.score(CYCLE, new ListedCandidates("a", "b", "c"), scores);

        assertThat(scores).containsExactly(0, 1, 0.2, Double.NaN, Double.NaN);
    }

    @Test
    void scorer_withoutData_canSaySo() {
        EndpointScorer scorer = (request, candidate) -> Scorer.MISSING;
        double[] scores = {0};

        scorer.score(CYCLE, new ListedCandidates("a"), scores);

        assertThat(scores[0]).isNaN();
        assertThat(Scorer.NEUTRAL).isEqualTo(0.5);
    }

    @Test
    void keepIf_removesWhatFailsTheTest_andKeepsWhatWasRemovedBeforeRemoved() {
        ListedCandidates candidates = new ListedCandidates("a", "b", "c", "d");
        candidates.remove(3);
        candidates.remove(3);

        candidates.keepIf(position -> candidates.slot(position) != 10);

        assertThat(candidates.left()).containsExactly("a", "c");
    }
}
