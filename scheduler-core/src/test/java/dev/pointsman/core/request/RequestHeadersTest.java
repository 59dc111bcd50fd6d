// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Objectives;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadersTest {
    private final RequestHeaders headers = new RequestHeaders(
            NamedObjectives.of(Map.of("interactive", 10, "batch", -1)), List.of(new AgentIdentity()));

    @Test
    void noHeaders_changeNothing() {
        InferenceRequest request = TestRequests.request();

        assertThat(headers.read(request)).isSameAs(request);
    }

    @Test
    void everyHeader_isFilledIn() {
        Objectives filled = read(Map.of(
                "X-LLM-D-Inference-Objective", "batch",
                "x-llm-d-inference-fairness-id", "team-a",
                "x-llm-d-slo-ttft-ms", "250",
                "x-llm-d-slo-tpot-ms", "12.5"));

        assertThat(filled)
                .isEqualTo(
                        new Objectives(-1, Duration.ofMillis(250), Duration.ofNanos(12_500_000), "team-a", null, -1));
    }

    @Test
    void oldNames_areRead_andNewOnesBeatThem() {
        assertThat(read(Map.of(
                        "x-gateway-inference-objective", "interactive",
                        "x-gateway-inference-fairness-id", "old",
                        "x-slo-ttft-ms", "100",
                        "x-slo-tpot-ms", "30")))
                .isEqualTo(new Objectives(10, Duration.ofMillis(100), Duration.ofMillis(30), "old", null, -1));
        assertThat(read(Map.of(
                        "x-gateway-inference-objective", "interactive",
                        "x-llm-d-inference-objective", "batch",
                        "x-gateway-inference-fairness-id", "old",
                        "x-llm-d-inference-fairness-id", "new",
                        "x-slo-ttft-ms", "100",
                        "x-llm-d-slo-ttft-ms", "0")))
                .isEqualTo(new Objectives(-1, null, null, "new", null, -1));
    }

    @Test
    void whatTheHostSet_stands() {
        InferenceRequest request = TestRequests.builder()
                .priority(5)
                .fairnessId("host")
                .ttftTarget(Duration.ofSeconds(1))
                .headers(HeaderLookup.of(Map.of(
                        "x-llm-d-inference-objective", "batch",
                        "x-llm-d-inference-fairness-id", "caller",
                        "x-llm-d-slo-ttft-ms", "1",
                        "x-claude-code-session-id", "agent")))
                .build();

        assertThat(headers.read(request)).isSameAs(request);
    }

    @Test
    void restOfTheRequest_isKept() {
        InferenceRequest request = InferenceRequest.builder("r", "m")
                .text("hello")
                .sessionId("s")
                .loraAdapter("a")
                .cacheSalt("salt")
                .expectedOutputTokens(9)
                .headers(HeaderLookup.of(Map.of("x-llm-d-slo-ttft-ms", "5")))
                .build();

        InferenceRequest read = headers.read(request);

        assertThat(read)
                .isNotSameAs(request)
                .usingRecursiveComparison()
                .ignoringFields("objectives")
                .isEqualTo(request);
        assertThat(read.objectives()).isEqualTo(new Objectives(0, Duration.ofMillis(5), null, null, "s", 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown", "", " ", "BATCH"})
    void objectiveThatIsNotKnown_isOrdinary(String name) {
        assertThat(read(Map.of("x-llm-d-inference-objective", name)).priority()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1000000",
        "' 2.5 ', 2500000",
        "1e2, 100000000",
        "+3, 3000000",
        "1e300, 2305843009213693952",
        "0, 0",
        "-5, 0",
        "NaN, 0",
        "Infinity, 0",
        "1d, 0",
        "12f, 0",
        "100ms, 0",
        "'', 0",
        "0.0000001, 0",
        "'1,5', 0",
        "٣, 0"
    })
    void milliseconds_areAnyNumberAbove0(String text, long nanos) {
        HeaderLookup lookup = HeaderLookup.of(Map.of(RequestHeaders.TTFT_MILLIS, text));

        assertThat(RequestHeaders.ttftTargetNanos(lookup)).isEqualTo(nanos);
    }

    @Property(tries = 1000)
    void whateverTheyHold_nothingIsThrown(@ForAll @StringLength(max = 700) String value) {
        InferenceRequest request = TestRequests.builder().headers(name -> value).build();

        Objectives read = headers.read(request).objectives();

        assertThat(read.fairnessId() == null || read.fairnessId().length() <= RequestHeaders.MAX_LENGTH)
                .isTrue();
    }

    @Test
    void hugeValues_countAsAbsent() {
        InferenceRequest request =
                TestRequests.builder().headers(name -> "1".repeat(2_000_000)).build();

        assertThat(headers.read(request)).isSameAs(request);
    }

    @Test
    void flow_isTheFairnessId_orTheDefaultOne() {
        assertThat(RequestHeaders.flowOf(TestRequests.request())).isEqualTo("default-flow");
        assertThat(RequestHeaders.flowOf(
                        TestRequests.builder().fairnessId("team-a").build()))
                .isEqualTo("team-a");
    }

    @Test
    void agentsSession_isFairnessId_unlessAHeaderSaysIt() {
        assertThat(read(Map.of("session_id", "codex")).fairnessId()).isEqualTo("codex");
        assertThat(read(Map.of("session_id", "codex", "x-llm-d-inference-fairness-id", "team"))
                        .fairnessId())
                .isEqualTo("team");
        assertThat(new RequestHeaders(NamedObjectives.NONE, List.of())
                        .read(request(Map.of("session_id", "codex")))
                        .objectives()
                        .fairnessId())
                .isNull();
    }

    @Test
    void agentIdentity_isTheFirstHeaderWithAValue() {
        AgentIdentity identity = new AgentIdentity("who", List.of("X-My-Agent"));

        assertThat(identity(identity, Map.of("session_id", "4", "session-id", "3")))
                .isEqualTo("3");
        assertThat(identity(identity, Map.of("session-id", "3", "x-session-affinity", "2")))
                .isEqualTo("2");
        assertThat(identity(identity, Map.of("x-claude-code-session-id", "1", "x-session-affinity", "2")))
                .isEqualTo("1");
        assertThat(identity(identity, Map.of("x-claude-code-session-id", "1", "x-my-agent", " 0 ")))
                .isEqualTo("0");
        assertThat(identity(identity, Map.of("x-my-agent", "", "session_id", "4")))
                .isEqualTo("4");
        assertThat(identity(identity, Map.of("session_id", "x".repeat(513)))).isNull();
        assertThat(identity(identity, Map.of())).isNull();
    }

    @Test
    void agentIdentity_keepsTheContract() {
        PluginContract.of(new AgentIdentity()).verify();
    }

    private static String identity(AgentIdentity identity, Map<String, String> headers) {
        return TestCycle.of(TestFleet.of(1), request(headers)).produce(identity).attribute(AgentIdentity.key("who"));
    }

    private Objectives read(Map<String, String> values) {
        return headers.read(request(values)).objectives();
    }

    private static InferenceRequest request(Map<String, String> values) {
        return TestRequests.builder().headers(HeaderLookup.of(values)).build();
    }
}
