// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LatencySloAdmitterTest {
    @ParameterizedTest
    @CsvSource({"LLM_D, ADMISSION_ERROR", "CORRECTED, NOT_ADMITTED"})
    void refusal_isAnsweredAsTheSemanticsHaveIt(Semantics semantics, Rejection.Reason reason) {
        Rejection refusal = admit(semantics, LatencySloAdmitterTest::busy, -1, Map.of("x-llm-d-slo-ttft-ms", "100"));

        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.plugin()).isEqualTo("slo");
    }

    @Test
    void unknownKvCache_isColdForLlmd_andSaysNothingToUs() {
        Consumer<EndpointMetrics.Builder> running = signals -> signals.runningRequests(5);
        Map<String, String> headers = Map.of("x-slo-tpot-ms", "30");

        assertThat(admit(Semantics.LLM_D, running, -1, headers)).isNull();
        assertThat(admit(Semantics.CORRECTED, running, -1, headers)).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void requestThatMayNotBeShed_orAsksForNothing_isAdmitted(Semantics semantics) {
        assertThat(admit(semantics, LatencySloAdmitterTest::busy, 0, Map.of("x-llm-d-slo-ttft-ms", "100")))
                .isNull();
        assertThat(admit(semantics, LatencySloAdmitterTest::busy, -1, Map.of())).isNull();
        assertThat(admit(
                        semantics,
                        LatencySloAdmitterTest::busy,
                        -1,
                        Map.of("x-llm-d-slo-ttft-ms", "0", "x-slo-ttft-ms", "100")))
                .isNull();
        assertThat(admit(semantics, LatencySloAdmitterTest::busy, -1, Map.of("x-llm-d-slo-ttft-ms", "soon")))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void objectiveOfTheHost_countsLikeAHeader(Semantics semantics) {
        TestCycle cycle = TestCycle.of(
                TestFleet.builder().endpoint("a", LatencySloAdmitterTest::busy).build(),
                TestRequests.builder()
                        .priority(-1)
                        .ttftTarget(Duration.ofMillis(100))
                        .build());

        assertThat(Scene.headrooms(cycle, "a", -1, 5).admit(admitter(semantics)))
                .isNotNull();
        assertThat(Scene.headrooms(cycle, "a", 1, 5).admit(admitter(semantics))).isNull();
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void withoutPredictions_allAreAdmitted(Semantics semantics) {
        TestCycle cycle = TestCycle.of(
                TestFleet.builder().endpoint("a", LatencySloAdmitterTest::busy).build(),
                TestRequests.builder()
                        .priority(-1)
                        .ttftTarget(Duration.ofMillis(100))
                        .build());

        assertThat(cycle.admit(admitter(semantics))).isNull();
    }

    private static Rejection admit(
            Semantics semantics, Consumer<EndpointMetrics.Builder> signals, int priority, Map<String, String> headers) {
        TestCycle cycle = TestCycle.of(
                TestFleet.builder().endpoint("a", signals).build(),
                TestRequests.builder()
                        .priority(priority)
                        .headers(HeaderLookup.of(headers))
                        .build());
        return Scene.headrooms(cycle, "a", -1, -1).admit(admitter(semantics));
    }

    private static void busy(EndpointMetrics.Builder signals) {
        signals.runningRequests(5).kvUsage(0.5);
    }

    private static LatencySloAdmitter admitter(Semantics semantics) {
        return new LatencySloAdmitter("slo", PredictedLatency.PRODUCER, semantics);
    }
}
