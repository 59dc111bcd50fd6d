// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.fleet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import org.junit.jupiter.api.Test;

class AffinityLadderScorerTest {
    private static final String PRECISE = "precise-prefix-cache-producer";
    private static final String APPROX = PrefixMatch.DEFAULT_PRODUCER;

    @Test
    void firstRungWithData_counts() {
        AffinityLadderScorer scorer = new AffinityLadderScorer();
        TestFleet fleet = TestFleet.of(2);
        TestCycle cycle = TestCycle.of(fleet);

        assertThat(cycle.score(scorer)).containsExactly(Double.NaN, Double.NaN);
        assertThat(cycle.produce(scorer).notes())
                .containsExactly("scores by load; no data from " + PRECISE + ", " + APPROX + ", session");

        cycle.with(InFlightLoad.REQUESTS, "e0", 5).with(InFlightLoad.REQUESTS, "e1", 1);
        assertThat(cycle.score(scorer)).containsExactly(0, 1);

        cycle.with(Session.ID, "s");
        assertThat(cycle.score(scorer)).isEqualTo(cycle.score(new RendezvousHashScorer(AffinityKey.session(), 1.25)));
        assertThat(cycle.produce(scorer).notes())
                .last()
                .isEqualTo("scores by session; no data from " + PRECISE + ", " + APPROX);

        matches(cycle, APPROX, 2, 1);
        assertThat(cycle.score(scorer)).containsExactly(0.5, 0.25);

        matches(cycle, PRECISE, 0, 4);
        assertThat(cycle.score(scorer)).containsExactly(0, 1);
        assertThat(cycle.produce(scorer).notes()).last().isEqualTo("scores by " + PRECISE);
    }

    @Test
    void promptWithoutBlocks_isNoData_andAMatchOfNothingIs() {
        AffinityLadderScorer scorer = new AffinityLadderScorer(List.of(PRECISE, AffinityLadderScorer.LOAD), false);
        TestCycle cycle = TestCycle.of(TestFleet.of(2))
                .with(InFlightLoad.REQUESTS, "e0", 5)
                .with(InFlightLoad.REQUESTS, "e1", 1)
                .with(PrefixMatch.of(PRECISE), new PrefixMatch(0, 16))
                .with(PrefixMatch.matchedBlocks(PRECISE), "e0", 0);

        assertThat(cycle.score(scorer)).containsExactly(0, 1);
        matches(cycle, PRECISE, 0, 0);
        assertThat(cycle.score(scorer)).containsExactly(0, 0);
    }

    @Test
    void weightsByTier_count_andUnknownCandidatesHaveNoScore() {
        TestCycle cycle = TestCycle.of(TestFleet.of(3))
                .with(PrefixMatch.of(PRECISE), new PrefixMatch(4, 16))
                .with(PrefixMatch.matchedBlocks(PRECISE), "e0", 4)
                .with(PrefixMatch.weightedBlocks(PRECISE), "e0", 3.0)
                .with(PrefixMatch.matchedBlocks(PRECISE), "e1", 2);

        assertThat(cycle.score(new AffinityLadderScorer())).containsExactly(0.75, 0.5, Double.NaN);
        assertThat(cycle.score(new AffinityLadderScorer(List.of(PRECISE), true)))
                .containsExactly(1, 0, Double.NaN);
    }

    @Test
    void equals_score1_onRelativeRungs() {
        TestCycle cycle = TestCycle.of(TestFleet.of(2))
                .with(InFlightLoad.REQUESTS, "e0", 3)
                .with(InFlightLoad.REQUESTS, "e1", 3);

        assertThat(cycle.score(new AffinityLadderScorer())).containsExactly(1, 1);
        matches(cycle, PRECISE, 2, 2);
        assertThat(cycle.score(new AffinityLadderScorer(List.of(PRECISE), true)))
                .containsExactly(1, 1);
    }

    @Test
    void noRung_saysSo() {
        AffinityLadderScorer scorer = new AffinityLadderScorer(List.of(PRECISE, AffinityLadderScorer.SESSION), false);

        assertThat(TestCycle.of(TestFleet.of(2)).produce(scorer).notes())
                .containsExactly("scores nothing; no data from " + PRECISE + ", session");
    }

    @Test
    void inAScheduler_theRungIsExplained() {
        Pointsman pointsman = Pointsman.builder(fleet(4))
                .failFast()
                .profile(Profile.builder("default")
                        .scorer(PluginRef.instance("ladder", new AffinityLadderScorer()), 1)
                        .build())
                .build();
        Dispatch cold = explained(pointsman, TestRequests.request("empty"));
        Dispatch first = explained(
                pointsman,
                TestRequests.builder("first")
                        .tokens(new int[640])
                        .sessionId("s")
                        .build());

        Dispatch second = explained(
                pointsman,
                TestRequests.builder("second")
                        .tokens(new int[640])
                        .sessionId("s")
                        .build());

        assertThat(second.target()).isEqualTo(first.target());
        assertThat(explanation(second).notes())
                .anySatisfy(note -> assertThat(note).contains("ladder: scores by " + APPROX));
        assertThat(explanation(cold).notes())
                .anySatisfy(note -> assertThat(note).contains("ladder: scores by load"));
    }

    @Test
    void wrongRungs_areRefused() {
        assertThatThrownBy(() -> new AffinityLadderScorer(List.of(), false))
                .hasMessageStartingWith("rungs: must be at least one.\nMaybe ");
        assertThatThrownBy(() -> new AffinityLadderScorer(List.of("load", "load"), false))
                .hasMessageStartingWith("rungs: must be different, but were [load, load].\nMaybe ");
        assertThatThrownBy(() -> new AffinityLadderScorer(List.of("load", " "), false))
                .hasMessageStartingWith("rungs: must not be blank");
    }

    private static void matches(TestCycle cycle, String producer, int e0, int e1) {
        cycle.with(PrefixMatch.of(producer), new PrefixMatch(4, 16))
                .with(PrefixMatch.matchedBlocks(producer), "e0", e0)
                .with(PrefixMatch.matchedBlocks(producer), "e1", e1);
    }
}
