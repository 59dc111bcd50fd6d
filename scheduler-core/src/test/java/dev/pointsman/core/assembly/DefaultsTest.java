// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.profile.ShippedProfiles;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A host that declares nothing, or a shipped profile, gets a scheduler that works. */
class DefaultsTest {
    @Test
    void defaults_scheduleOverOneAndTwoEndpoints() {
        assertThat(dispatched(Pointsman.builder(fleet(1)).build(), request("r", 100))
                        .target()
                        .id())
                .isEqualTo("e0");

        Pointsman two = Pointsman.builder(fleet(2)).build();
        String first = dispatched(
                        two,
                        TestRequests.builder("a").text("How do trains turn?").build())
                .target()
                .id();
        String second = dispatched(
                        two,
                        TestRequests.builder("b")
                                .text("And who sets the points?")
                                .build())
                .target()
                .id();

        assertThat(List.of(first, second)).containsExactlyInAnyOrder("e0", "e1");
    }

    static Set<String> shippedProfiles() {
        return ShippedProfiles.names();
    }

    @ParameterizedTest
    @MethodSource("shippedProfiles")
    void shippedProfiles_buildAndSchedule(String name) {
        Profile profile = ShippedProfiles.find(name);
        assertThat(profile).isNotNull();
        Pointsman pointsman =
                Pointsman.builder(fleet(5)).profile(profile).failFast().build();

        for (int i = 0; i < 20; i++) {
            try (Dispatch dispatch = dispatched(pointsman, request("r" + i, 100))) {
                dispatch.firstToken();
            }
        }

        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
    }

    @Test
    void allShippedProfilesTogether_keepTheirParametersApart() {
        Pointsman.Builder builder = Pointsman.builder(fleet(5))
                .profileHandler(PluginRef.instance("handler", new FirstProfile()))
                .failFast();
        ShippedProfiles.names().forEach(name -> builder.profile(ShippedProfiles.find(name)));

        Pointsman pointsman = builder.build();

        assertThat(pointsman.evaluate(request("r", 100)).explanation().profiles())
                .hasSize(1);
    }
}
