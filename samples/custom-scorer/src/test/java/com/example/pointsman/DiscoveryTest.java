// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The plugins in the real scheduler, found by their type names. */
class DiscoveryTest {
    private final Fleet fleet = Fleet.of(
            Endpoint.of("a", "10.0.0.1:8000"), Endpoint.of("b", "10.0.0.2:8000"), Endpoint.of("c", "10.0.0.3:8000"));
    private final Profile profile = Profile.builder("default")
            .filter("concurrency-limit-filter", Map.of("limit", 2))
            .scorer("home-scorer", 2, Map.of("homes", 1))
            .scorer("active-request-scorer", 1)
            .build();

    @Test
    void discoveredPlugins_sendToTheHome_thenElsewhere_thenRefuse() {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .discoverPlugins(DiscoveryTest.class.getClassLoader())
                .profile(profile)
                .failFast()
                .build()) {
            String first = target(pointsman, "r1");
            String second = target(pointsman, "r2");
            Set<String> elsewhere = new HashSet<>();
            for (int i = 3; i <= 6; i++) {
                elsewhere.add(target(pointsman, "r" + i));
            }
            SchedulingOutcome last = pointsman.schedule(request("r7"));

            assertThat(second).as("the home takes as many as the limit allows").isEqualTo(first);
            assertThat(elsewhere).hasSize(2).doesNotContain(first);
            assertThat(last).isInstanceOfSatisfying(Rejection.class, rejection -> {
                assertThat(rejection.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
                assertThat(rejection.plugin()).isEqualTo("concurrency-limit-filter");
            });
        }
    }

    @Test
    void twoSchedulersThatShareNothing_agreeOnTheHome() {
        try (Pointsman one = Pointsman.builder(fleet)
                        .profile(profile)
                        .factory(new HomeScorerFactory())
                        .factory(new ConcurrencyLimitFilterFactory())
                        .build();
                Pointsman other = Pointsman.builder(Fleet.of(
                                Endpoint.of("c", "10.0.0.3:8000"),
                                Endpoint.of("b", "10.0.0.2:8000"),
                                Endpoint.of("a", "10.0.0.1:8000")))
                        .seed(99)
                        .profile(profile)
                        .discoverPlugins(DiscoveryTest.class.getClassLoader())
                        .build()) {
            assertThat(target(one, "r1")).isEqualTo(target(other, "r2"));
        }
    }

    /** The dispatch is left open on purpose: these tests are about load. */
    private static String target(Pointsman pointsman, String id) {
        SchedulingOutcome outcome = pointsman.schedule(request(id));
        assertThat(outcome).isInstanceOf(Dispatch.class);
        return ((Dispatch) outcome).target().id();
    }

    private static InferenceRequest request(String id) {
        return InferenceRequest.builder(id, "llama")
                .text("You are a helpful assistant.")
                .build();
    }
}
