// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import org.junit.jupiter.api.Test;

/** The filters as a configuration of llm-d's names them. */
class FilterConfigurationTest {
    private final Fleet fleet = Fleet.of(
            Endpoint.builder("a", "10.0.0.1:8000")
                    .label("llm-d.ai/role", "decode")
                    .label("zone", "eu")
                    .build(),
            Endpoint.builder("b", "10.0.0.2:8000")
                    .label("llm-d.ai/role", "decode")
                    .label("zone", "us")
                    .build(),
            Endpoint.of("bare", "10.0.0.3:8000"));

    @Test
    void oneAfterAnother_theyNarrow() {
        fleet.update(
                "a", EndpointMetrics.builder(1).kvUsage(0.4).gauge("heat", 0.2).build());
        fleet.update(
                "b", EndpointMetrics.builder(1).kvUsage(0.4).gauge("heat", 0.2).build());

        try (Pointsman pointsman = loaded("""
                - type: decode-filter
                - type: by-label
                  parameters: {label: zone, validValues: [eu], allowsNoLabel: true}
                - type: utilization-filter
                  parameters:
                    conditions:
                    - {metric: kv-cache-utilization, maxValue: 0.5}
                    - {metric: active-requests, maxValue: 5}
                - type: endpoint-attribute-filter
                  parameters:
                    attribute: heat
                    producer: dcgm-extractor
                    onMissing: Fail
                    fallbackOnEmpty: true
                    algorithm: {type: threshold, threshold: {operator: LessThan, value: 0.9}}
                - type: topology-affinity-filter
                - type: session-affinity-filter
                """)) {
            Dispatch dispatch = Fixtures.dispatched(pointsman, Fixtures.request("r"));

            assertThat(dispatch.target().id()).isEqualTo("a");
            assertThat(dispatch.responseHeaders()).containsOnlyKeys("x-session-token");
        }
    }

    @Test
    void selector_isLlmds_soThatAnEndpointWithoutLabelsNeverMatches() {
        try (Pointsman pointsman = loaded("""
                - type: by-label-selector
                  parameters:
                    matchExpressions:
                    - {key: zone, operator: DoesNotExist}
                """)) {
            Rejection rejection = Fixtures.rejected(pointsman, Fixtures.request("r"));

            assertThat(rejection.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
        }
    }

    /** Makes a scheduler of plugins, each of which is in the one profile. */
    private Pointsman loaded(String plugins) {
        StringBuilder text = new StringBuilder("apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n");
        text.append(plugins).append("schedulingProfiles:\n- name: default\n  plugins:\n");
        plugins.lines()
                .filter(line -> line.startsWith("- type: "))
                .forEach(line ->
                        text.append("  - pluginRef: ").append(line.substring(8)).append('\n'));
        return Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("epp.yaml", text.toString()))
                .build();
    }
}
