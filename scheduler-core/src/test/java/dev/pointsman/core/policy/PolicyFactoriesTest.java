// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyFactoriesTest {
    static List<PluginFactory> factories() {
        return PolicyFactories.all(Semantics.CORRECTED);
    }

    @ParameterizedTest
    @MethodSource("factories")
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory).verify();
    }

    @Test
    void variants_keepTheContractToo() {
        PluginContract.of(factory("softmax-picker"), Map.of("temperature", 0.5)).verify();
        PluginContract.of(factory("power-of-two-picker"), Map.of("maxNumOfEndpoints", 1))
                .verify();
        PluginContract.of(factory("top-k-picker"), Map.of("k", 1)).verify();
        PluginContract.of(factory("top-k-picker"), Map.of("within", 0.1)).verify();
        PluginContract.of(factory("dynamo-cost"), Map.of("trackPrefillTokens", false))
                .verify();
        PluginContract.of(factory("dynamo-cost"), Map.of("formula", "product", "creditDecay", 1))
                .verify();
        PluginContract.of(factory("weighted-load"), Map.of("prefer", "most", "missing", "worst"))
                .verify();
        PluginContract.of(factory("least-work"), Map.of("kvWeight", 0.15)).verify();
        PluginContract.of(factory("cold-pool-filter"), Map.of("longTokens", 0)).verify();
        PluginContract.of(
                        factory("weighted-load"),
                        Map.of("preferences", List.of(Map.of("label", "zone", "value", "z1", "preference", 0.5))))
                .verify();
    }

    @Test
    void typesAreTheSameInBothSemantics() {
        assertThat(PolicyFactories.all(Semantics.LLM_D)).isEqualTo(PolicyFactories.all(Semantics.CORRECTED));
    }

    @Test
    void everyType_isMadeWithoutParameters() {
        for (PluginFactory factory : factories()) {
            assertThat(factory.create(factory.type(), Parameters.of("parameters", Map.of())))
                    .isNotNull();
            assertThat(factory.description()).endsWith(".");
        }
    }

    static PluginFactory factory(String type) {
        return factories().stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
