// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
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
                    'plugins: [{type: load-aware-scorer, parameters: {threshold: -1}}]' | 'epp.yaml:3:50: plugins[0].parameters.threshold: must be a whole number'
                    'plugins: {}'                                                   | 'epp.yaml:3:10: plugins: must be a list, but was an object.'
                    'schedulingProfiles: [{name: p, plugins: [{pluginRef: x}]}]'    | 'epp.yaml:3:43: schedulingProfiles[0].plugins[0].pluginRef: no declared plugin is called x.'
                    'featureGates: [flowControl]'                                   | 'epp.yaml:3:1: featureGates: belongs to flow control'
                    'plugins: [{type: round-robin-fairness-policy}]'                | 'epp.yaml:3:12: plugins[0].type: round-robin-fairness-policy belongs to flow control'
                    'plugins: [&a {type: queue-scorer}]'                            | 'epp.yaml:3:11: anchors and aliases are not allowed.'
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

    @Test
    void reload_keepsWhatEqualPluginsKnow_andFinishesWhatIsUnderWay() {
        String text = HEAD + """
                plugins:
                - type: approx-prefix-cache-producer
                  parameters: {blockSizeTokens: 64}
                - type: prefix-cache-scorer
                """;
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build()) {
            Dispatch first = (Dispatch) pointsman.schedule(request("r1"));
            String home = first.target().id();

            pointsman.reload(EndpointPickerConfig.parse("epp.yaml", text + "- type: queue-scorer\n"));

            assertThat(pointsman.requestsInFlight(home)).isEqualTo(1);
            for (int i = 2; i < 10; i++) {
                assertThat(target(pointsman, "r" + i)).isEqualTo(home);
            }
            first.close();
            assertThat(pointsman.requestsInFlight(home)).isZero();
        }
    }

    @Test
    void reload_ofAWrongConfiguration_changesNothing() {
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("good.yaml", HEAD))
                .build()) {
            EndpointPickerConfig wrong =
                    EndpointPickerConfig.parse("bad.yaml", HEAD + "plugins: [{type: nothing-scorer}]\n");

            assertThatThrownBy(() -> pointsman.reload(wrong)).hasMessageContaining("bad.yaml:3");
            assertThat(pointsman.schedule(request("r1"))).isInstanceOf(Dispatch.class);
        }
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
