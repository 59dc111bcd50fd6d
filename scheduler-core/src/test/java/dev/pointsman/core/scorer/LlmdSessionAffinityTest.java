// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Session affinity with llm-d's semantics, and the token that responses bring. */
class LlmdSessionAffinityTest {
    private static final TestFleet FLEET = TestFleet.of("ns/a", "ns/b", "ns/c");

    private final SessionAffinityScorer byToken = make(Map.of(), Semantics.LLM_D);
    private final SessionAffinityScorer bySession = make(Map.of("strategy", "session_id"), Semantics.LLM_D);

    @Test
    void noPin_scoresZeroEverywhere() {
        assertThat(TestCycle.of(FLEET).score(byToken)).containsOnly(0);
        assertThat(request("r", "s").score(bySession)).containsOnly(0);
    }

    @Test
    void pinnedEndpointThatIsNoCandidate_leavesTheOthersAtZero() {
        TestCycle cycle = request("r1", "s");
        bySession.dispatched(cycle, Dispatched.to(cycle, "ns/b"));

        assertThat(cycle.score(bySession, cycle.candidates("ns/a", "ns/c"))).containsOnly(0);
    }

    @Test
    void sessionIds_comeFromTheHeaderOnly() {
        TestCycle named =
                TestCycle.of(FLEET, TestRequests.builder().sessionId("s").build());
        bySession.dispatched(named, Dispatched.to(named, "ns/b"));

        assertThat(named.score(bySession)).containsOnly(0);
        assertThat(request("r", "s").score(bySession)).containsOnly(0);
    }

    @Test
    void wentElsewhere_thoughItsEndpointWasACandidate_keepsTheBinding() {
        TestCycle first = request("r1", "s");
        bySession.dispatched(first, Dispatched.to(first, "ns/b"));
        TestCycle second = request("r2", "s");
        second.score(bySession);

        bySession.dispatched(second, Dispatched.to(second, "ns/c"));

        assertThat(request("r3", "s").score(bySession)).containsExactly(0, 1, 0);
    }

    @Test
    void endpointWasNoCandidate_isBoundAnew() {
        TestCycle first = request("r1", "s");
        bySession.dispatched(first, Dispatched.to(first, "ns/b"));
        TestCycle second = request("r2", "s");
        second.score(bySession, second.candidates("ns/a", "ns/c"));

        bySession.dispatched(second, Dispatched.to(second, "ns/c"));

        assertThat(request("r3", "s").score(bySession)).containsExactly(0, 0, 1);
    }

    @Test
    void endpointWasNoCandidateOfAnotherRequest_keepsTheBinding() {
        TestCycle first = request("r1", "s");
        bySession.dispatched(first, Dispatched.to(first, "ns/b"));
        TestCycle evaluated = request("r2", "s");
        evaluated.score(bySession, evaluated.candidates("ns/a", "ns/c"));
        TestCycle third = request("r3", "s");
        third.score(bySession);

        bySession.dispatched(third, Dispatched.to(third, "ns/c"));

        assertThat(request("r4", "s").score(bySession)).containsExactly(0, 1, 0);
    }

    @Test
    void ourSemantics_keepTheBinding_whileItsEndpointLives() {
        SessionAffinityScorer ours = make(Map.of("strategy", "session_id"), Semantics.CORRECTED);
        TestCycle first = request("r1", "s");
        ours.dispatched(first, Dispatched.to(first, "ns/b"));
        TestCycle second = request("r2", "s");
        second.score(ours, second.candidates("ns/a", "ns/c"));

        ours.dispatched(second, Dispatched.to(second, "ns/c"));

        assertThat(request("r3", "s").score(ours)).containsExactly(0, 1, 0);
    }

    @Test
    void response_bringsTheTokenOfItsEndpoint_thatLeadsBack() {
        TestCycle cycle = TestCycle.of(FLEET);
        Map<String, String> headers = new HashMap<>();

        byToken.decorate(Dispatched.to(cycle, "ns/c"), headers);

        assertThat(headers).containsOnlyKeys("x-session-token");
        assertThat(TestCycle.of(
                                FLEET,
                                TestRequests.builder()
                                        .headers(HeaderLookup.of(headers))
                                        .build())
                        .score(byToken))
                .containsExactly(0, 0, 1);
    }

    @Test
    void response_bringsTheTokenInTheHeaderNamed_andNoneBySessionId() {
        Map<String, String> headers = new HashMap<>();
        SessionAffinityScorer named =
                make(Map.of("encodedEndpointHeaderConfig", Map.of("header", "X-Mine")), Semantics.LLM_D);

        bySession.decorate(Dispatched.to(TestCycle.of(FLEET), "ns/c"), headers);
        assertThat(headers).isEmpty();

        named.decorate(Dispatched.to(TestCycle.of(FLEET), "ns/a"), headers);
        assertThat(headers).containsExactly(Map.entry("x-mine", SessionAffinityScorer.token(FLEET.endpoint(0))));
    }

    private static TestCycle request(String id, String session) {
        return TestCycle.of(
                FLEET,
                TestRequests.builder(id)
                        .headers(HeaderLookup.of(Map.of("x-session-id", session)))
                        .build());
    }

    private static SessionAffinityScorer make(Map<String, ?> parameters, Semantics semantics) {
        PluginFactory factory = ScorerFactories.all(semantics).stream()
                .filter(one -> one.type().equals("session-affinity-scorer"))
                .findFirst()
                .orElseThrow();
        return (SessionAffinityScorer) factory.create("session", Parameters.of("parameters", parameters));
    }
}
