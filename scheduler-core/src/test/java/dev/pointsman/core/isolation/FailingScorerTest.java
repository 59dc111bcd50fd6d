// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.number;
import static dev.pointsman.core.Fixtures.profile;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.BROKEN_SCORER;
import static dev.pointsman.core.isolation.Plugins.WORD;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static dev.pointsman.core.isolation.Plugins.producer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A scorer that fails, errs or oversteps costs its own opinion and nothing else. */
class FailingScorerTest {
    @Test
    void scorerThatThrows_isNeutralAndShown() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e2").scorer(BROKEN_SCORER, 5).build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(dispatch.target().id()).isEqualTo("e2");
        assertThat(profile(dispatch).candidates()).allSatisfy(candidate -> {
            ScoreExplanation score = candidate.scores().get(1);
            assertThat(score.note()).isEqualTo(ScoreExplanation.Note.FAILED);
            assertThat(score.raw()).isNaN();
            assertThat(score.used()).isEqualTo(0.5);
            assertThat(score.weighted()).isEqualTo(2.5);
        });
        assertThat(dispatch.decision().primary().target().total()).isEqualTo(3.5);
    }

    @Test
    void scorerThatThrowsHalfway_hasItsScoresTakenBack() {
        Scorer halfway = (cycle, candidates, scores) -> {
            scores[0] = 1;
            throw new IllegalStateException("halfway");
        };
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e2").scorer(halfway, 50).build())
                .build();

        assertThat(dispatched(pointsman, request("r")).target().id()).isEqualTo("e2");
    }

    @Test
    void scoresOutOfRangeOrMissing_areAdjustedCountedAndShown() {
        List<String> adjusted = new ArrayList<>();
        double[] raw = {Double.NaN, -3, 0.25, 7, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        EndpointScorer odd = (request, candidate) -> raw[number(candidate.endpoint())];
        Pointsman pointsman = Pointsman.builder(fleet(6))
                .profile(Profile.builder("p")
                        .scorer(PluginRef.instance("odd", odd), 2)
                        .build())
                .plugin("witness", new SchedulingObserver() {
                    @Override
                    public void scoresAdjusted(String scorer, int clamped, int missing) {
                        adjusted.add(scorer + " " + clamped + " " + missing);
                    }
                })
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(adjusted).containsExactly("odd 4 1");
        assertThat(pointsman.failures("odd")).isZero();
        Map<String, ScoreExplanation.Note> notes = new TreeMap<>();
        Map<String, Double> totals = new TreeMap<>();
        for (CandidateExplanation candidate : profile(dispatch).candidates()) {
            notes.put(candidate.endpoint(), candidate.scores().get(0).note());
            totals.put(candidate.endpoint(), candidate.total());
        }
        assertThat(notes)
                .containsEntry("e0", ScoreExplanation.Note.MISSING)
                .containsEntry("e1", ScoreExplanation.Note.CLAMPED)
                .containsEntry("e2", ScoreExplanation.Note.USED)
                .containsEntry("e3", ScoreExplanation.Note.CLAMPED)
                .containsEntry("e4", ScoreExplanation.Note.CLAMPED)
                .containsEntry("e5", ScoreExplanation.Note.CLAMPED);
        assertThat(totals).isEqualTo(Map.of("e0", 1.0, "e1", 0.0, "e2", 0.5, "e3", 2.0, "e4", 2.0, "e5", 0.0));
    }

    @Test
    void costScorerThatThrows_costsEachTheSame() {
        CostScorer broken = (cycle, candidates, costs) -> {
            costs[0] = 100;
            throw new IllegalStateException("cost");
        };
        CostScorer byNumber = (cycle, candidates, costs) -> {
            for (int i = 0; i < candidates.size(); i++) {
                costs[i] = number(candidates.endpoint(i));
            }
        };
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(Profile.costs("p", CostUnit.SECONDS)
                        .cost(PluginRef.instance("broken", broken))
                        .cost(byNumber)
                        .build())
                .build();

        Dispatch dispatch = explained(pointsman, request("r", 10));

        assertThat(dispatch.target().id()).isEqualTo("e0");
        assertThat(profile(dispatch).candidates().get(2).scores().get(0).note())
                .isEqualTo(ScoreExplanation.Note.FAILED);
        assertThat(dispatch.decision().primary().target().total()).isZero();
    }

    @Test
    void scorerThatPosesAsAProducer_cannotWrite() {
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer(
                                PluginRef.instance("poser", (Scorer)
                                        (cycle, candidates, scores) -> ((ProductionCycle) cycle).put(WORD, "smuggled")),
                                1)
                        .build())
                .plugin("halfway", producer(Set.of(WORD), cycle -> {}))
                .build();

        dispatched(pointsman, request("r"));

        assertThat(pointsman.failures("poser")).isEqualTo(1);
    }

    @Test
    void cycleKeptPastItsCall_isRefused() {
        AtomicReference<SchedulingCycle> cycle = new AtomicReference<>();
        AtomicReference<Candidates> candidates = new AtomicReference<>();
        AtomicReference<Candidate> candidate = new AtomicReference<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .profile(Profile.builder("p")
                        .scorer((Scorer) (now, all, scores) -> {
                            cycle.set(now);
                            candidates.set(all);
                            candidate.set(all.candidate(0));
                        })
                        .build())
                .build();

        dispatched(pointsman, request("r"));

        for (Runnable late : List.<Runnable>of(
                () -> cycle.get().request(),
                () -> cycle.get().fleet(),
                () -> candidates.get().endpoint(0),
                () -> candidates.get().metrics(0),
                () -> candidate.get().endpoint(),
                () -> candidate.get().metrics())) {
            assertThatThrownBy(late::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("its request is done.\nMaybe");
        }
    }

    @Test
    void stackOverflowOfAPlugin_isIsolated() {
        EndpointScorer endless = (request, candidate) -> deeper(0);
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(preferring("e1")
                        .scorer(PluginRef.instance("endless", endless), 1)
                        .build())
                .build();

        assertThat(dispatched(pointsman, request("r")).target().id()).isEqualTo("e1");
        assertThat(pointsman.failures("endless")).isEqualTo(1);
    }

    private static int deeper(int depth) {
        return depth < 0 ? depth : deeper(depth + 1) + 1;
    }
}
