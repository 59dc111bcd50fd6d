// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PrefixAffinityGateScorerTest {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int TOTAL = 10;

    @Test
    void holders_areAheadOfAll_byMatchAndThenByLoad() {
        double[] scores = cycle(new int[] {4, 4, 8, 0}, new int[] {3, 1, 3, 0})
                .score(PrefixAffinityGateScorer.builder().loadDeviations(9).build());

        // l is requests / 4.
        assertThat(scores[0]).isEqualTo(0.5 + 0.5 * (4 + 0.25) / 11);
        assertThat(scores[1]).isEqualTo(0.5 + 0.5 * (4 + 0.75) / 11);
        assertThat(scores[2]).isEqualTo(0.5 + 0.5 * (8 + 0.25) / 11);
        assertThat(scores[3]).isEqualTo(0.5);
    }

    @Test
    void holderThatIsTooBusy_isNone() {
        double[] scores = cycle(new int[] {10, 8, 6}, new int[] {100, 10, 12})
                .score(PrefixAffinityGateScorer.builder().build());

        assertThat(scores[1]).isGreaterThan(scores[2]).isGreaterThan(0.5);
        assertThat(scores[0]).isLessThan(0.5);
    }

    @Test
    void noHolder_leastRequestsWins_onTheFullScale() {
        PrefixAffinityGateScorer scorer = PrefixAffinityGateScorer.builder().build();

        assertThat(cycle(new int[] {0, 0}, new int[] {0, 3}).score(scorer)).containsExactly(1, 0.25);
        // No match is known at all.
        assertThat(TestCycle.of(TestFleet.of(2))
                        .with(InFlightLoad.REQUESTS, "e0", 3)
                        .with(InFlightLoad.REQUESTS, "e1", 0)
                        .score(scorer))
                .containsExactly(0.25, 1);
    }

    @Test
    void share_tokensAndRemainder_limitWhoHolds() {
        TestCycle cycle = cycle(new int[] {5, 6}, new int[] {0, 0});

        assertThat(cycle.score(PrefixAffinityGateScorer.builder().minShare(0.5).build()))
                .satisfies(scores -> assertThat(scores[0]).isEqualTo(0.5))
                .satisfies(scores -> assertThat(scores[1]).isGreaterThan(0.5));
        assertThat(cycle.score(PrefixAffinityGateScorer.builder()
                        .minTokens(6 * 16)
                        .build())[0])
                .isEqualTo(0.5);
        assertThat(cycle.score(PrefixAffinityGateScorer.builder()
                        .minTokens(5 * 16)
                        .build())[0])
                .isGreaterThan(0.5);
        assertThat(cycle.score(PrefixAffinityGateScorer.builder()
                        .maxUncachedTokens(5 * 16 - 1)
                        .build())[0])
                .isEqualTo(0.5);
        assertThat(cycle.score(PrefixAffinityGateScorer.builder()
                        .maxUncachedTokens(5 * 16)
                        .build())[0])
                .isGreaterThan(0.5);
    }

    @Test
    void loadThatIsNotKnown_hasNoScore() {
        TestCycle cycle = TestCycle.of(TestFleet.of(2))
                .with(PrefixMatch.of(PRODUCER), new PrefixMatch(TOTAL, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e0", 10)
                .with(PrefixMatch.matchedBlocks(PRODUCER), "e1", 2)
                .with(InFlightLoad.REQUESTS, "e1", 4);

        double[] scores = cycle.score(PrefixAffinityGateScorer.builder().build());

        assertThat(scores[0]).isNaN();
        assertThat(scores[1]).isGreaterThan(0.5);
    }

    @Test
    void wrongSettings_areRefused() {
        PrefixAffinityGateScorer.Builder builder = PrefixAffinityGateScorer.builder();
        assertThatThrownBy(() -> builder.minShare(80)).hasMessageStartingWith("minShare: must be between 0 and 1");
        assertThatThrownBy(() -> builder.minTokens(-1)).hasMessageStartingWith("minTokens: must be at least 0");
        assertThatThrownBy(() -> builder.maxUncachedTokens(-1)).hasMessageStartingWith("maxUncachedTokens: ");
        assertThatThrownBy(() -> builder.loadDeviations(Double.NaN)).hasMessageStartingWith("loadDeviations: ");
    }

    /** The order of scores is that of a list sorted slowly: holders first by match and load, then all others by load. */
    @Property(tries = 500)
    void order_isThatOfTheRule(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = TOTAL) Integer> matches,
            @ForAll @Size(8) List<@IntRange(max = 20) Integer> requests,
            @ForAll @IntRange(min = -10, max = 30) int tenths) {
        int size = matches.size();
        int[] matched = matches.stream().mapToInt(Integer::intValue).toArray();
        int[] load = requests.stream().limit(size).mapToInt(Integer::intValue).toArray();
        double mean = Arrays.stream(load).average().orElseThrow();
        double squares = 0;
        for (int each : load) {
            squares += (each - mean) * (each - mean);
        }
        double limit = mean + tenths / 10.0 * (size < 2 ? 0 : Math.sqrt(squares / (size - 1)));

        double[] scores = cycle(matched, load)
                .score(PrefixAffinityGateScorer.builder()
                        .loadDeviations(tenths / 10.0)
                        .build());

        List<Integer> slow = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            slow.add(i);
        }
        Comparator<Integer> rule = Comparator.<Integer>comparingInt(
                        i -> matched[i] > 0 && load[i] <= limit ? -matched[i] : 0)
                .thenComparingInt(i -> load[i]);
        slow.sort(rule);
        for (int rank = 1; rank < size; rank++) {
            int ahead = slow.get(rank - 1);
            int behind = slow.get(rank);
            if (rule.compare(ahead, behind) == 0) {
                assertThat(scores[ahead]).isEqualTo(scores[behind]);
            } else {
                assertThat(scores[ahead]).isGreaterThan(scores[behind]);
            }
        }
    }

    private static TestCycle cycle(int[] matched, int[] requests) {
        TestCycle cycle =
                TestCycle.of(TestFleet.of(matched.length)).with(PrefixMatch.of(PRODUCER), new PrefixMatch(TOTAL, 16));
        for (int i = 0; i < matched.length; i++) {
            cycle.with(PrefixMatch.matchedBlocks(PRODUCER), "e" + i, matched[i])
                    .with(InFlightLoad.REQUESTS, "e" + i, requests[i]);
        }
        return cycle;
    }
}
