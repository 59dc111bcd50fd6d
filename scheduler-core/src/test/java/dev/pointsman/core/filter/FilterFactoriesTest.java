// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FilterFactoriesTest {
    /** What types that cannot do without parameters are given. */
    private static final Map<String, Map<String, ?>> REQUIRED = Map.of(
            "by-label", Map.of("label", "zone", "validValues", List.of("z1")),
            "utilization-filter", Map.of("conditions", List.of(Map.of("metric", "active-requests", "maxValue", 10))),
            "endpoint-attribute-filter", attribute(Map.of("operator", "LessThan", "value", 3)));

    static List<PluginFactory> factories() {
        return Stream.of(Semantics.values())
                .flatMap(semantics -> FilterFactories.all(semantics).stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("factories")
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory, REQUIRED.getOrDefault(factory.type(), Map.of()))
                .prepared(cycle -> cycle.with(
                        Peer.ENDPOINT,
                        Endpoint.builder("peer", "peer:1")
                                .label("topology.kubernetes.io/zone", "z1")
                                .build()))
                .verify();
    }

    @Test
    void types_areLlmds() {
        for (Semantics semantics : Semantics.values()) {
            assertThat(FilterFactories.all(semantics))
                    .extracting(PluginFactory::type)
                    .containsExactlyInAnyOrder(
                            "label-selector-filter",
                            "by-label",
                            "decode-filter",
                            "prefill-filter",
                            "encode-filter",
                            "session-affinity-filter",
                            "multicluster-session-affinity-filter",
                            "topology-affinity-filter",
                            "utilization-filter",
                            "endpoint-attribute-filter",
                            "header-based-testing-filter");
        }
        assertThat(FilterFactories.all())
                .filteredOn(factory -> factory.type().equals("label-selector-filter"))
                .singleElement()
                .satisfies(factory -> assertThat(factory.aliases()).containsExactly("by-label-selector"));
    }

    @Test
    void everyType_makesAnotherEachTime_andDescribesItself() {
        for (PluginFactory factory : FilterFactories.all()) {
            Parameters parameters = Parameters.of("parameters", REQUIRED.getOrDefault(factory.type(), Map.of()));
            Plugin plugin = factory.create("any", parameters);

            assertThat(plugin).isNotSameAs(factory.create("other", parameters));
            assertThat(factory.description()).endsWith(".");
        }
    }

    @Test
    void constraints_areTheFiltersByRoleAndLabel() {
        assertThat(FilterFactories.all())
                .filteredOn(factory -> ((Filter) factory.create(
                                "any", Parameters.of("parameters", REQUIRED.getOrDefault(factory.type(), Map.of()))))
                        .constraint())
                .extracting(PluginFactory::type)
                .containsExactlyInAnyOrder(
                        "label-selector-filter",
                        "by-label",
                        "decode-filter",
                        "prefill-filter",
                        "encode-filter",
                        "header-based-testing-filter");
    }

    @Test
    void byLabel_needsALabelAndSomethingThatPasses() {
        refuses("by-label", Map.of("label", "", "validValues", List.of("x")), "label: must be text that is not blank");
        refuses("by-label", Map.of("validValues", List.of("x")), "label: must be given");
        refuses("by-label", Map.of("label", "zone"), "validValues: must have a value");
        assertThat(make("by-label", Map.of("label", "zone", "allowsNoLabel", true)))
                .hasToString("LabelValueFilter[zone of [] or none]");
    }

    @Test
    void utilization_needsKnownMetricsAndLimits() {
        refuses("utilization-filter", Map.of(), "conditions: must be given");
        refuses("utilization-filter", Map.of("conditions", List.of()), "conditions: must have at least one condition");
        refusesCondition(Map.of("maxValue", 1), "metric: must be given");
        refusesCondition(Map.of("metric", "unknown", "maxValue", 1), "metric: must be active-requests, ");
        refusesCondition(Map.of("metric", "waiting-queue"), "maxValue: must be given");
        refusesCondition(Map.of("metric", "waiting-queue", "maxValue", -1), "maxValue: must be ");
        refusesCondition(Map.of("metric", "kv-cache-utilization", "maxValue", 1.5), "maxValue: must be ");
        refusesCondition(
                Map.of("metric", "waiting-queue", "maxValue", 1, "minValue", 0),
                "minValue: no parameter is called minValue.");
    }

    @Test
    void attribute_needsANameAndAThreshold() {
        refuses("endpoint-attribute-filter", Map.of(), "attribute: must be given");
        refuses("endpoint-attribute-filter", Map.of("attribute", "heat"), "algorithm: must be given");
        refuses(
                "endpoint-attribute-filter",
                Map.of("attribute", "heat", "algorithm", Map.of("type", "linear", "threshold", Map.of())),
                "algorithm.type: must be threshold");
        refuses(
                "endpoint-attribute-filter",
                attribute(Map.of("value", 3)),
                "algorithm.threshold.operator: must be given");
        refuses(
                "endpoint-attribute-filter",
                attribute(Map.of("operator", "Below", "value", 3)),
                "algorithm.threshold.operator: must be LessThan, ");
        refuses(
                "endpoint-attribute-filter",
                attribute(Map.of("operator", "LessThan")),
                "algorithm.threshold.value: must be given");
        refuses(
                "endpoint-attribute-filter",
                with(attribute(Map.of("operator", "LessThan", "value", 3)), "attribute", "heat/dcgm-extractor"),
                "attribute: must be a name without a producer");
        refuses(
                "endpoint-attribute-filter",
                with(attribute(Map.of("operator", "LessThan", "value", 3)), "onMissing", "Maybe"),
                "onMissing: must be Pass or Fail");
    }

    @Test
    void attribute_ofAnotherProducer_isAGauge() {
        Map<String, ?> parameters = with(
                with(attribute(Map.of("operator", "LessThan", "value", 3)), "attribute", "WaitingQueueSize"),
                "onMissing",
                "Fail");
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint("signal", known -> known.waitingRequests(1))
                .endpoint("gauge", known -> known.gauge("WaitingQueueSize", 1))
                .build());

        assertThat(cycle.filter((Filter) make("endpoint-attribute-filter", parameters)))
                .containsExactly("signal", "gauge");
        assertThat(cycle.filter((Filter) make("endpoint-attribute-filter", with(parameters, "producer", ""))))
                .containsExactly("gauge");
    }

    @Test
    void topology_knowsFourTiers() {
        assertThat(make("topology-affinity-filter", Map.of())).hasToString("TopologyAffinityFilter[HOST]");
        assertThat(make("topology-affinity-filter", Map.of("minAffinity", "region")))
                .hasToString("TopologyAffinityFilter[REGION]");
        refuses(
                "topology-affinity-filter",
                Map.of("minAffinity", "planet"),
                "minAffinity: must be host, rack, zone or region");
    }

    @Test
    void session_refusesWhatItDoesNotKnow() {
        for (String type : List.of("session-affinity-filter", "multicluster-session-affinity-filter")) {
            refuses(type, Map.of("strategy", "cookie"), "strategy: must be encoded_endpoint_header or session_id");
            refuses(
                    type,
                    Map.of("strategy", "session_id", "sessionIdConfig", Map.of("ttl", 3)),
                    "sessionIdConfig.ttl: no parameter is called ttl.");
            refuses(
                    type,
                    Map.of("sessionIdConfig", Map.of("sources", List.of(Map.of("header", "a", "attribute", "b")))),
                    "sessionIdConfig.sources[0].header: must be given, or attribute, and not both");
        }
    }

    @Test
    void selector_isReadFromLabelsAndExpressions() {
        Plugin plugin = make(Map.of(
                "matchLabels",
                Map.of("zone", "eu"),
                "matchExpressions",
                List.of(
                        Map.of("key", "tier", "operator", "In", "values", List.of("gold", "silver")),
                        Map.of("key", "tier", "operator", "NotIn", "values", List.of("bronze")),
                        Map.of("key", "rack", "operator", "Exists"),
                        Map.of("key", "old", "operator", "DoesNotExist"))));

        assertThat(plugin).hasToString("zone in (eu),tier in (gold,silver),tier notin (bronze),rack,!old");
    }

    @Test
    void selector_refusesWhatIsNoLabelInKubernetes() {
        for (String key : List.of("a b", "-a", "Upper.example/a", "a/b/c", "/a", "a/", "a".repeat(64))) {
            assertThatThrownBy(() -> make("label-selector-filter", Map.of("matchLabels", Map.of(key, "x"))))
                    .as(key)
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("must have a key as Kubernetes allows it");
        }
        for (String value : List.of("a,b", "a b", "a-", "a".repeat(64))) {
            assertThatThrownBy(() -> make("label-selector-filter", Map.of("matchLabels", Map.of("a", value))))
                    .as(value)
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("must be as Kubernetes allows a label's value");
        }
        assertThat(make(
                        "label-selector-filter",
                        Map.of("matchLabels", Map.of("llm-d.ai/role", "prefill-decode", "a_b.C-1", "", "x", "0"))))
                .isNotNull();
    }

    @Test
    void wrongExpressions_areNamedWithTheirPath() {
        assertRefused(Map.of("key", "a", "operator", "Equals"), "operator: must be In, NotIn, Exists or DoesNotExist");
        assertRefused(Map.of("key", "a", "operator", "In"), "values: must have at least one value for In and NotIn");
        assertRefused(
                Map.of("key", "a", "operator", "Exists", "values", List.of("x")),
                "values: must be absent for Exists and DoesNotExist");
        assertRefused(Map.of("operator", "Exists"), "key: must be given");
        assertRefused(Map.of("key", " ", "operator", "Exists"), "key: must be text that is not blank");
        assertRefused(Map.of("key", "a", "operator", "In", "value", "x"), "value: no parameter is called value.");
    }

    private static void assertRefused(Map<String, ?> expression, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> make(Map.of("matchExpressions", List.of(expression))))
                .withMessageStartingWith("parameters.matchExpressions[0]." + start)
                .withMessageContaining("\nMaybe ");
    }

    private static Plugin make(Map<String, ?> parameters) {
        return make("label-selector-filter", parameters);
    }

    private static Plugin make(String type, Map<String, ?> parameters) {
        return FilterFactories.all().stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow()
                .create("filter", Parameters.of("parameters", parameters));
    }

    private static void refuses(String type, Map<String, ?> parameters, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> make(type, parameters))
                .withMessageStartingWith("parameters." + start)
                .withMessageContaining("\nMaybe ");
    }

    private static void refusesCondition(Map<String, ?> condition, String start) {
        refuses("utilization-filter", Map.of("conditions", List.of(condition)), "conditions[0]." + start);
    }

    private static Map<String, ?> attribute(Map<String, ?> threshold) {
        return Map.of("attribute", "heat", "algorithm", Map.of("type", "threshold", "threshold", threshold));
    }

    private static Map<String, ?> with(Map<String, ?> parameters, String name, Object value) {
        Map<String, Object> more = new HashMap<>(parameters);
        more.put(name, value);
        return more;
    }
}
