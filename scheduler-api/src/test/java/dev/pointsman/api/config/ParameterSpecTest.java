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

    @Test
    void checkNames_unknownNameDeepInside_isRefusedAtItsPath() {
        List<ParameterSpec> nested = List.of(
                ParameterSpec.object("outer", "One.", ParameterSpec.objects("rules", "Many.", DESCRIBED.get(1))),
                ParameterSpec.optional("free", ParameterSpec.Type.OBJECT, null, "Any names."));
        Map<String, Object> free = Map.of("anything", Map.of("at", "all"));

        assertThatCode(() -> ParameterSpec.checkNames(
                        Parameters.of(
                                "here", Map.of("outer", Map.of("rules", List.of(Map.of("limit", 1))), "free", free)),
                        nested))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ParameterSpec.checkNames(
                        Parameters.of(
                                "here",
                                Map.of("outer", Map.of("rules", List.of(Map.of("limit", 1), Map.of("lmit", 1))))),
                        nested))
                .hasMessage("here.outer.rules[1].lmit: no parameter is called lmit.\n"
                        + "Maybe limit was meant; there are: limit.");
        assertThatThrownBy(() -> ParameterSpec.checkNames(Parameters.of("here", Map.of("outer", 7)), nested))
                .hasMessageStartingWith("here.outer: must be an object, but was 7 (a number).");
    }

    @Test
    void checkNames_textThatIsNoChoice_isRefused() {
        List<ParameterSpec> choice = List.of(ParameterSpec.optional("mode", ParameterSpec.Type.STRING, "rank", "How.")
                .oneOf("rank", "value"));

        assertThatCode(() -> ParameterSpec.checkNames(Parameters.of("here", Map.of("mode", "value")), choice))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ParameterSpec.checkNames(Parameters.of("here", Map.of("mode", "Values")), choice))
                .hasMessage("here.mode: must be rank or value, but was \"Values\".\nMaybe value was meant.");
    }
}
