// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HashScorersTest {
    enum Kind {
        RING,
        RENDEZVOUS;

        Scorer scorer() {
            return scorer(1.25);
        }

        Scorer scorer(double loadFactor) {
            return this == RING
                    ? new ConsistentHashScorer(AffinityKey.session(), loadFactor, ConsistentHashScorer.DEFAULT_POINTS)
                    : new RendezvousHashScorer(AffinityKey.session(), loadFactor);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneIsChosen_andAsManyFallbacksAsADecisionHas(Kind kind) {
        double[] scores = session(TestFleet.of(6), "s").score(kind.scorer());

        Arrays.sort(scores);
        assertThat(scores).containsExactly(0, 0, 0.125, 0.25, 0.5, 1);
    }

    @ParameterizedTest
    @EnumSource
    void fewCandidates_allHaveARank(Kind kind) {
        assertThat(session(TestFleet.of("a"), "s").score(kind.scorer())).containsExactly(1);
        assertThat(session(TestFleet.of("a", "b"), "s").score(kind.scorer())).containsExactlyInAnyOrder(1, 0.5);
    }

    @ParameterizedTest
    @EnumSource
    void noKey_noScores(Kind kind) {
        assertThat(TestCycle.of(TestFleet.of("a", "b")).score(kind.scorer())).containsOnly(Double.NaN);
    }

    @ParameterizedTest
    @EnumSource
    void keys_areSpreadOverAll(Kind kind) {
        Scorer scorer = kind.scorer();
        Map<String, Integer> counts = new HashMap<>();

        for (int i = 0; i < 4000; i++) {
            counts.merge(chosen(session(TestFleet.of(10), "session-" + i), scorer), 1, Integer::sum);
        }

        // 400 expected each; what a ring of 64 points gives an endpoint varies by an eighth.
        int apart = kind == Kind.RING ? 200 : 80;
        assertThat(counts)
                .hasSize(10)
                .allSatisfy((id, count) -> assertThat(count).isBetween(400 - apart, 400 + apart));
    }

    @ParameterizedTest
    @EnumSource
    void sameFleetInOtherSlots_sameChoice(Kind kind) {
        TestFleet fleet = TestFleet.of("a", "b", "c", "d", "e");
        TestFleet other = TestFleet.builder()
                .hole()
                .endpoint("d")
                .endpoint("b")
                .hole()
                .endpoint("e")
                .endpoint("a")
                .endpoint("c")
                .build();

        for (int i = 0; i < 100; i++) {
            assertThat(chosen(session(other, "s" + i), kind.scorer()))
                    .isEqualTo(chosen(session(fleet, "s" + i), kind.scorer()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherEndpointInASlot_isPlacedByItsOwnId(Kind kind) {
        Scorer used = kind.scorer();
        TestFleet before = TestFleet.of("a", "b", "c");
        for (int i = 0; i < 50; i++) {
            chosen(session(before, "s" + i), used);
        }
        TestFleet after = TestFleet.builder()
                .endpoint("a")
                .endpoint("x")
                .endpoint("c")
                .incarnation("x", 9)
                .build();

        // Whether or not it was told.
        assertSameChoices(used, kind.scorer(), after);
        ((FleetListener) used).left(1, 2, before.endpoint(1));
        ((FleetListener) used).joined(1, 9, after.endpoint(1));
        assertSameChoices(used, kind.scorer(), after);
    }

    @ParameterizedTest
    @EnumSource
    void oldSnapshot_showsWhoLeft_andItsSuccessorIsPlacedAllTheSame(Kind kind) {
        Scorer used = kind.scorer();
        TestFleet before = TestFleet.of("a", "b", "c");
        TestFleet after = TestFleet.builder()
                .endpoint("a")
                .endpoint("x")
                .endpoint("c")
                .incarnation("x", 9)
                .build();
        ((FleetListener) used).left(1, before.incarnation(1), before.endpoint(1));

        assertSameChoices(used, kind.scorer(), before);
        ((FleetListener) used).joined(1, 9, after.endpoint(1));
        assertSameChoices(used, kind.scorer(), before);
        assertSameChoices(used, kind.scorer(), after);
    }

    private static void assertSameChoices(Scorer one, Scorer other, TestFleet fleet) {
        for (int i = 0; i < 50; i++) {
            assertThat(chosen(session(fleet, "s" + i), one)).isEqualTo(chosen(session(fleet, "s" + i), other));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aboveTheBound_theNextOneHasIt(Kind kind) {
        TestFleet fleet = TestFleet.of("a", "b", "c", "d");
        Map<String, Double> plain = session(fleet, "s").scoresById(kind.scorer());
        String first = ranked(plain, 1);
        String second = ranked(plain, 0.5);

        // (32 + 3 * 23 + 1) / 4 * 1.25 = 31.875
        TestCycle loaded = session(fleet, "s");
        fleet.ids().forEach(id -> loaded.with(InFlightLoad.REQUESTS, id, id.equals(first) ? 32 : 23));
        Map<String, Double> scores = loaded.scoresById(kind.scorer());
        assertThat(scores).containsEntry(second, 1.0).containsEntry(first, 0.0);
        loaded.with(InFlightLoad.REQUESTS, first, 31); // the bound is 31.5625
        assertThat(loaded.scoresById(kind.scorer())).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource
    void loadThatIsNotKnown_isWithinTheBound(Kind kind) {
        TestFleet fleet = TestFleet.of("a", "b", "c");
        Map<String, Double> plain = session(fleet, "s").scoresById(kind.scorer());
        String first = ranked(plain, 1);

        TestCycle cycle = session(fleet, "s");
        fleet.ids().stream().filter(id -> !id.equals(first)).forEach(id -> cycle.with(InFlightLoad.REQUESTS, id, 5));

        assertThat(cycle.scoresById(kind.scorer())).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource
    void oneKeyForAll_fillsEveryoneToTheBound(Kind kind) {
        Scorer scorer = kind.scorer();
        TestFleet fleet = TestFleet.of(10);
        Map<String, Long> loads = new HashMap<>();

        for (int i = 0; i < 1000; i++) {
            TestCycle cycle = session(fleet, "popular");
            fleet.ids().forEach(id -> cycle.with(InFlightLoad.REQUESTS, id, loads.getOrDefault(id, 0L)));
            loads.merge(chosen(cycle, scorer), 1L, Long::sum);
        }

        assertThat(loads.values()).allSatisfy(load -> assertThat(load).isLessThanOrEqualTo(126));
        assertThat(loads.values().stream().filter(load -> load >= 120)).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void settingsOutOfRange_areRefused() {
        List<Throwable> thrown = new ArrayList<>();
        assertThatThrownBy(() -> new ConsistentHashScorer(AffinityKey.session(), 1.25, 0))
                .hasMessageStartingWith("points: must be between 1 and 4096, but was 0.\nMaybe ")
                .satisfies(thrown::add);
        assertThatThrownBy(() -> new RendezvousHashScorer(AffinityKey.session(), Double.NaN))
                .hasMessageStartingWith("loadFactor: must be a finite number >= 1, but was NaN.\nMaybe ")
                .satisfies(thrown::add);
        assertThat(thrown).allSatisfy(each -> assertThat(each).isInstanceOf(IllegalArgumentException.class));
    }

    static TestCycle session(TestFleet fleet, String id) {
        return TestCycle.of(fleet).with(Session.ID, id);
    }

    static String chosen(TestCycle cycle, Scorer scorer) {
        return ranked(cycle.scoresById(scorer), 1);
    }

    private static String ranked(Map<String, Double> scores, double score) {
        List<String> ids = scores.entrySet().stream()
                .filter(each -> each.getValue() == score)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(ids).as("with score %s in %s", score, scores).hasSize(1);
        return ids.get(0);
    }
}
