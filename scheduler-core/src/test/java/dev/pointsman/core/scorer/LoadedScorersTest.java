// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.scorer.label.ContextLengthAware;
import dev.pointsman.testkit.TestRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scorers of labels and numbers, as a loaded configuration of llm-d makes them. */
class LoadedScorersTest {
    private static final String CONFIGURATION = """
            apiVersion: llm-d.ai/v1alpha1
            kind: EndpointPickerConfig
            plugins:
            - type: context-length-aware
              parameters:
                enableFiltering: true
            - type: header-label-affinity-scorer
              parameters:
                headerName: x-tier
                labelKey: tier
            - type: endpoint-attribute-scorer
              name: gpu
              parameters:
                attributeKey: DCGM_FI_DEV_GPU_UTIL
                algorithm:
                  type: linear_lower_is_better
                  normalization:
                    fixedRange: {min: 0, max: 1}
            - type: topology-affinity-scorer
            - type: multicluster-queue-scorer
            - type: load-aware-scorer
              parameters: {threshold: 0}
            schedulingProfiles:
            - name: default
              plugins:
              - pluginRef: context-length-aware
                weight: 2
              - pluginRef: header-label-affinity-scorer
              - pluginRef: gpu
              - pluginRef: topology-affinity-scorer
              - pluginRef: multicluster-queue-scorer
              - pluginRef: load-aware-scorer
            """;

    @Test
    void everyScorer_scoresAsLlmDDoes_andOneObjectFiltersAndScores() {
        Fleet fleet = Fleet.of(
                endpoint("fits", "0-100", "gold"), endpoint("tooSmall", "0-10", "gold"), Endpoint.of("open", "open:1"));
        fleet.update(
                "fits",
                EndpointMetrics.builder(0).gauge("DCGM_FI_DEV_GPU_UTIL", 0.75).build());
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("test", CONFIGURATION))
                .build()) {
            ProfileExplanation profile = pointsman
                    .evaluate(TestRequests.builder()
                            .tokens(new int[100])
                            .headers(HeaderLookup.of(Map.of("x-tier", "gold")))
                            .build())
                    .explanation()
                    .profiles()
                    .get(0);

            assertThat(profile.target()).isEqualTo("fits");
            assertThat(profile.fallbacks()).isEmpty();
            assertThat(candidate(profile, "tooSmall").removedBy()).isEqualTo("context-length-aware");
            assertThat(candidate(profile, "fits").scores())
                    .extracting(ScoreExplanation::used)
                    .containsExactly(0.3 + 0.7 * (0.7 / 1.01), 1.0, 0.25, 0.0, 0.0, 0.5);
            assertThat(candidate(profile, "open").scores())
                    .extracting(ScoreExplanation::used)
                    .containsExactly(0.5, 0.0, 0.0, 0.0, 0.0, 0.5);
        }
    }

    private static CandidateExplanation candidate(ProfileExplanation profile, String id) {
        return profile.candidates().stream()
                .filter(one -> one.endpoint().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Endpoint endpoint(String id, String range, String tier) {
        return Endpoint.builder(id, id + ":8000")
                .label(ContextLengthAware.DEFAULT_LABEL, range)
                .label("tier", tier)
                .build();
    }
}
