// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SessionAffinityScorerTest {
    private static final TestFleet FLEET = TestFleet.of("pod-a", "pod-b", "pod-c");
    private static final InferenceRequest PLAIN = TestRequests.request();

    @Nested
    class ByToken {
        private final SessionAffinityScorer scorer = SessionAffinityScorer.byToken();

        @Test
        void token_pinsItsEndpoint() {
            String token = SessionAffinityScorer.token(FLEET.endpoint(1));

            assertThat(sent("x-session-token", token).score(scorer)).containsExactly(0, 1, 0);
        }

        @Test
        void token_isTheBase64OfTheId() {
            assertThat(SessionAffinityScorer.token(Endpoint.of("/pod-b", "10.0.0.1:8000")))
                    .isEqualTo("L3BvZC1i");
        }

        @Test
        void idBeyondAscii_comesBackWhole() {
            TestFleet fleet = TestFleet.of("é/点-1", "other");
            TestCycle cycle =
                    TestCycle.of(fleet, request("x-session-token", SessionAffinityScorer.token(fleet.endpoint(0))));

            assertThat(cycle.score(scorer)).containsExactly(1, 0);
        }

        @Test
        void otherHeader_isReadWhenNamed_andTheUsualOneIsNot() {
            SessionAffinityScorer other = SessionAffinityScorer.byToken("X-Custom");
            String token = SessionAffinityScorer.token(FLEET.endpoint(2));

            assertThat(sent("x-custom", token).score(other)).containsExactly(0, 0, 1);
            assertThat(sent("x-session-token", token).score(other)).containsExactly(0.5, 0.5, 0.5);
        }

        @Test
        void noTokenOrAnUnreadableOne_isNeutral() {
            assertThat(TestCycle.of(FLEET, PLAIN).score(scorer)).containsExactly(0.5, 0.5, 0.5);
            assertThat(sent("x-session-token", "").score(scorer)).containsExactly(0.5, 0.5, 0.5);
            assertThat(sent("x-session-token", "*not base64*").score(scorer)).containsExactly(0.5, 0.5, 0.5);
        }

        @Test
        void endpointThatIsGoneOrNoCandidate_isNeutral() {
            TestCycle gone = sent("x-session-token", SessionAffinityScorer.token(Endpoint.of("pod-z", "z:1")));
            TestCycle here = sent("x-session-token", SessionAffinityScorer.token(FLEET.endpoint(1)));

            assertThat(gone.score(scorer)).containsExactly(0.5, 0.5, 0.5);
            assertThat(here.score(scorer, here.candidates("pod-a", "pod-c"))).containsExactly(0.5, 0.5);
        }

        @Test
        void nothingIsKept() {
            TestCycle cycle = TestCycle.of(FLEET, PLAIN);

            scorer.dispatched(cycle, Dispatched.to(cycle, "pod-a"));
            scorer.maintain(5);

            assertThat(scorer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
            assertThat(scorer.consumesIfPresent()).isEmpty();
        }

        @Test
        void blankHeader_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SessionAffinityScorer.byToken(" "))
                    .withMessageStartingWith("header: must not be blank.\nMaybe leave it out;");
        }
    }

    @Nested
    class BySessionId {
        private final SessionAffinityScorer scorer = SessionAffinityScorer.bySessionId();

        @Test
        void unboundSession_isNeutral_andBoundOnceDispatched() {
            TestCycle cycle = session("s1");
            assertThat(cycle.score(scorer)).containsExactly(0.5, 0.5, 0.5);

            scorer.dispatched(cycle, Dispatched.to(cycle, "pod-b"));

            assertThat(session("s1").score(scorer)).containsExactly(0, 1, 0);
            assertThat(session("s2").score(scorer)).containsExactly(0.5, 0.5, 0.5);
            assertThat(TestCycle.of(FLEET, PLAIN).score(scorer)).containsExactly(0.5, 0.5, 0.5);
        }

        @Test
        void laterDispatchElsewhere_keepsTheBinding() {
            TestCycle cycle = session("s1");
            scorer.dispatched(cycle, Dispatched.to(cycle, "pod-b"));
            scorer.dispatched(cycle, Dispatched.to(cycle, "pod-c"));

            assertThat(cycle.score(scorer)).containsExactly(0, 1, 0);
        }

        @Test
        void leavesTheFleet_sessionIsBoundAnew() {
            TestCycle before = session("s1");
            scorer.dispatched(before, Dispatched.to(before, "pod-b"));
            TestCycle after = TestCycle.of(
                    FLEET.toBuilder().remove("pod-b").build(), session("s1").request());
            assertThat(after.score(scorer)).containsExactly(0.5, 0.5);

            scorer.dispatched(after, Dispatched.to(after, "pod-c"));

            assertThat(after.scoresById(scorer)).isEqualTo(Map.of("pod-a", 0.0, "pod-c", 1.0));
        }

        @Test
        void returnsToTheFleet_isAnotherLife() {
            TestCycle before = session("s1");
            scorer.dispatched(before, Dispatched.to(before, "pod-b"));

            TestFleet restarted = FLEET.toBuilder().incarnation("pod-b", 17).build();

            assertThat(TestCycle.of(restarted, before.request()).score(scorer)).containsExactly(0.5, 0.5, 0.5);
        }

        @Test
        void sources_areTriedInOrder_producerThenHostThenHeader() {
            TestCycle byHeader = sent("x-session-id", "header");
            scorer.dispatched(byHeader, Dispatched.to(byHeader, "pod-a"));
            TestCycle byHost = session("host");
            scorer.dispatched(byHost, Dispatched.to(byHost, "pod-b"));
            TestCycle byProducer = TestCycle.of(FLEET, PLAIN).with(Session.ID, "producer");
            scorer.dispatched(byProducer, Dispatched.to(byProducer, "pod-c"));

            InferenceRequest all = TestRequests.builder()
                    .sessionId("host")
                    .headers(HeaderLookup.of(Map.of("x-session-id", "header")))
                    .build();

            assertThat(byHeader.score(scorer)).containsExactly(1, 0, 0);
            assertThat(TestCycle.of(FLEET, all).score(scorer)).containsExactly(0, 1, 0);
            assertThat(TestCycle.of(FLEET, all).with(Session.ID, "producer").score(scorer))
                    .containsExactly(0, 0, 1);
            assertThat(TestCycle.of(FLEET, all).with(Session.ID, " ").score(scorer))
                    .containsExactly(0, 1, 0);
            assertThat(scorer.consumesIfPresent()).containsExactly(Session.ID);
        }

        @Test
        void ownSources_replaceTheUsualOnes() {
            AttributeKey<String> agent = new AttributeKey<>("agent-identity", "agent-identity", String.class);
            SessionAffinityScorer own = SessionAffinityScorer.sessionIds()
                    .header("X-Chat")
                    .attribute(agent)
                    .build();
            TestCycle byHeader = sent("x-chat", "one");
            own.dispatched(byHeader, Dispatched.to(byHeader, "pod-a"));
            TestCycle byAttribute = TestCycle.of(FLEET, PLAIN).with(agent, "two");
            own.dispatched(byAttribute, Dispatched.to(byAttribute, "pod-c"));

            assertThat(byHeader.score(own)).containsExactly(1, 0, 0);
            assertThat(byAttribute.score(own)).containsExactly(0, 0, 1);
            assertThat(session("one").score(own)).containsExactly(0.5, 0.5, 0.5);
            assertThat(own.consumesIfPresent()).containsExactly(agent);
        }

        @Test
        void profile_saysWhichLegIsBound() {
            SessionAffinityScorer prefill =
                    SessionAffinityScorer.sessionIds().profile("prefill").build();
            TestCycle cycle = session("s1");

            prefill.dispatched(cycle, Dispatched.to(cycle, "pod-a"));
            assertThat(cycle.score(prefill)).containsExactly(0.5, 0.5, 0.5);

            prefill.dispatched(
                    cycle,
                    Dispatched.legs(
                            cycle,
                            Dispatched.leg(cycle, "decode", "pod-a"),
                            Dispatched.leg(cycle, "encode", "pod-b"),
                            Dispatched.leg(cycle, "prefill", "pod-c")));
            assertThat(cycle.score(prefill)).containsExactly(0, 0, 1);
        }

        @Test
        void idleForTooLong_isForgotten_sweptOrNot() {
            SessionAffinityScorer brief = SessionAffinityScorer.sessionIds()
                    .timeToLive(Duration.ofNanos(100))
                    .sweepInterval(Duration.ofNanos(30))
                    .build();
            TestCycle cycle = session("s1").now(1000);
            brief.dispatched(cycle, Dispatched.to(cycle, "pod-a"));

            assertThat(brief.nextDeadline()).isEqualTo(1100);
            assertThat(cycle.now(1099).score(brief)).containsExactly(1, 0, 0);
            assertThat(cycle.now(1100).score(brief)).containsExactly(0.5, 0.5, 0.5);
            brief.maintain(1100);
            assertThat(brief.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        }

        @Test
        void failover_keepsTheBinding_untilTheEndpointLeaves() {
            TestCycle cycle = session("s1");
            Dispatch dispatch = Dispatched.to(cycle, "pod-b");
            scorer.dispatched(cycle, dispatch);

            scorer.failedOver(dispatch, target(cycle, "pod-b"), target(cycle, "pod-c"), 1);

            assertThat(session("s1").score(scorer)).containsExactly(0, 1, 0);
        }

        @Test
        void idOfMoreThanTheLimit_isNotBound() {
            String longest = "x".repeat(512);
            TestCycle within = session(longest);
            TestCycle beyond = session(longest + "x");

            scorer.dispatched(within, Dispatched.to(within, "pod-b"));
            scorer.dispatched(beyond, Dispatched.to(beyond, "pod-b"));

            assertThat(within.score(scorer)).containsExactly(0, 1, 0);
            assertThat(beyond.score(scorer)).containsExactly(0.5, 0.5, 0.5);
        }

        @Test
        void timesOfThousandsOfYears_areForEver() {
            SessionAffinityScorer endless = SessionAffinityScorer.sessionIds()
                    .timeToLive(Duration.ofDays(1_000_000))
                    .sweepInterval(Duration.ofDays(1_000_000))
                    .build();
            TestCycle cycle = session("s1").now(1000);
            endless.dispatched(cycle, Dispatched.to(cycle, "pod-a"));
            endless.maintain(1001);

            assertThat(endless.nextDeadline()).isEqualTo(Long.MAX_VALUE);
            assertThat(cycle.now(Long.MAX_VALUE).score(endless)).containsExactly(1, 0, 0);
        }

        @Test
        void settingsOutOfRange_areRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SessionAffinityScorer.sessionIds().capacity(0))
                    .withMessageStartingWith("capacity: must be at least 1, but was 0.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SessionAffinityScorer.sessionIds().timeToLive(Duration.ZERO))
                    .withMessageStartingWith("timeToLive: must be positive, but was PT0S.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SessionAffinityScorer.sessionIds().sweepInterval(Duration.ofSeconds(-1)));
        }

        private static Target target(TestCycle cycle, String id) {
            int slot = cycle.fleet().slotOf(id);
            return new Target(cycle.fleet().endpoint(slot), slot, cycle.fleet().incarnation(slot), 1);
        }

        private TestCycle session(String id) {
            return TestCycle.of(FLEET, TestRequests.builder().sessionId(id).build());
        }
    }

    private static TestCycle sent(String header, String value) {
        return TestCycle.of(FLEET, request(header, value));
    }

    private static InferenceRequest request(String header, String value) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of(header, value)))
                .build();
    }
}
