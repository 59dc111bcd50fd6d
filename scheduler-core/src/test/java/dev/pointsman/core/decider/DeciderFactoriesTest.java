// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeciderFactoriesTest {
    private static Object make(Semantics semantics, String type, Map<String, ?> values) {
        PluginFactory factory = DeciderFactories.all(semantics).stream()
                .filter(candidate -> candidate.type().equals(type))
                .findFirst()
                .orElseThrow();
        Parameters parameters = Parameters.of("parameters", values);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create("decider", parameters);
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void everyType_isADeciderByDefault_andDescribesItself(Semantics semantics) {
        assertThat(DeciderFactories.all(semantics))
                .extracting(PluginFactory::type)
                .containsExactly(
                        "always-disagg-pd-decider",
                        "always-disagg-multimodal-decider",
                        "prefix-based-pd-decider",
                        "blis-prefix-threshold-decider",
                        "dynamo-conditional-disagg-decider");
        for (PluginFactory factory : DeciderFactories.all(semantics)) {
            assertThat(make(semantics, factory.type(), Map.of())).isInstanceOf(Decider.class);
            assertThat(factory.description()).endsWith(".");
        }
        assertThat(DeciderFactories.all()).isSameAs(DeciderFactories.all(Semantics.CORRECTED));
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void everyType_keepsTheContract(Semantics semantics) {
        DeciderFactories.all(semantics)
                .forEach(factory -> PluginContract.of(factory).verify());
    }

    @Test
    void parameters_areRead() {
        assertThat(make(Semantics.LLM_D, "prefix-based-pd-decider", Map.of("nonCachedTokens", 512, "promptTokens", 64)))
                .hasToString("PrefixBasedPdDecider[512, 64, approx-prefix-cache-producer]");
        assertThat(make(
                        Semantics.CORRECTED,
                        "prefix-based-pd-decider",
                        Map.of("nonCachedTokens", 16, "prefixMatchInfoProducerName", "precise")))
                .hasToString("PrefixBasedPdDecider[16, 0, precise]");
        assertThat(make(Semantics.LLM_D, "blis-prefix-threshold-decider", Map.of()))
                .hasToString("BlisPrefixThresholdDecider[16, approx-prefix-cache-producer]");
        assertThat(make(Semantics.LLM_D, "dynamo-conditional-disagg-decider", Map.of()))
                .hasToString("DynamoConditionalDisaggDecider[ISL_BOUNDING, 2048, 0.7, approx-prefix-cache-producer]");
        assertThat(make(
                        Semantics.LLM_D,
                        "dynamo-conditional-disagg-decider",
                        Map.of("policy", "token_cap", "maxNewTokens", 160)))
                .hasToString("DynamoConditionalDisaggDecider[TOKEN_CAP, 160, 0.0, approx-prefix-cache-producer]");
    }

    @Test
    void asInLlmd_theProducerCannotBeChosen() {
        assertRefused(
                Semantics.LLM_D,
                "prefix-based-pd-decider",
                Map.of("prefixMatchInfoProducerName", "precise"),
                "parameters.prefixMatchInfoProducerName: no parameter is called");
    }

    @Test
    void wrongParameters_areNamedWithTheirPath() {
        assertRefused(
                Semantics.LLM_D,
                "prefix-based-pd-decider",
                Map.of("nonCachedTokens", -1),
                "parameters.nonCachedTokens: must be");
        assertRefused(
                Semantics.LLM_D,
                "prefix-based-pd-decider",
                Map.of("promptTokens", 1.5),
                "parameters.promptTokens: must be a whole number");
        String dynamo = "dynamo-conditional-disagg-decider";
        assertRefused(
                Semantics.CORRECTED,
                dynamo,
                Map.of("policy", "prefill_load"),
                "parameters.policy: must be isl_bounding or token_cap");
        assertRefused(
                Semantics.CORRECTED, dynamo, Map.of("policy", "token_cap"), "parameters.maxNewTokens: must be given");
        assertRefused(
                Semantics.CORRECTED,
                dynamo,
                Map.of("maxNewTokens", 160),
                "parameters.maxNewTokens: must be absent, since the policy is isl_bounding");
        assertRefused(
                Semantics.CORRECTED,
                dynamo,
                Map.of("effIslRatioThreshold", -0.1),
                "parameters.effIslRatioThreshold: must be");
    }

    private static void assertRefused(Semantics semantics, String type, Map<String, ?> values, String start) {
        assertThatThrownBy(() -> make(semantics, type, values))
                .isInstanceOf(ParameterException.class)
                .message()
                .startsWith(start)
                .contains("\nMaybe ");
    }
}
