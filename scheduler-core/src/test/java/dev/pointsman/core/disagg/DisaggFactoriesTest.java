// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisaggFactoriesTest {
    private static JointDisaggHandler make(Map<String, ?> values) {
        PluginFactory factory = DisaggFactories.all().get(0);
        Parameters parameters = Parameters.of("parameters", values);
        ParameterSpec.checkNames(parameters, factory.parameters());
        Plugin plugin = factory.create(JointDisaggHandler.TYPE, parameters);
        return (JointDisaggHandler) plugin;
    }

    @Test
    void type_isOurs_andDescribesItself() {
        assertThat(DisaggFactories.all(Semantics.LLM_D))
                .extracting(PluginFactory::type)
                .containsExactly("joint-disagg-profile-handler");
        assertThat(DisaggFactories.all().get(0).description()).endsWith(".");
        assertThat(make(Map.of())).hasToString("JointDisaggHandler[decode, prefill, encode, 8 of each role]");
    }

    @Test
    void parameters_reachTheHandler() {
        JointDisaggHandler handler = make(Map.of(
                "otherGigabytesPerSecond", 25,
                "linkSetup", "50us",
                "interferenceWeight", 0,
                "backlogWeight", 0,
                "endpointsPerRole", 3,
                "peerPull", false));
        Scene scene =
                Scene.of(8_000, List.of(Spot.of("p")), List.of(Spot.of("d").waiting(300)));

        JointPlan plan = scene.plan(handler);

        assertThat(plan)
                .isEqualTo(scene.plan(Scene.handler()
                        .interferenceWeight(0)
                        .backlogWeight(0)
                        .perRole(3)
                        .peerPull(false)
                        .build()));
        assertThat(plan.chosen().remote()).isTrue();
    }

    @Test
    void noLinkAtAll_canBeSaid() {
        Scene scene =
                Scene.of(8_000, List.of(Spot.of("p")), List.of(Spot.of("d").waiting(300)));

        assertThat(scene.plan(make(Map.of("otherGigabytesPerSecond", 0))).ladder())
                .startsWith(PlanReason.NO_LINK);
    }

    @ParameterizedTest
    @CsvSource({
        "endpointsPerRole, 0",
        "interferenceWeight, -1",
        "backlogWeight, -0.5",
        "switchShare, 1",
        "requiredTopology, galaxy",
        "hostGigabytesPerSecond, -1",
        "lowerTierWeight, 1",
        "encodeMicrosPerToken, -3",
        "unknown, 1"
    })
    void wrongParameters_areRefusedByName(String name, String value) {
        assertThatThrownBy(() -> make(Map.of(name, value)))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(name);
    }
}
