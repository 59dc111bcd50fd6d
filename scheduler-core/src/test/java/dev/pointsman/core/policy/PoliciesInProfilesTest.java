// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies at work together with what else a scheduler has. */
class PoliciesInProfilesTest {
    private static Fleet fleet(int size) {
        Fleet fleet = Fleet.create();
        for (int i = 0; i < size; i++) {
            fleet.join(Endpoint.builder("e" + i, "e" + i + ":1")
                    .label("pointsman.dev/taints", i == 0 ? "spot" : "")
                    .build());
        }
        return fleet;
    }

    @Test
    void aConfiguration_mixesThemWithOthersByWeight() {
        String yaml = """
                apiVersion: llm-d.ai/v1alpha1
                kind: EndpointPickerConfig
                plugins:
                - type: taint-filter
                - type: lmetric
                - type: queue-scorer
                - type: softmax-picker
                  parameters:
                    temperature: 0.2
                - type: single-profile-handler
                schedulingProfiles:
                - name: default
                  plugins:
                  - pluginRef: taint-filter
                  - pluginRef: lmetric
                    weight: 2
                  - pluginRef: queue-scorer
                  - pluginRef: softmax-picker
                """;
        try (Pointsman pointsman = Pointsman.builder(fleet(3))
                .configuration(EndpointPickerConfig.parse("policy.yaml", yaml))
                .failFast()
                .build()) {
            for (int i = 0; i < 50; i++) {
                Dispatch dispatch = (Dispatch) pointsman.schedule(TestRequests.request("r" + i));
                assertThat(dispatch.target().id()).isNotEqualTo("e0");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"least-work", "lmetric", "cache-minus-load"})
    void aBurstOfEqualRequests_isSpreadEvenly_beforeAnyEngineReports(String type) {
        Map<String, Integer> counts = new HashMap<>();
        try (Pointsman pointsman = Pointsman.builder(fleet(7))
                .profile(Profile.costs("default", CostUnit.SECONDS).cost(type).build())
                .failFast()
                .build()) {
            for (int i = 0; i < 700; i++) {
                // Each with a prompt of its own, so that no cache tells the endpoints apart.
                Dispatch dispatch = (Dispatch) pointsman.schedule(
                        TestRequests.builder("r" + i).tokens(i, -i, i, -i).build());
                counts.merge(dispatch.target().id(), 1, Integer::sum);
            }
        }

        assertThat(counts)
                .hasSize(7)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(100));
    }

    @Test
    void costsAndTheRampAddUp_soThatANewcomerWaitsForItsShare() {
        ManualClock clock = new ManualClock();
        Fleet fleet = fleet(1);
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .clock(clock)
                .profile(Profile.costs("default", CostUnit.SECONDS)
                        .cost(PluginRef.type("least-work", Map.of("tokensPerSecond", 100)))
                        .cost(PluginRef.type("endpoint-ramp", Map.of("ramp", "100s", "penaltySeconds", 3)))
                        .build())
                .failFast()
                .build()) {
            send(pointsman, "first");
            clock.advance(Duration.ofSeconds(200));
            fleet.join(Endpoint.of("new", "new:1"));

            // A hundred tokens take a second here: the second and third wait less than a newcomer costs.
            assertThat(send(pointsman, "second")).isEqualTo("e0");
            assertThat(send(pointsman, "third")).isEqualTo("e0");
            clock.advance(Duration.ofSeconds(90));
            assertThat(send(pointsman, "fourth")).isEqualTo("new");
        }
    }

    private static String send(Pointsman pointsman, String id) {
        int[] prompt = new int[100];
        Arrays.fill(prompt, id.hashCode());
        return ((Dispatch) pointsman.schedule(
                        TestRequests.builder(id).tokens(prompt).build()))
                .target()
                .id();
    }

    @Test
    void aPinnedRequest_goesWhereItIsPinned_andIsRefusedWhereThatIsFenced() {
        Fleet fleet = fleet(3);
        fleet.join(Endpoint.builder("fenced", "fenced:1")
                .label("pointsman.dev/fenced", "true")
                .build());
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("default").filter("pin-filter").build())
                .build()) {
            assertThat(pointsman
                            .evaluate(pinned("e2"))
                            .decision()
                            .primary()
                            .target()
                            .endpoint()
                            .id())
                    .isEqualTo("e2");
            assertThat(pointsman.evaluate(pinned("fenced")).rejection().detail())
                    .contains("pin-filter");
        }
    }

    private static InferenceRequest pinned(String endpoint) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("x-endpoint-pin", endpoint)))
                .build();
    }
}
