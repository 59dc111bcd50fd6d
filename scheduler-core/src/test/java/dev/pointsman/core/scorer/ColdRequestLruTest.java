// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The no-hit scorer with llm-d's semantics. */
class ColdRequestLruTest {
    private final NoHitLruScorer scorer = NoHitLruScorer.asLlmD(PrefixMatch.DEFAULT_PRODUCER, 3);

    @Test
    void noMatchInformation_isAColdRequest() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b"));

        use(cycle, "a");

        assertThat(cycle.score(scorer)).containsExactly(0, 1);
    }

    @Test
    void theOrderOfCandidates_decidesAmongThoseNeverUsed() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b", "c"));

        assertThat(cycle.score(scorer)).containsExactly(1, 0.5, 0);
        assertThat(cycle.score(scorer, cycle.candidates().reversed())).containsExactly(1, 0.5, 0);
    }

    @Test
    void endpointsThatAreNoCandidates_takePlaces() {
        TestCycle cycle = TestCycle.of(TestFleet.of("decode-a", "prefill-a", "decode-b"));
        use(cycle, "prefill-a", "decode-a", "decode-b");

        assertThat(cycle.score(scorer, cycle.candidates("decode-a", "decode-b")))
                .containsExactly(0, 0);
    }

    @Test
    void beyondItsSize_theOldestIsForgotten() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b", "c", "d"));
        use(cycle, "a", "b", "c", "d");

        assertThat(cycle.scoresById(scorer)).containsEntry("a", 1.0).containsEntry("d", 0.0);
    }

    @Test
    void leavesTheFleet_isRememberedByName() {
        TestFleet fleet = TestFleet.of("a", "b");
        use(TestCycle.of(fleet), "a");

        scorer.left(0, fleet.incarnation(0), fleet.endpoint(0));

        assertThat(TestCycle.of(fleet.toBuilder().incarnation("a", 9).build()).score(scorer))
                .containsExactly(0, 1);
    }

    @Test
    void anyMatch_makesAllNeutral_andTheRequestIsNotNoted() {
        TestCycle warm = TestCycle.of(TestFleet.of("a", "b"))
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(4, 16))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 1);

        use(warm, "a");

        assertThat(warm.score(scorer)).containsExactly(0.5, 0.5);
        assertThat(TestCycle.of(TestFleet.of("a", "b")).score(scorer)).containsExactly(1, 0);
    }

    @Test
    void onlyThePrimaryTarget_andThatOfPrefill_areNoted() {
        TestCycle cycle = TestCycle.of(TestFleet.of("d", "p", "e"));

        scorer.dispatched(
                cycle,
                Dispatched.legs(
                        cycle,
                        Dispatched.leg(cycle, "decode", "d"),
                        Dispatched.leg(cycle, "encode", "e"),
                        Dispatched.leg(cycle, "prefill", "p")));

        assertThat(cycle.score(scorer)).containsExactly(0.5, 0, 1);
    }

    @Test
    void singleCandidate_scoresOne() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a"));
        use(cycle, "a");

        assertThat(cycle.score(scorer)).containsExactly(1);
        assertThat(cycle.score(scorer, cycle.candidates(new String[0]))).isEmpty();
    }

    @Test
    void sizeBelowOne_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NoHitLruScorer.asLlmD("p", 0))
                .withMessageStartingWith("lruSize: must be at least 1, but was 0.");
    }

    @Property(tries = 300)
    void scores_areThoseOfAList(
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 19) Integer> history,
            @ForAll @IntRange(min = 1, max = 25) int capacity,
            @ForAll @IntRange(min = 2, max = 20) int candidateCount,
            @ForAll long order) {
        NoHitLruScorer fresh = NoHitLruScorer.asLlmD(PrefixMatch.DEFAULT_PRODUCER, capacity);
        TestCycle cycle = TestCycle.of(TestFleet.of(20));
        List<String> oldestFirst = new ArrayList<>();
        for (int index : history) {
            fresh.dispatched(cycle, Dispatched.to(cycle, "e" + index));
            oldestFirst.remove("e" + index);
            oldestFirst.add("e" + index);
            if (oldestFirst.size() > capacity) {
                oldestFirst.remove(0);
            }
        }
        List<String> some = cycle.candidates().shuffled(order).ids().subList(0, candidateCount);

        double[] scores = cycle.score(fresh, cycle.candidates(some.toArray(String[]::new)));

        List<String> neverUsed = new ArrayList<>(some);
        neverUsed.removeAll(oldestFirst);
        for (int i = 0; i < some.size(); i++) {
            int place = oldestFirst.indexOf(some.get(i));
            int rank = place < 0 ? neverUsed.indexOf(some.get(i)) : neverUsed.size() + place;
            assertThat(scores[i]).isEqualTo(Math.max(0, 1 - (double) rank / (some.size() - 1)));
        }
    }

    private void use(TestCycle cycle, String... ids) {
        for (String id : ids) {
            scorer.dispatched(cycle, Dispatched.to(cycle, id));
        }
    }
}
