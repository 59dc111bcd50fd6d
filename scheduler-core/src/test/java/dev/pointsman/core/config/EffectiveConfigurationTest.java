// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveConfigurationTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                HEAD + "plugins: [{type: queue-scorer}, {type: prefix-cache-scorer}]",
                HEAD + "plugins: [{name: x, type: load-aware-scorer, parameters: {threshold: 64}}]\n"
                        + "schedulingProfiles: [{name: p, plugins: [{pluginRef: x, weight: 0.5}]}]",
                HEAD + "pointsman: {semantics: corrected}\nplugins: [{type: session-affinity-scorer, parameters:"
                        + " {strategy: session_id, sessionIdConfig: {evictionTtlSeconds: 12, sources: [{header: x-a}]}}}]"
            })
    void effective_readsBackAsItself(String text) {
        String effective = effective(text);

        assertThat(effective(effective)).isEqualTo(effective);
    }

    @Test
    void effective_saysWhatNobodyDeclared() {
        assertThat(effective("")).isEqualTo("""
                apiVersion: llm-d.ai/v1alpha1
                kind: EndpointPickerConfig
                pointsman:
                  semantics: llm-d
                plugins:
                  - name: queue-scorer
                    type: queue-scorer
                  - name: kv-cache-utilization-scorer
                    type: kv-cache-utilization-scorer
                  - name: prefix-cache-scorer
                    type: prefix-cache-scorer
                    parameters:
                      prefixMatchInfoProducerName: approx-prefix-cache-producer
                      matchLengthWeight: 0
                      matchLengthScaleTokens: 8192
                  - name: max-score-picker
                    type: max-score-picker
                    parameters:
                      maxNumOfEndpoints: 4
                  - name: single-profile-handler
                    type: single-profile-handler
                  - name: approx-prefix-cache-producer
                    type: approx-prefix-cache-producer
                    parameters:
                      autoTune: true
                      blockSizeTokens: 16
                      maxPrefixTokensToMatch: 131072
                      maxPrefixBlocksToMatch: 2048
                      lruCapacityPerServer: 31250
                schedulingProfiles:
                  - name: default
                    plugins:
                      - pluginRef: queue-scorer
                        weight: 2
                      - pluginRef: kv-cache-utilization-scorer
                        weight: 2
                      - pluginRef: prefix-cache-scorer
                        weight: 3
                      - pluginRef: max-score-picker
                """);
    }

    @Test
    void jsonSchema_namesEveryTypeAndParameter() throws IOException {
        Set<String> names = new HashSet<>();
        try (JsonParser parser =
                new JsonFactory().createParser(EndpointPickerConfig.jsonSchema(BuiltInPlugins.factories()))) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
                    names.add(parser.getText());
                }
            }
        }
        for (PluginFactory factory : BuiltInPlugins.factories()) {
            assertThat(names).contains(factory.type()).containsAll(factory.aliases());
            factory.parameters().forEach(spec -> assertThat(names).contains(spec.name()));
        }
    }

    @Test
    void findings_pointAtWhatIsProbablyNotMeant() {
        List<Finding> findings = scheduler(HEAD + """
                        plugins:
                        - type: queue-scorer
                        - type: load-aware-scorer
                        - {name: again, type: queue-scorer}
                        - type: kv-cache-utilization-scorer
                        - type: running-requests-size-scorer
                        - type: session-id-producer
                          parameters: {headerName: x-s}
                        - {type: approx-prefix-cache-producer, parameters: {maxPrefixTokensToMatch: 8192}}
                        schedulingProfiles:
                        - name: default
                          plugins:
                          - {pluginRef: queue-scorer, weight: 100}
                          - {pluginRef: load-aware-scorer, weight: 1}
                          - {pluginRef: again, weight: 5}
                          - {pluginRef: kv-cache-utilization-scorer, weight: 0}
                          - {pluginRef: session-id-producer}
                        """).findings(100_000);

        assertThat(findings)
                .extracting(Finding::rule, Finding::line)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.MATCH_CAP_BELOW_CONTEXT, 11),
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.DOMINATED_SCORER, 16),
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.REPEATED_SCORER, 17),
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.DEAD_SCORER, 18),
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.MISPLACED_PLUGIN, 19),
                        org.assertj.core.groups.Tuple.tuple(Finding.Rule.UNUSED_PLUGIN, 8));
    }

    @Test
    void findings_ofTheDefault_areNone() {
        assertThat(scheduler("").findings(100_000)).isEmpty();
    }

    private static String effective(String text) {
        try (Pointsman pointsman = scheduler(text)) {
            return pointsman.effectiveConfiguration();
        }
    }

    private static Pointsman scheduler(String text) {
        return Pointsman.builder(Fleet.create())
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build();
    }
}
