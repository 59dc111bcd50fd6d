// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NoHitLruScorerTest {
    private static final double MISSING = Scorer.MISSING;

    private final NoHitLruScorer scorer = new NoHitLruScorer();

    @Test
    void neverUsed_allScoreOne() {
        assertThat(cold(TestFleet.of(3)).score(scorer)).containsExactly(1, 1, 1);
    }

    @Test
    void usedInTurn_theLongestAgoLeads() {
        TestCycle cycle = cold(TestFleet.of("a", "b", "c"));
        use(cycle, "b", "c", "a");

        assertThat(cycle.scoresById(scorer))
                .containsEntry("b", 1.0)
                .containsEntry("c", 0.5)
                .containsEntry("a", 0.0);
    }

    @Test
    void usedAgain_movesToTheEnd() {
        TestCycle cycle = cold(TestFleet.of("a", "b", "c"));
        use(cycle, "a", "b", "c", "a");

        assertThat(cycle.score(scorer)).containsExactly(0, 1, 0.5);
    }

    @Test
    void someNeverUsed_leadTogether_andTheOthersFollow() {
        TestCycle cycle = cold(TestFleet.of("a", "b", "c", "d", "e"));
        use(cycle, "c", "a");

        assertThat(cycle.score(scorer)).containsExactly(0, 1, 0.25, 1, 1);
    }

    @Test
    void endpointsOutsideTheCandidates_doNotCount() {
        TestCycle cycle = cold(TestFleet.of("decode-a", "prefill-a", "decode-b", "prefill-b"));
        use(cycle, "decode-a", "prefill-a", "prefill-b", "decode-b");

        assertThat(cycle.score(scorer, cycle.candidates("decode-b", "decode-a")))
                .containsExactly(0, 1);
    }

    @Test
    void singleCandidate_scoresOne_usedOrNot() {
        TestCycle cycle = cold(TestFleet.of("a"));

        assertThat(cycle.score(scorer)).containsExactly(1);
        use(cycle, "a");
        assertThat(cycle.score(scorer)).containsExactly(1);
    }

    @Test
    void noCandidates_writesNothing() {
        TestCycle cycle = cold(TestFleet.of("a"));

        assertThat(cycle.score(scorer, cycle.candidates(new String[0]))).isEmpty();
    }

    @Test
    void anyMatch_makesAllNeutral() {
        TestCycle cycle = cold(TestFleet.of("a", "b", "c"));
        use(cycle, "a");

        cycle.with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 1);

        assertThat(cycle.score(scorer)).containsExactly(0.5, 0.5, 0.5);
    }

    @Test
    void noMatchInformation_isMissing_andNothingIsNoted() {
        TestCycle unknown = TestCycle.of(TestFleet.of("a", "b"));
        use(unknown, "a");

        assertThat(unknown.score(scorer)).containsExactly(MISSING, MISSING);
        assertThat(cold(TestFleet.of("a", "b")).score(scorer)).containsExactly(1, 1);
    }

    @Test
    void oneEndpointNotReported_isMissing_andTheOthersAreRanked() {
        TestFleet fleet = TestFleet.of("a", "b", "c", "d");
        use(cold(fleet), "a", "d", "b");
        TestCycle cycle =
                TestCycle.of(fleet).with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(4, 16));
        for (String id : List.of("b", "c", "d")) {
            cycle.with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, 0);
        }

        assertThat(cycle.score(scorer)).containsExactly(MISSING, 0, 1, 0.5);
    }

    @Test
    void requestThatTheTargetHadCached_isNotNoted() {
        TestCycle cycle = cold(TestFleet.of("a", "b"));
        TestCycle warmAtA =
                cold(TestFleet.of("a", "b")).with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 3);

        use(warmAtA, "a");
        assertThat(cycle.score(scorer)).containsExactly(1, 1);

        use(warmAtA, "b"); // cached elsewhere, but not where it went
        assertThat(cycle.score(scorer)).containsExactly(1, 0);
    }

    @Test
    void everyLegThatWasCold_isNoted() {
        TestCycle cycle = cold(TestFleet.of("d", "p", "other"));

        scorer.dispatched(
                cycle,
                Dispatched.legs(cycle, Dispatched.leg(cycle, "decode", "d"), Dispatched.leg(cycle, "any-name", "p")));

        assertThat(cycle.score(scorer)).containsExactly(0.5, 0, 1);
    }

    @Test
    void leavesTheFleet_itsSuccessorInTheSlot_isNeverUsed() {
        TestFleet fleet = TestFleet.of("a", "b");
        use(cold(fleet), "a", "b");

        TestFleet restarted = fleet.toBuilder().incarnation("a", 9).build();

        assertThat(cold(restarted).score(scorer)).containsExactly(1, 0);
    }

    @Test
    void leavesTheFleet_itsEntryIsReleased() {
        TestFleet fleet = TestFleet.of("a", "b");
        use(cold(fleet), "a", "b");

        scorer.left(0, fleet.incarnation(0), fleet.endpoint(0));
        assertThat(cold(fleet).score(scorer)).containsExactly(1, 0);

        use(cold(fleet), "a"); // a late report
        scorer.joined(0, 9, fleet.endpoint(0));
        assertThat(cold(fleet).score(scorer)).containsExactly(1, 0);
    }

    @Test
    void leavesTheFleet_neverUsed_isIgnored() {
        TestFleet fleet = TestFleet.of("a");

        scorer.left(70, 5, fleet.endpoint(0));

        assertThat(cold(fleet).score(scorer)).containsExactly(1);
    }

    @Test
    void otherProducer_isReadWhenNamed() {
        NoHitLruScorer other = new NoHitLruScorer("other");

        assertThat(cold(TestFleet.of(1)).score(other)).containsExactly(MISSING);
        assertThat(other.consumes())
                .containsExactlyInAnyOrder(PrefixMatch.of("other"), PrefixMatch.matchedBlocks("other"));
    }

    @Test
    void usedAndScoredFromManyThreads_everyUseCounts() throws InterruptedException {
        TestCycle cycle = cold(TestFleet.of(40));
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int first = t;
            threads.add(new Thread(() -> {
                TestCycle own = cold(TestFleet.of(40));
                try {
                    for (int i = first; i < 40; i += 4) {
                        use(own, "e" + i);
                        assertThat(Arrays.stream(own.score(scorer)).boxed())
                                .allMatch(score -> score >= 0 && score <= 1);
                    }
                } catch (Throwable thrown) {
                    failure.set(thrown);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failure.get()).isNull();
        assertThat(Arrays.stream(cycle.score(scorer)).sorted().toArray())
                .isEqualTo(IntStream.range(0, 40)
                        .mapToDouble(rank -> 1 - (39 - rank) / 39.0)
                        .toArray());
    }

    @Property(tries = 300)
    void ranks_areThoseOfASortedList(
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 39) Integer> history,
            @ForAll @IntRange(min = 1, max = 40) int candidateCount,
            @ForAll long order) {
        NoHitLruScorer fresh = new NoHitLruScorer();
        TestCycle cycle = cold(TestFleet.of(40));
        history.forEach(index -> fresh.dispatched(cycle, Dispatched.to(cycle, "e" + index)));
        TestCandidates all = cycle.candidates().shuffled(order);
        String[] some = all.ids().subList(0, candidateCount).toArray(new String[0]);

        double[] scores = cycle.score(fresh, cycle.candidates(some));

        Map<String, Double> expected = naive(history, List.of(some));
        assertThat(IntStream.range(0, some.length).boxed().toList())
                .allSatisfy(i -> assertThat(scores[i]).isEqualTo(expected.get(some[i])));
    }

    private static Map<String, Double> naive(List<Integer> history, List<String> candidates) {
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < history.size(); i++) {
            lastUse.put("e" + history.get(i), i);
        }
        List<String> used = new ArrayList<>(candidates);
        used.retainAll(lastUse.keySet());
        used.sort(Comparator.comparing(lastUse::get));
        int neverUsed = candidates.size() - used.size();
        Map<String, Double> scores = new HashMap<>();
        candidates.forEach(id -> scores.put(id, 1.0));
        for (int i = 0; i < used.size(); i++) {
            int rank = neverUsed + i;
            scores.put(used.get(i), rank == 0 ? 1 : 1 - (double) rank / (candidates.size() - 1));
        }
        return scores;
    }

    private void use(TestCycle cycle, String... ids) {
        for (String id : ids) {
            scorer.dispatched(cycle, Dispatched.to(cycle, id));
        }
    }

    private static TestCycle cold(TestFleet fleet) {
        TestCycle cycle =
                TestCycle.of(fleet).with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(4, 16));
        fleet.ids().forEach(id -> cycle.with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, 0));
        return cycle;
    }
}
