// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema for editors says what the loader does. */
class JsonSchemaTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static String schema() {
        return EndpointPickerConfig.jsonSchema(BuiltInPlugins.factories(Semantics.LLM_D));
    }

    private static List<String> violations(String schema, String text) throws IOException {
        return SchemaCheck.violations(JSON.readTree(schema), YAML.readTree(text));
    }

    /** If this fails after a change of a factory, write what it expected into the file: {@code -Dpointsman.rewrite=true}. */
    @Test
    void schemaInTheJar_isWhatTheFactoriesSay() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.root"))
                .resolve(
                        "scheduler-core/src/main/resources/dev/pointsman/core/config/endpoint-picker-config.schema.json");
        if (Boolean.getBoolean("pointsman.rewrite")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, schema());
        }

        assertThat(file).content(UTF_8).isEqualTo(schema());
    }

    @Test
    void schema_namesItsDraft() throws IOException {
        JsonNode schema = JSON.readTree(schema());

        assertThat(schema.get("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("additionalProperties").asBoolean()).isFalse();
    }

    static Stream<Path> samples() throws IOException, URISyntaxException {
        return SampleConfigurationsTest.samples();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySample_isValid(Path sample) throws IOException {
        assertThat(violations(schema(), Files.readString(sample))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "featureGates: [haPopulateNonLeaderDatastore=false, flowControl=false]",
                "dataLayer: {injectDefaults: true, crossReplicaSyncInterval: 1m30s}",
                "flowControl: {maxBytes: 500g, defaultPriorityBand: {maxBytes: 5 T}}",
                "flowControl: {maxBytes: 1Gi, maxRequests: 500, priorityBands: [{priority: -1, maxBytes: 64 MiB}]}",
                "pointsman: {semantics: corrected}",
                "plugins: [{name: x, type: load-aware-scorer, parameters: {threshold: 64}}]\n"
                        + "schedulingProfiles: [{name: p, plugins: [{pluginRef: x, weight: 0.5}]}]",
                "plugins: [{type: label-selector-filter, parameters: {matchLabels: {a/b: c}, matchExpressions: []}}]"
            })
    void whatLoads_isValid(String body) throws IOException {
        load(body);

        assertThat(violations(schema(), HEAD + body)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {}",
                "featureGates: [flowControl]",
                "featureGates: [other]",
                "dataLayer: {inject: true}",
                "flowControl: {maxBytes: 1 GG}",
                "flowControl: {defaultRequestTTL: 1 year}",
                "flowControl: {priorityBands: [{maxBytes: 1}]}",
                "pointsman: {semantics: ours}",
                "plugins: [{name: x}]",
                "plugins: [{type: no-such-scorer}]",
                "plugins: [{type: load-aware-scorer, parameters: {thresold: 64}}]",
                "plugins: [{type: load-aware-scorer, parameters: {threshold: many}}]",
                "plugins: [{type: prefix-cache-scorer, parameters: {matchLengthWeight: 2}}]",
                "schedulingProfiles: [{plugins: []}]",
                "plugins: [{type: queue-scorer}]\nschedulingProfiles: [{name: p, plugins: [{pluginRef: queue-scorer,"
                        + " weight: -1}]}]"
            })
    void whatIsRefused_isNotValid(String body) throws IOException {
        assertThatThrownBy(() -> load(body)).isInstanceOf(ConfigurationException.class);

        assertThat(violations(schema(), HEAD + body)).isNotEmpty();
    }

    @Test
    void nestedParameters_areDescribedToTheLastField() throws IOException {
        String schema = EndpointPickerConfig.jsonSchema(List.of(new Nested()));

        assertThat(violations(
                        schema,
                        HEAD
                                + "plugins: [{type: nested, parameters: {must: x, outer: {mode: slow, wait: 5s, room: 1Gi},"
                                + " rules: [{limit: 3}]}}]"))
                .isEmpty();
        assertThat(violations(
                        schema,
                        HEAD
                                + "plugins: [{type: nested, parameters: {must: x, outer: {mode: sluggish, wait: 5 s, room: 1 m, more: 1},"
                                + " rules: [{}, {limit: 0}, 7]}}]"))
                .extracting(violation -> violation.substring(0, violation.indexOf(' ')))
                .containsExactlyInAnyOrder(
                        ".plugins[0].parameters.outer.mode",
                        ".plugins[0].parameters.outer.wait",
                        ".plugins[0].parameters.outer.room",
                        ".plugins[0].parameters.outer",
                        ".plugins[0].parameters.rules[0]",
                        ".plugins[0].parameters.rules[1].limit",
                        ".plugins[0].parameters.rules[2]");
        assertThat(violations(schema, HEAD + "plugins: [{type: nested}]"))
                .containsExactly(".plugins[0] has no parameters");
    }

    private static void load(String body) {
        Pointsman.builder(Fleet.create())
                .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + body))
                .build()
                .close();
    }

    private static final class Nested implements PluginFactory {
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
            ParameterSpec limit = ParameterSpec.required("limit", ParameterSpec.Type.INTEGER, "How many.")
                    .between(1, 9);
            return List.of(
                    ParameterSpec.object(
                            "outer",
                            "One.",
                            ParameterSpec.optional("mode", ParameterSpec.Type.STRING, "fast", "How.")
                                    .oneOf("fast", "slow"),
                            ParameterSpec.optional("wait", ParameterSpec.Type.DURATION, "1s", "How long."),
                            ParameterSpec.optional("room", ParameterSpec.Type.SIZE, "1Mi", "How much.")),
                    ParameterSpec.required("must", ParameterSpec.Type.STRING, "What."),
                    ParameterSpec.objects("rules", "Many.", limit));
        }

        @Override
        public Plugin create(String name, Parameters parameters) {
            return new Plugin() {};
        }
    }
}
