// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.leastRequests;
import static dev.pointsman.core.Fixtures.named;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a dispatch reserves, on each leg, and when each part of it is released. */
class ReservedLoadTest {
    @Test
    void requestsTokens_areWhatTheProducerSaysOrElseThePrompt() {
        Pointsman counted = Pointsman.builder(fleet(1))
                .profile(leastRequests())
                .plugin("cost", new Tokens(40, 8))
                .build();
        Pointsman plain = Pointsman.builder(fleet(1)).profile(leastRequests()).build();

        Dispatch dispatch = dispatched(counted, request("r", 100));
        dispatched(plain, request("r", 100));

        assertThat(tokensInFlight(counted)).containsEntry("e0", 48L);
        assertThat(tokensInFlight(plain)).containsEntry("e0", 100L);
        dispatch.firstToken();
        assertThat(tokensInFlight(counted)).containsEntry("e0", 8L);
    }

    @Test
    void legs_chargeOutputToTheOneThatAnswersAndSetHeaders() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .profile(only("decode", "e0"))
                .profile(only("prefill", "e1"))
                .profile(only("spare", "e2"))
                .profileHandler(PluginRef.instance("legs", new Legs()))
                .plugin("cost", new Tokens(70, 30))
                .build();

        Dispatch dispatch = dispatched(pointsman, request("r", 70));

        SchedulingDecision decision = dispatch.decision();
        assertThat(decision.primary().profile()).isEqualTo("decode");
        assertThat(decision.otherLegs()).extracting(Leg::profile).containsExactly("prefill");
        assertThat(decision.headers()).isEqualTo(Map.of("x-prefiller", "10.0.0.1:8000"));
        // The spare profile ran and was not used, so it holds nothing.
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e0", 1L, "e1", 1L, "e2", 0L));
        assertThat(tokensInFlight(pointsman)).isEqualTo(Map.of("e0", 100L, "e1", 70L, "e2", 0L));

        dispatch.firstToken();
        assertThat(requestsInFlight(pointsman)).isEqualTo(Map.of("e0", 1L, "e1", 0L, "e2", 0L));
        assertThat(tokensInFlight(pointsman)).isEqualTo(Map.of("e0", 30L, "e1", 0L, "e2", 0L));

        dispatch.completed(Usage.UNKNOWN);
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void endingBeforeTheFirstToken_releasesEveryLeg() {
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(only("decode", "e0"))
                .profile(only("prefill", "e1"))
                .profileHandler(PluginRef.instance("legs", new Legs()))
                .build();

        dispatched(pointsman, request("r", 70)).failed("no route");

        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void laterLegThatFindsNothing_releasesTheEarlierOne() {
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(only("decode", "e0"))
                .profile(Profile.builder("prefill")
                        .filter(named("nobody", id -> false))
                        .build())
                .profileHandler(PluginRef.instance("legs", new Legs()))
                .build();

        Rejection rejection = rejected(pointsman, request("r", 70));

        assertThat(rejection.plugin()).isEqualTo("nobody");
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    private static Profile only(String profile, String id) {
        return Profile.builder(profile).filter(named("only-" + id, id::equals)).build();
    }

    /** Says what a request costs, wherever it goes. */
    private record Tokens(long prompt, long output) implements DataProducer {
        @Override
        public Set<DataKey> produces() {
            return Set.of(InFlightLoad.REQUEST_TOKENS, InFlightLoad.EXPECTED_OUTPUT_TOKENS);
        }

        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            cycle.put(InFlightLoad.EXPECTED_OUTPUT_TOKENS, output);
            LongColumn.Writable column = cycle.fill(InFlightLoad.REQUEST_TOKENS);
            for (int i = 0; i < candidates.size(); i++) {
                column.set(candidates.slot(i), prompt + output);
            }
        }
    }
}
