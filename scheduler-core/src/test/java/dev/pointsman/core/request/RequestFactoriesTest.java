// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFactoriesTest {
    @ParameterizedTest
    @EnumSource(Semantics.class)
    void types_areLlmds_andTheSubset(Semantics semantics) {
        assertThat(RequestFactories.all(semantics))
                .extracting(PluginFactory::type)
                .containsExactlyInAnyOrder(
                        "agent-identity",
                        "destination-endpoint-served-verifier",
                        "disaggregatedset-rollout-screener",
                        "endpoint-subset-screener",
                        "probabilistic-admitter");
        assertThat(RequestFactories.all(semantics))
                .allSatisfy(factory -> assertThat(factory.description()).endsWith("."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent-identity", "endpoint-subset-screener"})
    void types_keepTheContract(String type) {
        PluginContract.of(factory(type)).verify();
    }

    @Test
    void agentIdentity_readsAdditionalHeadersFirst_andWritesUnderItsName() {
        Plugin made = factory("agent-identity")
                .create("who", Parameters.of("parameters", Map.of("additionalSessionHeaders", List.of("X-Mine"))));
        TestCycle cycle = TestCycle.of(
                TestFleet.of(1),
                TestRequests.builder()
                        .headers(name -> name.equals("x-mine") || name.equals("session-id") ? "from " + name : null)
                        .build());

        cycle.produce((AgentIdentity) made);

        assertThat(cycle.attribute(AgentIdentity.key("who"))).isEqualTo("from x-mine");
    }

    @Test
    void blankHeaderName_isRefused() {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> factory("agent-identity")
                        .create("who", Parameters.of("p", Map.of("additionalSessionHeaders", List.of(" ")))))
                .withMessageStartingWith("p.additionalSessionHeaders: must not have a blank name");
        assertThatIllegalArgumentException().isThrownBy(() -> new AgentIdentity("who", List.of("")));
    }

    private static PluginFactory factory(String type) {
        return RequestFactories.all(Semantics.CORRECTED).stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
