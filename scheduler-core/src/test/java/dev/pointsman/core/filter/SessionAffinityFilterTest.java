// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.scorer.Dispatched;
import dev.pointsman.core.scorer.SessionAffinityScorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SessionAffinityFilterTest {
    private static final TestFleet FLEET = TestFleet.of("pod-a", "pod-b", "pod-c");

    @Nested
    class ByToken {
        private final SessionAffinityFilter filter = SessionAffinityFilter.byToken();

        @Test
        void token_leavesItsEndpointOnly() {
            assertThat(sent("x-session-token", token("pod-b")).filter(filter)).containsExactly("pod-b");
        }

        @Test
        void noTokenOrAnUnreadableOne_keepsAll() {
            assertThat(TestCycle.of(FLEET).filter(filter)).isEqualTo(FLEET.ids());
            assertThat(sent("x-session-token", "").filter(filter)).isEqualTo(FLEET.ids());
            assertThat(sent("x-session-token", "*not base64*").filter(filter)).isEqualTo(FLEET.ids());
        }

        @Test
        void endpointThatIsGoneOrNoCandidate_keepsAll() {
            TestCycle here = sent("x-session-token", token("pod-b"));

            assertThat(sent("x-session-token", token("pod-z")).filter(filter)).isEqualTo(FLEET.ids());
            assertThat(here.filter(filter, here.candidates("pod-a", "pod-c"))).containsExactly("pod-a", "pod-c");
        }

        @Test
        void otherHeader_isReadAndWrittenWhenNamed() {
            SessionAffinityFilter other = SessionAffinityFilter.byToken("X-Custom");
            TestCycle cycle = sent("x-custom", token("pod-c"));
            Map<String, String> headers = new LinkedHashMap<>();

            other.decorate(Dispatched.to(cycle, "pod-a"), headers);

            assertThat(cycle.filter(other)).containsExactly("pod-c");
            assertThat(headers).containsExactly(Map.entry("x-custom", token("pod-a")));
        }

        @Test
        void engine_handsOutTheTokenOfWhoAnswers_andTheClientComesBack() {
            try (Pointsman pointsman = Pointsman.builder(Fixtures.fleet(20))
                    .profile(Profile.builder("default")
                            .filter(PluginRef.instance("sticky", filter))
                            .build())
                    .build()) {
                Dispatch first = Fixtures.dispatched(pointsman, Fixtures.request("r0"));
                Map<String, String> headers = first.responseHeaders();

                assertThat(headers).containsOnlyKeys("x-session-token");
                for (int turn = 1; turn < 10; turn++) {
                    InferenceRequest next = TestRequests.builder("r" + turn)
                            .headers(HeaderLookup.of(headers))
                            .build();
                    assertThat(Fixtures.dispatched(pointsman, next).target()).isEqualTo(first.target());
                }
            }
        }

        private static String token(String id) {
            return SessionAffinityScorer.token(Endpoint.of(id, "any:1"));
        }
    }

    @Nested
    class BySessionId {
        private final SessionAffinityFilter filter = SessionAffinityFilter.bySessionId();

        @Test
        void session_staysWhereItsFirstRequestWent() {
            TestCycle cycle = sent("x-session-id", "s1");

            assertThat(cycle.filter(filter)).isEqualTo(FLEET.ids());
            filter.dispatched(cycle, Dispatched.to(cycle, "pod-b"));

            assertThat(cycle.filter(filter)).containsExactly("pod-b");
            assertThat(sent("x-session-id", "s2").filter(filter)).isEqualTo(FLEET.ids());
        }

        @Test
        void responses_areLeftAlone() {
            Map<String, String> headers = new LinkedHashMap<>();

            filter.decorate(Dispatched.to(sent("x-session-id", "s1"), "pod-b"), headers);

            assertThat(headers).isEmpty();
        }

        @Test
        void requestWhoseCandidatesLackTheEndpoint_doesNotMoveTheSession() {
            TestCycle cycle = sent("x-session-id", "s1");
            filter.dispatched(cycle, Dispatched.to(cycle, "pod-b"));

            assertThat(cycle.filter(filter, cycle.candidates("pod-a", "pod-c"))).containsExactly("pod-a", "pod-c");
            filter.dispatched(cycle, Dispatched.to(cycle, "pod-a"));

            assertThat(cycle.filter(filter)).containsExactly("pod-b");
        }

        @Test
        void llmd_movesTheSessionThen() {
            SessionAffinityFilter llmd = made(Semantics.LLM_D, Map.of("strategy", "session_id"));
            TestCycle cycle = sent("x-session-id", "s1");
            llmd.dispatched(cycle, Dispatched.to(cycle, "pod-b"));

            llmd.dispatched(cycle, Dispatched.to(cycle, "pod-a"));

            assertThat(cycle.filter(llmd)).containsExactly("pod-a");
        }

        @Test
        void idleSession_isForgotten() {
            SessionAffinityFilter brief = SessionAffinityFilter.sessionIds()
                    .timeToLive(Duration.ofSeconds(1))
                    .build();
            TestCycle cycle = sent("x-session-id", "s1");
            brief.dispatched(cycle, Dispatched.to(cycle, "pod-b"));

            assertThat(brief.nextDeadline()).isEqualTo(1_000_000_000);
            brief.maintain(1_000_000_000);

            assertThat(brief.nextDeadline()).isEqualTo(Long.MAX_VALUE);
            assertThat(cycle.filter(brief)).isEqualTo(FLEET.ids());
        }

        @Test
        void sources_areTriedInOrder() {
            AttributeKey<String> agent = new AttributeKey<>("agent", "mine", String.class);
            SessionAffinityFilter own = SessionAffinityFilter.sessionIds()
                    .header("X-First")
                    .attribute(agent)
                    .build();
            TestCycle before = TestCycle.of(FLEET).with(agent, "s1");
            own.dispatched(before, Dispatched.to(before, "pod-c"));

            assertThat(own.consumesIfPresent()).containsExactly(agent);
            assertThat(sent("x-first", "s1").filter(own)).containsExactly("pod-c");
            assertThat(sent("x-first", "s2").with(agent, "s1").filter(own)).isEqualTo(FLEET.ids());
            assertThat(sent("x-session-id", "s1").filter(own)).isEqualTo(FLEET.ids());
        }

        @Test
        void profile_saysWhoseChoiceIsBound() {
            SessionAffinityFilter own =
                    made(Semantics.CORRECTED, Map.of("strategy", "session_id", "profileName", "prefill"));
            TestCycle cycle = sent("x-session-id", "s1");

            own.dispatched(
                    cycle,
                    Dispatched.legs(
                            cycle,
                            Dispatched.leg(cycle, "decode", "pod-a"),
                            Dispatched.leg(cycle, "prefill", "pod-c")));

            assertThat(cycle.filter(own)).containsExactly("pod-c");
        }

        @Test
        void usualSources_areTheProducerAndTheHostToo_butOfLlmdTheHeaderOnly() {
            TestCycle produced = TestCycle.of(FLEET).with(Session.ID, "s1");
            SessionAffinityFilter llmd = made(Semantics.LLM_D, Map.of("strategy", "session_id"));
            filter.dispatched(produced, Dispatched.to(produced, "pod-b"));
            llmd.dispatched(produced, Dispatched.to(produced, "pod-b"));

            assertThat(produced.filter(filter)).containsExactly("pod-b");
            assertThat(produced.filter(llmd)).isEqualTo(FLEET.ids());
            assertThat(llmd.consumesIfPresent()).isEmpty();
        }

        @Test
        void llmdsNameOfTheSessionAttribute_isUnderstood() {
            SessionAffinityFilter llmd = made(
                    Semantics.LLM_D,
                    Map.of(
                            "strategy",
                            "session_id",
                            "sessionIdConfig",
                            Map.of("sources", List.of(Map.of("attribute", "SessionID")))));

            assertThat(llmd.consumesIfPresent()).containsExactly(Session.ID);
        }
    }

    private static SessionAffinityFilter made(Semantics semantics, Map<String, ?> parameters) {
        return (SessionAffinityFilter) FilterFactories.all(semantics).stream()
                .filter(factory -> factory.type().equals("session-affinity-filter"))
                .findFirst()
                .orElseThrow()
                .create("filter", Parameters.of("parameters", parameters));
    }

    private static TestCycle sent(String header, String value) {
        return TestCycle.of(
                FLEET,
                TestRequests.builder()
                        .headers(HeaderLookup.of(Map.of(header, value)))
                        .build());
    }
}
