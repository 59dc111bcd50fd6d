// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterSpecTest {
    private static final List<ParameterSpec> DESCRIBED = List.of(
            ParameterSpec.required("zone", ParameterSpec.Type.STRING, "The zone to prefer."),
            ParameterSpec.optional("limit", ParameterSpec.Type.INTEGER, "10", "Most requests that wait.")
                    .between(1, 100));

    @Test
    void checkNames_allKnownAndRequiredOnesGiven_passes() {
        assertThatCode(() -> ParameterSpec.checkNames(Parameters.of("here", Map.of("zone", "a")), DESCRIBED))
                .doesNotThrowAnyException();
    }

    @Test
    void checkNames_unknownName_suggestsTheRightOne() {
        Parameters given = Parameters.of("plugins[2].parameters", Map.of("zone", "a", "limits", 3));

        assertThatThrownBy(() -> ParameterSpec.checkNames(given, DESCRIBED))
                .isInstanceOfSatisfying(
                        ParameterException.class, e -> assertThat(e.path()).isEqualTo("plugins[2].parameters.limits"))
                .hasMessage("plugins[2].parameters.limits: no parameter is called limits.\n"
                        + "Maybe limit was meant; there are: limit, zone.");
    }

    @Test
    void checkNames_requiredOneMissing_isRefused() {
        assertThatThrownBy(() -> ParameterSpec.checkNames(Parameters.of("here", Map.of("limit", 3)), DESCRIBED))
                .isInstanceOf(ParameterException.class)
                .hasMessage("here.zone: must be given, but is missing.\n"
                        + "Maybe it was forgotten; what it is: The zone to prefer.");
    }

    @Test
    void between_boundsGiven_keepsTheRest() {
        ParameterSpec spec = DESCRIBED.get(1);

        assertThat(spec)
                .isEqualTo(new ParameterSpec(
                        "limit", ParameterSpec.Type.INTEGER, "10", false, 1, 100, "Most requests that wait."));
    }
}
