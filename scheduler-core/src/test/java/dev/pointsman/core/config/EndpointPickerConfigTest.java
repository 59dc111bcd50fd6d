// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointPickerConfigTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";

    private final Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.1:8000"), Endpoint.of("b", "10.0.0.2:8000"));

    @Test
    void basic_schedulesByItsScorers() {
        fleet.update("a", EndpointMetrics.builder(1).waitingRequests(7).build());
        fleet.update("b", EndpointMetrics.builder(1).waitingRequests(0).build());
        EndpointPickerConfig config = EndpointPickerConfig.parse("epp.yaml", HEAD + """
                plugins:
                - type: queue-scorer
                - name: best
                  type: max-score-picker
                schedulingProfiles:
                - name: default
                  plugins:
                  - pluginRef: queue-scorer
                    weight: 2
                  - pluginRef: best
                """);
        try (Pointsman pointsman =
                Pointsman.builder(fleet).configuration(config).build()) {
            assertThat(target(pointsman, "r1")).isEqualTo("b");
        }
    }

    @Test
    void json_isReadToo() {
        EndpointPickerConfig config = EndpointPickerConfig.parse("epp.json", """
                {"apiVersion": "inference.networking.x-k8s.io/v1alpha1", "kind": "EndpointPickerConfig",
                 "plugins": [{"type": "random-picker"}]}
                """);

        assertThat(config.plugins()).extracting(DeclaredPlugin::name).containsExactly("random-picker");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n"})
    void noConfiguration_isTheDefaultOne(String text) {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build()) {
            assertThat(pointsman.evaluate(request("r1")).explanation().toString())
                    .contains("queue-scorer", "kv-cache-utilization-scorer", "prefix-cache-scorer");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'plugins: [{type: queue-scorer, weight: 1}]'                    | 'epp.yaml:3:32: plugins[0].weight: no field is called weight.'
                    'plugins: [{type: quue-scorer}]'                                | 'epp.yaml:3:12: plugins[0].type: no plugin type is called quue-scorer.'
                    'plugins: [{type: queue-scorer}, {type: queue-scorer}]'         | 'epp.yaml:3:34: plugins[1].type: another plugin is called queue-scorer already.'
                    'plugins: [{type: burst-prefix-cache-producer, parameters: {windowDurationMs: -1}}]' | 'epp.yaml:3:60: plugins[0].parameters.windowDurationMs: must be a whole number'
                    'plugins: {}'                                                   | 'epp.yaml:3:10: plugins: must be a list, but was an object.'
                    'schedulingProfiles: [{name: p, plugins: [{pluginRef: x}]}]'    | 'epp.yaml:3:43: schedulingProfiles[0].plugins[0].pluginRef: no declared plugin is called x.'
                    'featureGates: [flowControl]'                                   | 'epp.yaml:3:16: featureGates[0]: opens flowControl, and flow control is not'
                    'plugins: [{type: round-robin-fairness-policy}]'                | 'epp.yaml:3:12: plugins[0].type: round-robin-fairness-policy belongs to flow control'
                    'plugins: [&a {type: queue-scorer}]'                            | 'epp.yaml:3:11: plugins[0]: anchors and aliases are not allowed.'
                    """)
    void wrongConfiguration_saysWhere(String body, String message) {
        assertThatThrownBy(() -> Pointsman.builder(fleet)
                        .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + body + "\n"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .message()
                .startsWith(message)
                .contains("\nMaybe ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "featureGates: [flowControl=false]",
                "featureGates: [haPopulateNonLeaderDatastore]",
                "featureGates: [haPopulateNonLeaderDatastore=false]",
                "featureGates: [flowControl, flowControl=false]",
                "dataLayer: {injectDefaults: true}",
                "dataLayer: {injectDefaults: false, sources: [], crossReplicaSyncInterval: 200ms}",
                "dataLayer: {crossReplicaSyncerPluginRef: ''}",
                "flowControl: {maxBytes: 1Gi, maxRequests: 5k, defaultRequestTTL: 1m30s, noEndpointRequestTTL: 0s}",
                "flowControl: {priorityBands: [{priority: -1, fairnessPolicyRef: x, orderingPolicyRef: y}],"
                        + " saturationDetector: {pluginRef: z}, usageLimitPolicyPluginRef: u, enableEviction: true}",
                "requestHandler: {}",
                "requestHandler: {parsers: []}",
                "saturationDetector: {}",
                "parser:",
                "schedulingProfiles: []"
            })
    void whatAsksForNothing_isAccepted(String body) {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + body + "\n"))
                .build()) {
            assertThat(pointsman.schedule(request("r1"))).isInstanceOf(Dispatch.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'featureGates: [flowControl=false, flowControl=true]'              | 'epp.yaml:3:35: featureGates[1]: opens flowControl, and flow control'
                    'featureGates: [flowcontrol]'                                      | 'epp.yaml:3:16: featureGates[0]: no feature gate is called flowcontrol.'
                    'featureGates: [flowControl=yes]'                                  | 'epp.yaml:3:16: featureGates[0]: must be flowControl=true or flowControl=false'
                    'dataLayer: {sources: [{pluginRef: metrics-data-source}]}'         | 'epp.yaml:3:13: dataLayer.sources: belongs to metric scraping, which'
                    'dataLayer: {discovery: {pluginRef: file-discovery}}'              | 'epp.yaml:3:13: dataLayer.discovery: belongs to endpoint discovery, which'
                    'dataLayer: {peerDiscovery: {pluginRef: x}}'                       | 'epp.yaml:3:13: dataLayer.peerDiscovery: belongs to state shared between replicas'
                    'dataLayer: {crossReplicaSyncerPluginRef: x}'                      | 'epp.yaml:3:13: dataLayer.crossReplicaSyncerPluginRef: belongs to state shared'
                    'dataLayer: {crossReplicaSyncInterval: soon}'                      | 'epp.yaml:3:13: dataLayer.crossReplicaSyncInterval: must be a length of time'
                    'dataLayer: {source: []}'                                          | 'epp.yaml:3:13: dataLayer.source: no parameter is called source.'
                    'requestHandler: {parsers: [{pluginRef: openai-parser}]}'          | 'epp.yaml:3:18: requestHandler.parsers: belongs to request parsing, which'
                    'parser: {pluginRef: openai-parser}'                               | 'epp.yaml:3:10: parser.pluginRef: belongs to request parsing, which'
                    'saturationDetector: {pluginRef: utilization-detector}'            | 'epp.yaml:3:22: saturationDetector.pluginRef: belongs to flow control'
                    'flowControl: {maxBytes: 1GG}'                                     | 'epp.yaml:3:15: flowControl.maxBytes: must be an amount of memory'
                    'flowControl: {priorityBands: [{prioritty: 1}]}'                   | 'epp.yaml:3:32: flowControl.priorityBands[0].prioritty: no parameter is called'
                    'plugins: [{type: token-producer}]'                                | 'epp.yaml:3:12: plugins[0].type: token-producer belongs to tokenizers, which'
                    'plugins: [{type: metrics-data-source}]'                           | 'epp.yaml:3:12: plugins[0].type: metrics-data-source belongs to metric scraping'
                    'plugins: [{type: concurrency-detector}]'                          | 'epp.yaml:3:12: plugins[0].type: concurrency-detector belongs to flow control'
                    'plugins: [{name: x}]'                                             | 'epp.yaml:3:11: plugins[0].type: must be given and not blank.'
                    'plugins: [{type: single-profile-handler}, {name: b, type: single-profile-handler}]' | 'epp.yaml:3:43: plugins[1]: is a second profile handler'
                    'plugins: [{type: max-score-picker}, {name: b, type: random-picker}]\nschedulingProfiles: [{name: p, plugins: [{pluginRef: max-score-picker}, {pluginRef: b}]}]' | 'epp.yaml:4:32: schedulingProfiles[0].plugins: has two pickers'
                    'schedulingProfiles: [{name: p, plugins: []}, {name: p, plugins: []}]' | 'epp.yaml:3:47: schedulingProfiles[1].name: another profile is called p already.'
                    'schedulingProfiles: [{name: p, plugins: []}, {name: q, plugins: []}]' | 'epp.yaml:3:46: schedulingProfiles[1]: profiles p, q: there is no profile handler'
                    'plugins: [{type: single-profile-handler}]\nschedulingProfiles: [{name: p, plugins: []}, {name: q, plugins: []}]' | 'epp.yaml:3:11: plugins[0]: profile handler: needs exactly one profile'
                    'plugins: [{type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: none}}]' | 'epp.yaml:3:11: plugins[0]: plugin prefix-cache-scorer: reads prefix-match'
                    'plugins: [{type: session-affinity-scorer, parameters: {sessionIdConfig: {evictionTtl: 7}}}]' | 'epp.yaml:3:74: plugins[0].parameters.sessionIdConfig.evictionTtl: no parameter is called'
                    'plugins: [{type: label-selector-filter, parameters: {matchLabels: {llm-d.ai/role: 7}}}]' | 'epp.yaml:3:68: plugins[0].parameters.matchLabels.llm-d.ai/role: must be text'
                    """)
    void whatAsksForWhatIsNotThere_isRefusedWhereItStands(String body, String message) {
        assertThatThrownBy(() -> Pointsman.builder(fleet)
                        .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + body.replace("\\n", "\n") + "\n"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .message()
                .startsWith(message)
                .contains("\nMaybe ");
    }

    @Test
    void headWithoutAKnownGroup_isRefused() {
        assertThatThrownBy(() ->
                        EndpointPickerConfig.parse("epp.yaml", "apiVersion: llm-d.ai/v1\nkind: EndpointPickerConfig"))
                .hasMessageStartingWith("epp.yaml:1:1: apiVersion: must be llm-d.ai/v1alpha1 or"
                        + " inference.networking.x-k8s.io/v1alpha1, but was llm-d.ai/v1.");
        assertThatThrownBy(() -> EndpointPickerConfig.parse("epp.yaml", "plugins: []"))
                .hasMessageStartingWith("epp.yaml:1:1: apiVersion: must be given and not blank.");
    }

    @Test
    void producersThatAreNeeded_areAddedTransitively() {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + "plugins: [{type: latency-scorer}]"))
                .build()) {
            assertThat(pointsman.effectiveConfiguration())
                    .contains("type: predicted-latency-producer", "type: approx-prefix-cache-producer");
        }
    }

    @Test
    void configurationOfPluginsOnly_makesOneProfileOfThem() {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse(
                        "epp.yaml",
                        HEAD + "plugins: [{type: decode-filter}, {type: random-picker}, {type: queue-scorer}]"))
                .build()) {
            assertThat(pointsman.effectiveConfiguration()).endsWith("""
                    schedulingProfiles:
                      - name: default
                        plugins:
                          - pluginRef: decode-filter
                          - pluginRef: queue-scorer
                            weight: 1
                          - pluginRef: random-picker
                    """);
        }
    }

    @Test
    void semantics_areTheFilesUnlessTheHostSaysOtherwise() {
        EndpointPickerConfig corrected =
                EndpointPickerConfig.parse("epp.yaml", HEAD + "pointsman: {semantics: corrected}");

        assertThat(EndpointPickerConfig.parse("epp.yaml", HEAD).semantics()).isEqualTo(Semantics.LLM_D);
        assertThat(corrected.semantics()).isEqualTo(Semantics.CORRECTED);
        assertThat(corrected.semantics(Semantics.LLM_D).semantics()).isEqualTo(Semantics.LLM_D);
    }

    @Test
    void profilesInCodeBesideAConfiguration_areRefused() {
        assertThatThrownBy(() -> Pointsman.builder(fleet)
                        .profile("default")
                        .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD))
                        .build())
                .hasMessageContaining("has a configuration, and profiles in code as well.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plugins: [{type: tokn-producer}] | Maybe token-producer was meant",
                "plugins: [{type: approx-prefix-cache-producer, name: history},"
                        + " {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: histori}}]"
                        + " | Maybe history was meant",
                "{plugins: [{type: prefix-cache-scorer}],"
                        + " pointsman: {conditionalDecode: {prefixProducers: [aprox-prefix-cache-producer]}}}"
                        + " | pointsman.conditionalDecode: no plugin of the name aprox-prefix-cache-producer"
            })
    void nameThatIsWrong_isSaidWithWhatWouldBeRight(String body, String said) {
        String text = body.startsWith("{")
                ? "{apiVersion: llm-d.ai/v1alpha1, kind: EndpointPickerConfig, " + body.substring(1)
                : HEAD + body;
        EndpointPickerConfig config = EndpointPickerConfig.parse("epp.yaml", text);

        assertThatThrownBy(() -> Pointsman.builder(fleet).configuration(config).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(said);
    }

    @Test
    void partThatNobodyDeclared_isPlacedAtNoProfile() {
        PluginFactory reader = factory("reader", new Plugin() {
            @Override
            public Set<DataKey> consumes() {
                return Set.of(new AttributeKey<>("a", "made-by-default", String.class));
            }
        });
        PluginFactory byDefault = factory("made-by-default", new DataProducer() {
            @Override
            public Set<DataKey> produces() {
                return Set.of(new AttributeKey<>("a", "made-by-default", String.class));
            }

            @Override
            public Set<DataKey> consumes() {
                return Set.of(new AttributeKey<>("b", "nobody", String.class));
            }

            @Override
            public void produce(ProductionCycle cycle, Candidates candidates) {}
        });
        String text = HEAD + "plugins: [{type: reader}, {type: header-profile-handler}]\n"
                + "schedulingProfiles: [{name: decode, plugins: []}, {name: prefill, plugins: []}]";

        assertThatThrownBy(() -> Pointsman.builder(fleet)
                        .factory(reader)
                        .factory(byDefault)
                        .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                        .build())
                .hasMessageContaining("plugin made-by-default: reads b of nobody")
                .isInstanceOfSatisfying(
                        ConfigurationException.class, e -> assertThat(e.path()).isEmpty());
    }

    private static PluginFactory factory(String type, Plugin plugin) {
        return new PluginFactory() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public String description() {
                return "For tests.";
            }

            @Override
            public List<ParameterSpec> parameters() {
                return List.of();
            }

            @Override
            public Plugin create(String name, Parameters parameters) {
                return plugin;
            }
        };
    }

    private static String target(Pointsman pointsman, String id) {
        SchedulingOutcome outcome = pointsman.schedule(request(id));
        assertThat(outcome).isInstanceOf(Dispatch.class);
        try (Dispatch dispatch = (Dispatch) outcome) {
            return dispatch.target().id();
        }
    }

    private static InferenceRequest request(String id) {
        return InferenceRequest.builder(id, "llama").text("x".repeat(4_000)).build();
    }
}
