// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.latency.Scene.LATENCY;
import static dev.pointsman.core.latency.Scene.endpoint;
import static dev.pointsman.core.latency.Scene.labelled;
import static dev.pointsman.core.latency.Scene.millis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Costs in seconds and dollars, alone and in fleets of unlike chips. */
class LatencyCostsTest {
    @Test
    void seconds_areTheAnswersAndTheOthers() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "unknown"))
                .with(LATENCY.ttft(), "a", millis(200))
                .with(LATENCY.tpot(), "a", millis(10))
                .with(LATENCY.slowdown(), "a", millis(1500))
                .with(LATENCY.waitPerToken(), "a", 20_000.0)
                .with(LATENCY.tokensSeen(), "a", 1000)
                .with(InFlightLoad.TOKENS, "a", 1000)
                .with(LATENCY.outputTokens(), 50L);

        assertThat(cycle.costsById(new PredictedCompletionCost()).get("a")).isCloseTo(0.2 + 0.5 + 1.5, within(1e-9));
        assertThat(cycle.costsById(new PredictedCompletionCost(0, PredictedLatency.PRODUCER)))
                .containsEntry("unknown", Double.NaN)
                .hasEntrySatisfying("a", cost -> assertThat(cost).isCloseTo(0.7, within(1e-9)));
        cycle.with(InFlightLoad.TOKENS, "a", 11_000);
        assertThat(cycle.costsById(new PredictedCompletionCost()).get("a")).isCloseTo(2.4, within(1e-9));
    }

    @Test
    void dollars_haveAPenaltyForBeingLate() {
        TestCycle cycle = TestCycle.of(TestFleet.of("fine", "late", "later", "free"))
                .with(LATENCY.ttftP90(), "fine", millis(1900))
                .with(LATENCY.tpotP90(), "fine", millis(90))
                .with(LATENCY.dollars(), "fine", 0.003)
                .with(LATENCY.ttftP90(), "late", millis(3000))
                .with(LATENCY.tpotP90(), "late", millis(90))
                .with(LATENCY.dollars(), "late", 0.001)
                .with(LATENCY.ttftP90(), "later", millis(4000))
                .with(LATENCY.tpotP90(), "later", millis(90))
                .with(LATENCY.dollars(), "later", 0.001)
                .with(LATENCY.ttftP90(), "free", millis(10))
                .with(LATENCY.tpotP90(), "free", millis(10));

        Map<String, Double> costs =
                cycle.costsById(PredictedDollarsCost.builder().build());

        assertThat(costs.get("fine")).isEqualTo(0.003);
        assertThat(costs.get("late")).isCloseTo(0.001 + 1.5, within(1e-9));
        assertThat(costs.get("later")).isCloseTo(0.001 + 2, within(1e-9));
        assertThat(costs.get("free")).isNaN();
        Map<String, Double> patient = cycle.costsById(
                PredictedDollarsCost.builder().defaultTtft(Duration.ZERO).build());
        assertThat(patient.get("later")).isEqualTo(0.001);
    }

    @Test
    void mixedFleet_cheaperChipThatIsFastEnoughWins() {
        Pointsman pointsman = scheduler("predicted-dollars");

        // An L40S at 0.6 dollars an hour costs less for each token than a B200 at 6, but reads and writes more slowly.
        double slow = PredictedLatencyProducerTest.predictor("l40s")
                .decodeStep(1, 2100)
                .p90();
        double fast = PredictedLatencyProducerTest.predictor("b200-sxm")
                .decodeStep(1, 2100)
                .p90();
        long between = Math.round(1e9 * (slow + fast) / 2);

        String relaxed = target(pointsman, request("relaxed", 2000, 5000, 500));
        String hurried = target(pointsman, request("hurried", 2000, 5000, Duration.ofNanos(between)));

        assertThat(fast).isLessThan(slow);
        assertThat(relaxed).isEqualTo("cheap");
        assertThat(hurried).isEqualTo("fast");
    }

    @Test
    void mixedFleet_secondsPreferTheFastChip_untilItIsBusy() {
        Pointsman pointsman = scheduler("predicted-seconds");
        Map<String, Integer> chosen = new TreeMap<>();
        String first = "";
        for (int i = 0; i < 40; i++) {
            String id = dispatched(pointsman, request("r" + i, 8000, 5000, 500))
                    .target()
                    .id();
            first = first.isEmpty() ? id : first;
            chosen.merge(id, 1, Integer::sum);
        }

        assertThat(first).isEqualTo("fast");
        assertThat(chosen).containsOnlyKeys("cheap", "fast");
        assertThat(chosen.get("fast")).isGreaterThan(chosen.get("cheap"));
    }

    @Test
    void noneIsFastEnough_leastLateWins() {
        Pointsman pointsman = scheduler("predicted-dollars");

        assertThat(target(pointsman, request("impossible", 8000, 1, 1))).isEqualTo("fast");
    }

    @Test
    void sameSeedAndRequests_sameDecisions() {
        List<String> first = decisions();
        assertThat(decisions()).isEqualTo(first);
        assertThat(Set.copyOf(first)).hasSizeGreaterThan(1);
    }

    private static List<String> decisions() {
        Pointsman pointsman = scheduler("predicted-seconds");
        List<String> chosen = new ArrayList<>();
        List<Dispatch> open = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Dispatch dispatch = dispatched(pointsman, request("r" + i, 500 + 977 * i % 8000, 1000, 50));
            chosen.add(dispatch.target().id());
            open.add(dispatch);
            if (i % 3 == 2) {
                open.remove(0).firstToken();
            }
        }
        return chosen;
    }

    private static Pointsman scheduler(String profile) {
        Endpoint cheap = labelled("cheap", "l40s")
                .label(LabelledDeployments.USD_PER_CHIP_HOUR, "0.6")
                .build();
        Endpoint fast = labelled("fast", "b200-sxm")
                .label(LabelledDeployments.USD_PER_CHIP_HOUR, "6")
                .build();
        return Pointsman.builder(Fleet.of(cheap, fast))
                .profile(profile)
                .clock(() -> 0)
                .failFast()
                .build();
    }

    private static String target(Pointsman pointsman, InferenceRequest request) {
        try (Dispatch dispatch = dispatched(pointsman, request)) {
            return dispatch.target().id();
        }
    }

    private static InferenceRequest request(String id, int tokens, int ttftMillis, int tpotMillis) {
        return request(id, tokens, ttftMillis, Duration.ofMillis(tpotMillis));
    }

    private static InferenceRequest request(String id, int tokens, int ttftMillis, Duration tpot) {
        int[] prompt = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            prompt[i] = id.hashCode() + i;
        }
        return TestRequests.builder(id)
                .tokens(prompt)
                .expectedOutputTokens(200)
                .ttftTarget(Duration.ofMillis(ttftMillis))
                .tpotTarget(tpot)
                .build();
    }

    @Test
    void fleetThatSaysNothing_isScheduledAllTheSame() {
        Pointsman pointsman = Pointsman.builder(Fleet.of(Endpoint.of("a", "a:1"), Endpoint.of("b", "b:1")))
                .profile("predicted-seconds")
                .failFast()
                .build();

        assertThat(target(pointsman, TestRequests.request())).isIn("a", "b");
    }

    @Test
    void endpointOfUnknownChip_countsAsTheMeanOfTheOthers() {
        Pointsman pointsman = Pointsman.builder(
                        Fleet.of(endpoint("fast", "b200-sxm"), endpoint("slow", "l4"), Endpoint.of("unknown", "u:1")))
                .profile("predicted-seconds")
                .failFast()
                .build();

        assertThat(target(pointsman, request("r", 8000, 1000, 50))).isEqualTo("fast");
    }
}
