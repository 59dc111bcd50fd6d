// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.core.latency.Scene.LATENCY;
import static dev.pointsman.core.latency.Scene.headrooms;
import static dev.pointsman.core.latency.Scene.load;
import static dev.pointsman.core.latency.Scene.millis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.latency.LatencyScorer.Selection;
import dev.pointsman.core.latency.PrefixCacheAffinityFilter.Source;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What scorers, filters and the admitter decide by predictions that the test writes. */
class LatencyDecisionsTest {
    private static final LatencyScorer LEAST = LatencyScorer.builder().build();
    private static final LatencyScorer MOST =
            LatencyScorer.builder().selection(Selection.MOST).build();

    @Test
    void positiveHeadrooms_packByLeastOrSpreadByMost() {
        TestCycle cycle = cycle("a", "b", "c");
        headrooms(cycle, "a", 10, 1);
        headrooms(cycle, "b", 110, 3);
        headrooms(cycle, "c", 60, 2);

        assertThat(cycle.score(LEAST)).containsExactly(1.0, 0.01, 0.51);
        assertThat(cycle.score(MOST)).containsExactly(0.01, 1.0, 0.51);
    }

    @Test
    void equalHeadroom_leavesItsWeightToTheOther() {
        TestCycle cycle = cycle("a", "b", "c");
        headrooms(cycle, "a", 50, 10);
        headrooms(cycle, "b", 50, 20);
        headrooms(cycle, "c", 50, 15);

        assertThat(cycle.score(LEAST)).containsExactly(1.0, 0.01, 0.51);
    }

    @Test
    void missedObjectives_preferTheLeastMissedWhateverTheSelection() {
        TestCycle cycle = cycle("a", "b");
        headrooms(load(cycle, "a", 10, 0, 3, 0), "a", -10, -1);
        headrooms(load(cycle, "b", 10, 0, 3, 0), "b", -90, -9);

        assertThat(cycle.score(LEAST)).containsExactly(1.0, 0.01);
        assertThat(cycle.score(MOST)).containsExactly(1.0, 0.01);
    }

    @Test
    void endpointWithoutPrediction_countsAsOneThatJustMeets() {
        TestCycle cycle = cycle("predicted", "unknown");
        headrooms(load(cycle, "predicted", 10, 0, 3, 0), "predicted", -10, 5);

        assertThat(cycle.score(LEAST)).containsExactly(0, 0.51);
    }

    @Test
    void ttftIsTheGraverMiss() {
        TestCycle cycle = cycle("ttft", "both");
        headrooms(load(cycle, "ttft", 10, 0, 1, 0), "ttft", -500, 5);
        headrooms(load(cycle, "both", 10, 0, 1, 0), "both", -5, -5);

        assertThat(cycle.score(LEAST)).containsExactly(0.51, 0);
    }

    @Test
    void withoutPredictions_cacheQueueAndPrefixCount() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint("a", metrics -> metrics.kvUsage(0.5).waitingRequests(0))
                .endpoint("b", metrics -> metrics.kvUsage(0.2).waitingRequests(10))
                .endpoint("silent")
                .build());
        load(cycle, "a", 10, 5, 0, 0);
        load(cycle, "b", 10, 10, 0, 0);

        double[] scores = cycle.score(LEAST);

        // (0.5 + 1 + 0.5) / 3 and (0.8 + 0 + 1) / 3, in hundredths
        assertThat(scores[0]).isEqualTo(0.67);
        assertThat(scores[1]).isEqualTo(0.6);
        assertThat(scores[2]).isNaN();
        LatencyScorer parity = LatencyScorer.builder().missingCountsAsZero().build();
        // An empty cache, no queue and no prefix: (1 + 1 + 0) / 3
        assertThat(cycle.score(parity)[2]).isEqualTo(0.67);
    }

    @Test
    void tiers_missingPredictionJoinsTheWorse() {
        TestCycle cycle = cycle("good", "late", "unknown");
        headrooms(cycle, "good", 0, 0);
        headrooms(cycle, "late", -1, 5);

        assertThat(cycle.filter(new SloHeadroomTierFilter(0, PredictedLatency.PRODUCER)))
                .containsExactly("good");
        assertThat(cycle.filter(new SloHeadroomTierFilter(1, PredictedLatency.PRODUCER)))
                .containsExactly("late", "unknown");
    }

    @Test
    void exploration_isAFunctionOfTheRequestAndAsOftenAsAsked() {
        SloHeadroomTierFilter filter = new SloHeadroomTierFilter(0.25, PredictedLatency.PRODUCER);
        TestFleet fleet = TestFleet.of("good", "late");
        int explored = 0;
        for (int i = 0; i < 2000; i++) {
            TestCycle cycle = TestCycle.of(fleet, TestRequests.request("r" + i));
            headrooms(headrooms(cycle, "good", 1, 1), "late", -1, -1);
            List<String> kept = cycle.filter(filter);
            assertThat(cycle.filter(filter)).isEqualTo(kept);
            explored += kept.equals(List.of("late")) ? 1 : 0;
        }

        assertThat(explored).isBetween(400, 600);
    }

    @Test
    void affinity_byThroughput_breaksBeyondThePenalty() {
        TestCycle cycle = cycle("sticky", "free");
        load(cycle, "sticky", 10, 9, 0, 1500);
        load(cycle, "free", 10, 0, 0, 400);
        PrefixCacheAffinityFilter.Builder filter =
                PrefixCacheAffinityFilter.builder().peakPrefillThroughput(1000);

        assertThat(cycle.filter(filter.maxTtftPenaltyMillis(1101).build())).containsExactly("sticky");
        assertThat(cycle.filter(filter.maxTtftPenaltyMillis(1099).build())).containsExactly("sticky", "free");
        assertThat(cycle.filter(filter.maxTtftPenaltyMillis(0).build())).containsExactly("sticky");
    }

    @Test
    void affinity_byPrediction_missingCountsAsTheSlowest() {
        TestCycle cycle = cycle("sticky", "free");
        load(cycle, "sticky", 10, 9, 0, 0);
        load(cycle, "free", 10, 0, 0, 0);
        PrefixCacheAffinityFilter filter =
                PrefixCacheAffinityFilter.builder().source(Source.PREDICTED).build();

        assertThat(cycle.filter(filter)).containsExactly("sticky");
        cycle.with(LATENCY.ttft(), "free", millis(100));
        assertThat(cycle.filter(filter)).containsExactly("sticky", "free");
        cycle.with(LATENCY.ttft(), "sticky", millis(18_100));
        assertThat(cycle.filter(filter)).containsExactly("sticky");
        cycle.with(LATENCY.ttft(), "sticky", millis(18_101));
        assertThat(cycle.filter(filter)).containsExactly("sticky", "free");
    }

    @Test
    void affinity_explores() {
        PrefixCacheAffinityFilter filter =
                PrefixCacheAffinityFilter.builder().explorationProbability(0.5).build();
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            TestCycle cycle = TestCycle.of(TestFleet.of("sticky", "free"), TestRequests.request("r" + i));
            load(load(cycle, "sticky", 10, 9, 0, 0), "free", 10, 0, 0, 0);
            seen.add(cycle.filter(filter));
        }

        assertThat(seen).containsExactlyInAnyOrder(List.of("sticky"), List.of("sticky", "free"));
    }

    @Test
    void admitter_refusesOnlyWhatMayBeShedAndWouldBeLateEverywhere() {
        LatencySloAdmitter admitter = new LatencySloAdmitter();

        Rejection refusal = busy(-1, -5, 5).admit(admitter);

        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(Rejection.Reason.NOT_ADMITTED);
        assertThat(refusal.plugin()).isEqualTo("latency-slo-admitter");
        assertThat(busy(0, -5, 5).admit(admitter)).isNull();
        assertThat(busy(-1, 5, 5).admit(admitter)).isNull();
        TestCycle unpredicted = TestCycle.of(busyFleet(), request(-1));
        assertThat(unpredicted.admit(admitter)).isNull();
    }

    @Test
    void admitter_admitsARequestWithoutObjective() {
        TestCycle cycle =
                TestCycle.of(busyFleet(), TestRequests.builder().priority(-1).build());
        headrooms(headrooms(cycle, "a", -5, -5), "b", -5, -5);

        assertThat(cycle.admit(new LatencySloAdmitter())).isNull();
    }

    @Test
    void settingsOutOfRange_areRefused() {
        assertThatThrownBy(() -> LatencyScorer.builder().weights(-1, 2)).hasMessageContaining("ttftWeight, tpotWeight");
        assertThatThrownBy(() -> new SloHeadroomTierFilter(1.5, "p")).hasMessageContaining("epsilonExploreNeg");
        assertThatThrownBy(() -> PrefixCacheAffinityFilter.builder().affinityThreshold(1.5))
                .hasMessageContaining("affinityThreshold");
        assertThatThrownBy(() -> PrefixCacheAffinityFilter.builder()
                        .peakPrefillThroughput(0)
                        .build())
                .hasMessageContaining("peakPrefillThroughput");
        assertThatThrownBy(() -> new PredictedCompletionCost(Double.NaN, "p")).hasMessageContaining("othersWeight");
        assertThatThrownBy(() -> PredictedDollarsCost.builder().penaltyDollars(-1))
                .hasMessageContaining("penaltyDollars");
        assertThatThrownBy(() ->
                        PredictedLatencyProducer.builder().sloBufferFactor(0).build())
                .hasMessageContaining("sloBufferFactor");
    }

    private static TestCycle cycle(String... ids) {
        return TestCycle.of(TestFleet.of(ids));
    }

    private static TestCycle busy(int priority, double headroomOfA, double headroomOfB) {
        TestCycle cycle = TestCycle.of(busyFleet(), request(priority));
        return headrooms(headrooms(cycle, "a", headroomOfA, 1), "b", headroomOfB, -1);
    }

    private static TestFleet busyFleet() {
        return TestFleet.builder()
                .endpoint("a", metrics -> metrics.runningRequests(3).kvUsage(0.5))
                .endpoint("b", metrics -> metrics.runningRequests(1).kvUsage(0.02))
                .build();
    }

    private static InferenceRequest request(int priority) {
        return TestRequests.builder()
                .priority(priority)
                .ttftTarget(Duration.ofMillis(100))
                .build();
    }
}
