// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LoadScorersTest {
    private static final double MISSING = Scorer.MISSING;

    @Nested
    class Queue {
        private final QueueScorer scorer = new QueueScorer();

        @Test
        void differentQueues_spreadFromOneToZero() {
            TestCycle cycle = waiting(2, 10, 6);

            assertThat(cycle.score(scorer)).containsExactly(1, 0, 0.5);
        }

        @Test
        void equalQueues_allScoreOne() {
            TestCycle cycle = waiting(7, 7);

            assertThat(cycle.score(scorer)).containsExactly(1, 1);
        }

        @Test
        void missingQueue_isMissing_andDoesNotStretchTheScale() {
            TestCycle cycle = waiting(10, -1, 20);

            assertThat(cycle.score(scorer)).containsExactly(1, MISSING, 0);
        }

        @Test
        void onlyOneKnown_scoresOne() {
            TestCycle cycle = waiting(-1, 5);

            assertThat(cycle.score(scorer)).containsExactly(MISSING, 1);
        }

        @Test
        void nothingKnown_allMissing() {
            assertThat(waiting(-1, -1).score(scorer)).containsExactly(MISSING, MISSING);
        }

        @Test
        void noCandidates_writesNothing() {
            assertThat(waiting().score(scorer)).isEmpty();
        }

        @Test
        void longestQueues_doNotOverflow() {
            TestCycle cycle = waiting(0, Integer.MAX_VALUE);

            assertThat(cycle.score(scorer)).containsExactly(1, 0);
        }

        private TestCycle waiting(int... requests) {
            return fleet(requests, (signals, count) -> signals.waitingRequests(count));
        }
    }

    @Nested
    class RunningRequestsSize {
        private final RunningRequestsSizeScorer scorer = new RunningRequestsSizeScorer();

        @Test
        void differentBatches_spreadFromOneToZero() {
            assertThat(running(8, 0, 2).score(scorer)).containsExactly(0, 1, 0.75);
        }

        @Test
        void missingBatch_isMissing() {
            assertThat(running(8, -1, 4).score(scorer)).containsExactly(0, MISSING, 1);
        }

        private TestCycle running(int... requests) {
            return fleet(requests, (signals, count) -> signals.runningRequests(count));
        }
    }

    @Nested
    class KvCacheUtilization {
        private final KvCacheUtilizationScorer scorer = new KvCacheUtilizationScorer();

        @Test
        void usedShare_isTakenFromOne() {
            TestFleet fleet = TestFleet.builder()
                    .endpoint("full", signals -> signals.kvUsage(1))
                    .endpoint("half", signals -> signals.kvUsage(0.5))
                    .endpoint("silent")
                    .endpoint("empty", signals -> signals.kvUsage(0))
                    .build();

            assertThat(TestCycle.of(fleet).score(scorer)).containsExactly(0, 0.5, MISSING, 1);
        }
    }

    @Nested
    class LoadAware {
        @Test
        void queue_isMeasuredAgainstTheThreshold() {
            TestCycle cycle = waiting(0, 32, 128, 1000, -1);

            assertThat(cycle.score(new LoadAwareScorer())).containsExactly(0.5, 0.375, 0, 0, MISSING);
        }

        @Test
        void ownThreshold_isUsed() {
            assertThat(waiting(1, 2, 3).score(new LoadAwareScorer(2))).containsExactly(0.25, 0, 0);
        }

        @Test
        void thresholdBelowOne_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new LoadAwareScorer(0))
                    .withMessage("threshold: must be at least 1, but was 0.\nMaybe leave it out; 128 is used then.");
        }

        private TestCycle waiting(int... requests) {
            return fleet(requests, (signals, count) -> signals.waitingRequests(count));
        }
    }

    @Nested
    class ActiveRequest {
        @Test
        void requests_areMeasuredAgainstTheBusiest() {
            assertThat(inFlight(0, 4, 16).score(new ActiveRequestScorer())).containsExactly(1, 0.75, 0);
        }

        @Test
        void upToTheIdleThreshold_allAreIdle_andBusyOnesStayBelowTheirMaximum() {
            ActiveRequestScorer scorer = new ActiveRequestScorer(2, 0.5);

            assertThat(inFlight(2, 3, 6).score(scorer)).containsExactly(1, 0.25, 0);
        }

        @Test
        void allIdle_allScoreOne() {
            assertThat(inFlight(0, 0).score(new ActiveRequestScorer())).containsExactly(1, 1);
        }

        @Test
        void missingCount_isMissing_andNotTheBusiest() {
            assertThat(inFlight(1, -1, 2).score(new ActiveRequestScorer())).containsExactly(0.5, MISSING, 0);
        }

        @Test
        void greatestCount_doesNotOverflow() {
            assertThat(inFlight(0, Long.MAX_VALUE).score(new ActiveRequestScorer()))
                    .containsExactly(1, 0);
        }

        @Test
        void valuesOutOfRange_areRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ActiveRequestScorer(-1, 1))
                    .withMessageStartingWith("idleThreshold: must be at least 0, but was -1.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ActiveRequestScorer(0, 1.5))
                    .withMessageStartingWith("maxBusyScore: must be between 0 and 1, but was 1.5.");
            assertThatIllegalArgumentException().isThrownBy(() -> new ActiveRequestScorer(0, Double.NaN));
        }

        @Test
        void consumesTheRequestsInFlight() {
            assertThat(new ActiveRequestScorer().consumes()).containsExactly(InFlightLoad.REQUESTS);
        }

        private TestCycle inFlight(long... requests) {
            TestCycle cycle = TestCycle.of(TestFleet.of(requests.length));
            for (int i = 0; i < requests.length; i++) {
                if (requests[i] >= 0) {
                    cycle.with(InFlightLoad.REQUESTS, "e" + i, requests[i]);
                }
            }
            return cycle;
        }
    }

    @Nested
    class TokenLoad {
        private final TokenLoadScorer scorer = new TokenLoadScorer(1000);

        @Test
        void workInFlightAndAdded_isMeasuredAgainstTheThreshold() {
            TestCycle cycle = tokens(Map.of("e0", 0L, "e1", 500L, "e2", 5000L), Map.of("e0", 250L, "e1", 0L, "e2", 0L));

            assertThat(cycle.score(scorer)).containsExactly(0.75, 0.5, 0);
        }

        @Test
        void defaultThreshold_isLlmdsOwn() {
            TestCycle cycle = tokens(Map.of("e0", 2_097_152L, "e1", 0L, "e2", 4_194_304L), Map.of());

            assertThat(cycle.score(new TokenLoadScorer())).containsExactly(0.5, 1, 0);
        }

        @Test
        void noWork_scoresOne() {
            assertThat(tokens(Map.of("e0", 0L, "e1", 0L, "e2", 0L), Map.of("e0", 0L, "e1", 0L, "e2", 0L))
                            .score(scorer))
                    .containsExactly(1, 1, 1);
        }

        @Test
        void missingTokensInFlight_areMissing() {
            TestCycle cycle = tokens(Map.of("e0", 100L, "e2", 200L), Map.of("e0", 0L, "e1", 0L, "e2", 0L));

            assertThat(cycle.score(scorer)).containsExactly(0.9, MISSING, 0.8);
        }

        @Test
        void addedTokensMissingForOne_areLeftOutForAll() {
            TestCycle cycle = tokens(Map.of("e0", 100L, "e1", 100L, "e2", 100L), Map.of("e0", 500L, "e2", 500L));

            assertThat(cycle.score(scorer)).containsExactly(0.9, 0.9, 0.9);
        }

        @Test
        void greatestCounts_doNotOverflow() {
            Map<String, Long> greatest = Map.of("e0", Long.MAX_VALUE, "e1", 0L, "e2", Long.MAX_VALUE);

            assertThat(tokens(greatest, greatest).score(new TokenLoadScorer(Long.MAX_VALUE)))
                    .containsExactly(0, 1, 0);
        }

        @Test
        void thresholdBelowOne_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new TokenLoadScorer(0))
                    .withMessageStartingWith("queueThresholdTokens: must be at least 1, but was 0.");
        }

        @Test
        void consumesWhatIsInFlightAndWhatTheRequestAdds() {
            assertThat(scorer.consumes()).containsExactlyInAnyOrder(InFlightLoad.TOKENS, InFlightLoad.REQUEST_TOKENS);
        }

        private TestCycle tokens(Map<String, Long> inFlight, Map<String, Long> added) {
            TestCycle cycle = TestCycle.of(TestFleet.of(3));
            inFlight.forEach((id, tokens) -> cycle.with(InFlightLoad.TOKENS, id, tokens));
            added.forEach((id, tokens) -> cycle.with(InFlightLoad.REQUEST_TOKENS, id, tokens));
            return cycle;
        }
    }

    private interface Signals {
        void set(EndpointMetrics.Builder signals, int count);
    }

    private static TestCycle fleet(int[] counts, Signals known) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < counts.length; i++) {
            int count = counts[i];
            fleet.endpoint("e" + i, signals -> {
                if (count >= 0) {
                    known.set(signals, count);
                }
            });
        }
        return TestCycle.of(fleet.build());
    }
}
