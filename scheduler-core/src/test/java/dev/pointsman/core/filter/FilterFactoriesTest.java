// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FilterFactoriesTest {
    static List<PluginFactory> factories() {
        return FilterFactories.all();
    }

    @ParameterizedTest
    @MethodSource("factories")
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory).verify();
    }

    @Test
    void types_areLlmds() {
        assertThat(FilterFactories.all())
                .extracting(PluginFactory::type)
                .containsExactlyInAnyOrder("label-selector-filter", "decode-filter", "prefill-filter", "encode-filter");
        assertThat(FilterFactories.all())
                .filteredOn(factory -> factory.type().equals("label-selector-filter"))
                .singleElement()
                .satisfies(factory -> assertThat(factory.aliases()).containsExactly("by-label-selector"));
    }

    @Test
    void everyType_isMadeWithoutParameters_andDescribesItself() {
        for (PluginFactory factory : FilterFactories.all()) {
            Plugin plugin = factory.create("any", Parameters.of("parameters", Map.of()));

            assertThat(plugin).isNotSameAs(factory.create("other", Parameters.of("parameters", Map.of())));
            assertThat(factory.description()).endsWith(".");
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
        return FilterFactories.all().get(0).create("filter", Parameters.of("parameters", parameters));
    }
}
