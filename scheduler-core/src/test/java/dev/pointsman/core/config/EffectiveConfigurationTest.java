// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
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
                  - name: endpoint-subset-screener
                    type: endpoint-subset-screener
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
                      maxNumOfEndpoints: 1
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

    /** With the deciders that parameters may name, and profiles as each handler likes them. */
    static Stream<PluginFactory> types() {
        return BuiltInPlugins.factories(Semantics.LLM_D).stream()
                .filter(factory -> factory.parameters().stream().noneMatch(ParameterSpec::required));
    }

    @ParameterizedTest
    @MethodSource("types")
    void effective_ofEveryType_readsBackAsItself(PluginFactory factory) {
        StringBuilder plugins = new StringBuilder(HEAD + "plugins:\n- {name: x, type: " + factory.type() + "}\n");
        types().filter(other -> other.type().endsWith("-decider"))
                .forEach(
                        other -> plugins.append("- type: ").append(other.type()).append('\n'));
        boolean refused = true;
        for (String profiles : List.of("[]", "[decode]", "[decode, prefill]", "[decode, prefill, encode]")) {
            String text = plugins + "schedulingProfiles: " + profiles.replaceAll("([a-z]+)", "{name: $1, plugins: []}");
            try (Pointsman pointsman = scheduler(text)) {
                String effective = pointsman.effectiveConfiguration();
                assertThat(effective(effective)).isEqualTo(effective);
                factory.parameters().stream()
                        .filter(spec ->
                                spec.defaultValue() != null && spec.fields().isEmpty())
                        .forEach(spec -> assertThat(effective).contains(spec.name() + ":"));
                refused = false;
            } catch (ConfigurationException e) {
                assertThat(e).hasMessageContaining("profile");
            }
        }
        assertThat(refused).as("refused with any profiles").isFalse();
    }

    /** Parameters at every depth that are described, as a file may give them. */
    static Stream<String> given() {
        return Stream.of(
                "label-selector-filter, parameters: {matchLabels: {a: b}, matchExpressions: [{key: k, operator: In, values: [v]}]}",
                "utilization-filter, parameters: {conditions: [{metric: waiting-queue, maxValue: 5}]}",
                "endpoint-attribute-filter, parameters: {attribute: a, algorithm: {type: threshold,"
                        + " threshold: {operator: LessThan, value: 2}}}",
                "endpoint-attribute-scorer, parameters: {attributeKey: a, algorithm: {type: linear_lower_is_better,"
                        + " normalization: {fixedRange: {max: 7}}}}",
                "session-affinity-filter, parameters: {strategy: session_id, sessionIdConfig: {sources: [{header: x},"
                        + " {attribute: sessionId}]}}",
                "session-affinity-scorer, parameters: {encodedEndpointHeaderConfig: {}}",
                "approx-prefix-cache-producer, parameters: {blockSize: 128}",
                "precise-prefix-cache-producer, parameters: {tokenProcessorConfig: {blockSize: 32}, indexerConfig:"
                        + " {kvBlockIndexConfig: {costAwareMemoryConfig: {size: 64Mi}, inMemoryConfig: {size: 5}},"
                        + " kvCacheBackendConfigs: [{name: gpu, weight: 1}]}, kvEventsConfig: {podDiscoveryConfig: {}}}",
                "disagg-profile-handler, parameters: {profiles: {decode: default}, deciders: {encode: always-disagg-multimodal-decider}}",
                "disagg-profile-handler, parameters: {decodeProfile: default}",
                "weighted-load-filter, parameters: {terms: [{signal: kv-usage}, {gauge: g, weight: 2}]}",
                "disaggregatedset-rollout-screener, parameters: {scope: {labelSelector: a=b}, revisionGating: {mode: sum,"
                        + " requireRoles: {values: [a]}}}");
    }

    @ParameterizedTest
    @MethodSource("given")
    void effective_ofParametersGiven_readsBackAsItself(String given) {
        String text = HEAD + "plugins: [{type: always-disagg-multimodal-decider}, {name: x, type: " + given + "}]";

        String effective = effective(text);

        assertThat(effective(effective)).isEqualTo(effective);
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void effective_olderNameOfAParameter_standsUnderTheNewerOne(Semantics semantics) {
        EndpointPickerConfig older = EndpointPickerConfig.parse(
                        "epp.yaml",
                        HEAD + "plugins: [{type: approx-prefix-cache-producer, parameters: {blockSize: 128}}]")
                .semantics(semantics);
        try (Pointsman pointsman =
                Pointsman.builder(Fleet.create()).configuration(older).build()) {
            assertThat(pointsman.effectiveConfiguration())
                    .contains("blockSizeTokens: 128\n")
                    .doesNotContain("blockSize:");
        }
    }

    @Test
    void effective_nestedDefaults_areFilledInWhereAbsentMeansEmpty() {
        PluginFactory nested = new PluginFactory() {
            @Override
            public String type() {
                return "nested";
            }

            @Override
            public String description() {
                return "For tests.";
            }

            @Override
            public List<ParameterSpec> parameters() {
                ParameterSpec mode = ParameterSpec.optional("mode", ParameterSpec.Type.STRING, "fast", "How.");
                ParameterSpec room = ParameterSpec.optional("room", ParameterSpec.Type.SIZE, "2GiB", "How much.");
                ParameterSpec names = ParameterSpec.optional("names", ParameterSpec.Type.STRING_LIST, "[a, b]", "Who.");
                return List.of(
                        ParameterSpec.object("filled", "One.", mode, ParameterSpec.object("deep", "Two.", room, names)),
                        ParameterSpec.optional("open", ParameterSpec.Type.OBJECT, null, "Three.")
                                .withFields(mode),
                        ParameterSpec.objects("rules", "Four.", mode, room));
            }

            @Override
            public Plugin create(String name, Parameters parameters) {
                return new Plugin() {};
            }
        };
        String text = HEAD + "plugins: [{type: nested, parameters: {rules: [{room: 64Ki}, {}]}}]";
        try (Pointsman pointsman = Pointsman.builder(Fleet.create())
                .factory(nested)
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build()) {
            assertThat(pointsman.effectiveConfiguration()).contains("""
                      - name: nested
                        type: nested
                        parameters:
                          filled:
                            mode: fast
                            deep:
                              room: 2GiB
                              names:
                                - a
                                - b
                          rules:
                            - mode: fast
                              room: 64Ki
                            - mode: fast
                              room: 2GiB
                    """.indent(0));
        }
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
