// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LengthBucketScorerTest {
    @Test
    void withoutHistory_bucketsAreEqualShares() {
        TestFleet fleet = TestFleet.of(3);
        LengthBucketScorer scorer = heard(new LengthBucketScorer(), fleet);

        assertThat(TestCycle.of(fleet, length(0)).score(scorer)).containsExactly(1, 0.5, 0);
        assertThat(TestCycle.of(fleet, length(1364)).score(scorer)).containsExactly(1, 0.5, 0);
        assertThat(TestCycle.of(fleet, length(1365)).score(scorer)).containsExactly(0.5, 1, 0.5);
        assertThat(TestCycle.of(fleet, length(2730)).score(scorer)).containsExactly(0, 0.5, 1);
        assertThat(TestCycle.of(fleet, length(1_000_000)).score(scorer)).containsExactly(0, 0.5, 1);
    }

    @Test
    void bucketsAreTheCandidates_inTheOrderOfTheirIds() {
        TestFleet fleet = TestFleet.of("d", "a", "c", "b", "x");
        LengthBucketScorer scorer = heard(new LengthBucketScorer(), fleet);
        TestCycle cycle = TestCycle.of(fleet, length(5000));

        assertThat(cycle.score(scorer, cycle.candidates("d", "a", "c"))).containsExactly(1, 0, 0.5);
        assertThat(cycle.score(scorer, cycle.candidates("x"))).containsExactly(1);
    }

    @Test
    void endpointThatLeft_orWasNotHeardOf_hasNoScore() {
        TestFleet fleet = TestFleet.of("a", "b", "c");
        LengthBucketScorer scorer = heard(new LengthBucketScorer(), fleet);

        scorer.left(1, 2, fleet.endpoint(1));

        assertThat(TestCycle.of(fleet, length(5000)).score(scorer)).containsExactly(0, Double.NaN, 1);
        assertThat(TestCycle.of(fleet, length(1)).score(new LengthBucketScorer()))
                .containsOnly(Double.NaN);
    }

    /** Many short prompts and few long ones that are as much work: each half of the work gets half of the endpoints. */
    @Test
    void history_cutsBucketsOfEqualWork() {
        ManualClock clock = new ManualClock(0);
        Fleet fleet = Fleet.of(endpoint(0), endpoint(1), endpoint(2), endpoint(3));
        Pointsman pointsman = Pointsman.builder(fleet)
                .clock(clock)
                .failFast()
                .profile(Profile.builder("default")
                        .scorer(PluginRef.instance("buckets", new LengthBucketScorer()), 1)
                        .build())
                .build();
        Map<String, Long> work = new TreeMap<>();

        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 100; i++) {
                int length = i == 0 ? 9900 + second : 90 + (i + second) % 20;
                String target = dispatched(pointsman, length(length, "r" + second + "-" + i))
                        .target()
                        .id();
                if (second >= 10) {
                    work.merge(target, (long) length, Long::sum);
                }
            }
            clock.advance(Duration.ofSeconds(1));
        }

        // Of a million tokens: long ones cannot be told apart by more than a bin, so two share them, and so do two the
        // short ones.
        assertThat(work.get("e0") + work.get("e1")).isCloseTo(495_000, within(30_000L));
        assertThat(work.getOrDefault("e2", 0L) + work.getOrDefault("e3", 0L)).isCloseTo(497_000, within(30_000L));
        assertThat(work.get("e0")).isCloseTo(248_000, within(60_000L));
    }

    @Property(tries = 300)
    void share_growsWithLength_andIsThatOfTheWork(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 100_000) Integer> lengths) {
        LengthHistory history = new LengthHistory(10, 1000);
        for (int length : lengths) {
            history.add(length, 0);
        }
        assertThat(history.shareBelow(5)).isNaN();
        history.add(lengths.get(0), 10); // Cuts what came before.

        double total = lengths.stream().mapToInt(length -> Math.max(1, length)).sum();
        double last = 0;
        for (int length = 0; length < 200_000; length = length * 9 / 8 + 1) {
            double share = history.shareBelow(length);
            assertThat(share).isBetween(last, 1.0);
            last = share;
            int at = length;
            // Off by no more than the work of its own bin.
            double below = workOf(lengths, each -> LengthHistory.bin(each) < LengthHistory.bin(at)) / total;
            double upTo = workOf(lengths, each -> LengthHistory.bin(each) <= LengthHistory.bin(at)) / total;
            assertThat(share).isBetween(below - 1e-9, upTo + 1e-9);
        }
        assertThat(history.shareBelow(Integer.MAX_VALUE)).isCloseTo(1, within(1e-9));
    }

    private static double workOf(List<Integer> lengths, IntPredicate which) {
        return lengths.stream()
                .mapToInt(Integer::intValue)
                .filter(which)
                .map(length -> Math.max(1, length))
                .sum();
    }

    @Property(tries = 1000)
    void everyLength_isInTheBinThatBeginsBelowIt(@ForAll @IntRange int length) {
        int bin = LengthHistory.bin(length);

        assertThat(bin).isBetween(0, LengthHistory.BINS - 1);
        assertThat((long) length).isBetween(LengthHistory.start(bin), LengthHistory.start(bin + 1) - 1);
    }

    @Test
    void oldWork_fades() {
        LengthHistory history = new LengthHistory(10, 10);
        history.add(1000, 0);
        history.add(10, 10);
        history.add(10, 200);
        history.add(10, 210);

        // 20 halvings left 1000 * 2^-21 of the long one.
        assertThat(history.shareBelow(11)).isCloseTo(1, within(1e-2));
    }

    @Test
    void wrongSettings_areRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new LengthBucketScorer(0, second, second))
                .hasMessageStartingWith("maxLength: must be at least 1 token");
        assertThatThrownBy(() -> new LengthBucketScorer(1, Duration.ZERO, second))
                .hasMessageStartingWith("interval: must be positive");
        assertThatThrownBy(() -> new LengthBucketScorer(1, second, Duration.ZERO))
                .hasMessageStartingWith("halfLife: must be positive");
    }

    private static LengthBucketScorer heard(LengthBucketScorer scorer, TestFleet fleet) {
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            scorer.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
        }
        return scorer;
    }

    private static InferenceRequest length(int tokens) {
        return length(tokens, "r");
    }

    private static InferenceRequest length(int tokens, String id) {
        return TestRequests.builder(id)
                .prompt(Prompt.blocks(new long[0], 16, tokens))
                .build();
    }
}
