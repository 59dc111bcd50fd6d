// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AffinityFactoriesTest {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;

    static List<PluginFactory> factories() {
        return AffinityFactories.all(Semantics.CORRECTED);
    }

    @ParameterizedTest
    @MethodSource("factories")
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory).verify();
    }

    @ParameterizedTest
    @CsvSource({"spread,requests", "outlier,requests", "outlier,tokens", "ratio,requests", "ratio,tokens"})
    void everyGate_keepsTheContract(String rule, String load) {
        PluginContract.of(
                        factory("load-gate-filter"),
                        Map.of("rule", rule, "load", load, "spread", 2, "kvSpread", 0.3, "kvCeiling", 0.8))
                .verify();
    }

    @ParameterizedTest
    @CsvSource({"session", "prompt", "header:X-Key"})
    void everyKey_keepsTheContract(String key) {
        PluginContract.of(factory("consistent-hash-scorer"), Map.of("keys", List.of(key)))
                .verify();
        PluginContract.of(factory("rendezvous-hash-scorer"), Map.of("keys", List.of(key)))
                .verify();
    }

    @Test
    void everyType_isBuiltIn_forBothSemantics() {
        for (Semantics semantics : Semantics.values()) {
            assertThat(BuiltInPlugins.factories(semantics))
                    .extracting(PluginFactory::type)
                    .contains(
                            "consistent-hash-scorer",
                            "rendezvous-hash-scorer",
                            "load-gate-filter",
                            "prefix-affinity-gate-scorer",
                            "hot-prefix-replication-filter",
                            "length-bucket-scorer",
                            "affinity-ladder-scorer");
        }
    }

    @Test
    void everyType_isMadeWithoutParameters_andDescribesItself() {
        for (PluginFactory factory : factories()) {
            assertThat(factory.create(factory.type(), Parameters.of("parameters", Map.of())))
                    .as(factory.type())
                    .isInstanceOfAny(Scorer.class, Filter.class);
            assertThat(factory.description()).endsWith(".");
            assertThat(factory.parameters()).allSatisfy(spec -> {
                assertThat(spec.required()).isFalse();
                assertThat(spec.description()).endsWith(".");
            });
        }
    }

    @Test
    void everyDefault_isAccepted() {
        for (PluginFactory factory : factories()) {
            for (ParameterSpec spec : factory.parameters()) {
                if (spec.defaultValue() != null) {
                    Object value = switch (spec.type()) {
                        case INTEGER, NUMBER -> Double.valueOf(spec.defaultValue());
                        case BOOLEAN -> Boolean.valueOf(spec.defaultValue());
                        default -> spec.defaultValue();
                    };
                    assertThat(make(factory.type(), Map.of(spec.name(), value))).isNotNull();
                }
            }
        }
    }

    @Test
    void parameters_reachTheGate() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                        .endpoint("a", signals -> signals.kvUsage(0.2))
                        .endpoint("b", signals -> signals.kvUsage(0.9))
                        .endpoint("c", signals -> signals.kvUsage(0.2))
                        .build())
                .with(InFlightLoad.REQUESTS, "a", 4)
                .with(InFlightLoad.REQUESTS, "b", 6)
                .with(InFlightLoad.REQUESTS, "c", 20)
                .with(InFlightLoad.TOKENS, "a", 100)
                .with(InFlightLoad.TOKENS, "b", 50)
                .with(InFlightLoad.TOKENS, "c", 50);

        assertThat(cycle.filter(gate(Map.of()))).containsExactly("a");
        assertThat(cycle.filter(gate(Map.of("spread", 16)))).containsExactly("a", "b", "c");
        assertThat(cycle.filter(gate(Map.of("load", "tokens")))).containsExactly("b", "c");
        assertThat(cycle.filter(gate(Map.of("rule", "outlier")))).containsExactly("a", "b");
        assertThat(cycle.filter(gate(Map.of("rule", "outlier", "factor", 4)))).containsExactly("a", "b", "c");
        assertThat(cycle.filter(gate(Map.of("rule", "ratio", "spread", 5)))).containsExactly("a");
        assertThat(cycle.filter(gate(Map.of("rule", "ratio", "spread", 5, "factor", 5))))
                .containsExactly("a", "b", "c");
        assertThat(cycle.filter(gate(Map.of("rule", "ratio", "kvSpread", 0.5)))).containsExactly("a", "c");
        assertThat(cycle.filter(gate(Map.of("rule", "ratio", "kvCeiling", 0.8))))
                .containsExactly("a", "c");
        assertThat(cycle.filter(gate(Map.of("rule", "ratio")))).containsExactly("a", "b", "c");
    }

    @Test
    void parameters_reachTheScorers() {
        TestFleet fleet = TestFleet.of("a", "b");
        TestCycle cycle = TestCycle.of(
                        fleet,
                        TestRequests.builder()
                                .headers(HeaderLookup.of(Map.of("x-key", "k")))
                                .build())
                .with(PrefixMatch.of("other"), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks("other"), "a", 2)
                .with(PrefixMatch.matchedBlocks("other"), "b", 6)
                .with(InFlightLoad.REQUESTS, "a", 0)
                .with(InFlightLoad.REQUESTS, "b", 3);

        assertThat(cycle.score((Scorer) make("rendezvous-hash-scorer", Map.of("keys", List.of("session")))))
                .containsExactly(Double.NaN, Double.NaN);
        assertThat(cycle.score((Scorer) make(
                        "rendezvous-hash-scorer",
                        Map.of("keys", List.of("session", "Header: X-Key"), "loadFactor", 1))))
                .containsExactly(1, 0);
        assertThat(cycle.score((Scorer) make("affinity-ladder-scorer", Map.of("rungs", List.of("other")))))
                .containsExactly(0.2, 0.6);
        assertThat(cycle.score(
                        (Scorer) make("affinity-ladder-scorer", Map.of("rungs", List.of("other"), "relative", true))))
                .containsExactly(0, 1);
        assertThat(prefers(cycle, Map.of("loadDeviations", 1.0))).isEqualTo("b");
        assertThat(prefers(cycle, Map.of("loadDeviations", 0.5))).isEqualTo("a");
        assertThat(prefers(cycle, Map.of("minShare", 0.6))).isEqualTo("a");
        assertThat(prefers(cycle, Map.of("minTokens", 97))).isEqualTo("a");
        assertThat(prefers(cycle, Map.of("maxUncachedTokens", 63))).isEqualTo("a");
        assertThat(prefers(cycle, Map.of("maxUncachedTokens", 64, "minTokens", 96, "minShare", 0.59)))
                .isEqualTo("b");
    }

    private static String prefers(TestCycle cycle, Map<String, ?> parameters) {
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("prefixMatchInfoProducerName", "other");
        double[] scores = cycle.score((Scorer) make("prefix-affinity-gate-scorer", all));
        return scores[0] > scores[1] ? "a" : "b";
    }

    @Test
    void data_isDeclared() {
        assertThat(make("consistent-hash-scorer", Map.of()).consumes())
                .containsExactlyInAnyOrder(Session.ID, InFlightLoad.REQUESTS);
        assertThat(make("consistent-hash-scorer", Map.of("keys", List.of("prompt")))
                        .consumes())
                .containsExactly(InFlightLoad.REQUESTS);
        assertThat(make("load-gate-filter", Map.of("load", "tokens")).consumes())
                .containsExactly(InFlightLoad.TOKENS);
        assertThat(make("affinity-ladder-scorer", Map.of()).consumes())
                .containsExactlyInAnyOrder(
                        PrefixMatch.of(PRODUCER),
                        PrefixMatch.matchedBlocks(PRODUCER),
                        Session.ID,
                        InFlightLoad.REQUESTS);
        assertThat(make("affinity-ladder-scorer", Map.of()).consumesIfPresent())
                .contains(PrefixMatch.of("precise-prefix-cache-producer"), PrefixMatch.weightedBlocks(PRODUCER))
                .doesNotContain(PrefixMatch.of(PRODUCER));
    }

    @Test
    void wrongParameters_areNamedWithTheirPath() {
        assertRefused("load-gate-filter", Map.of("rule", "mean"), "rule: must be spread, outlier or ratio");
        assertRefused("load-gate-filter", Map.of("load", "bytes"), "load: must be requests or tokens");
        assertRefused("load-gate-filter", Map.of("factor", 0.5), "factor: ");
        assertRefused("consistent-hash-scorer", Map.of("keys", List.of("x-key")), "keys: must be session, prompt or");
        assertRefused(
                "consistent-hash-scorer", Map.of("keys", List.of("header: ")), "keys: must be session, prompt or");
        assertRefused("rendezvous-hash-scorer", Map.of("loadFactor", 0.9), "loadFactor: ");
        assertRefused("affinity-ladder-scorer", Map.of("rungs", List.of()), "rungs: must be at least one");
        assertRefused(
                "affinity-ladder-scorer", Map.of("rungs", List.of("load", "load")), "rungs: must be at least one");
        assertRefused("hot-prefix-replication-filter", Map.of("halfLife", "0s"), "halfLife: ");
        assertRefused("length-bucket-scorer", Map.of("maxLength", 0), "maxLength: ");
    }

    private static void assertRefused(String type, Map<String, ?> parameters, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .as(type + parameters)
                .isThrownBy(() -> make(type, parameters))
                .withMessageStartingWith("parameters." + start)
                .withMessageContaining("\nMaybe ");
    }

    private static Filter gate(Map<String, ?> parameters) {
        return (Filter) make("load-gate-filter", parameters);
    }

    private static Plugin make(String type, Map<String, ?> parameters) {
        return factory(type).create(type, Parameters.of("parameters", parameters));
    }

    private static PluginFactory factory(String type) {
        return factories().stream()
                .filter(each -> each.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
