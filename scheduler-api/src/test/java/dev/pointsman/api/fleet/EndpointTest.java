// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @Test
    void of_servesWholeRequestsForAnyModel() {
        Endpoint endpoint = Endpoint.of("pod-a", "10.0.0.7:8000");

        assertThat(endpoint.id()).isEqualTo("pod-a");
        assertThat(endpoint.address()).isEqualTo("10.0.0.7:8000");
        assertThat(endpoint.role()).isEqualTo(Role.UNSPECIFIED);
        assertThat(endpoint.labels()).isEmpty();
        assertThat(endpoint.model()).isNull();
        assertThat(endpoint.accelerator()).isNull();
        assertThat(endpoint).hasToString("Endpoint[pod-a at 10.0.0.7:8000]");
    }

    @Test
    void labels_laterOneOfTheSameKeyWins_andTheRestIsKept() {
        Endpoint endpoint = Endpoint.builder("a", "a:1")
                .label("zone", "eu-1")
                .labels(Map.of("zone", "eu-2", "rack", "7"))
                .model("llama")
                .accelerator("h100-sxm")
                .build();

        assertThat(endpoint.labels()).isEqualTo(Map.of("zone", "eu-2", "rack", "7"));
        assertThat(endpoint.model()).isEqualTo("llama");
        assertThat(endpoint.accelerator()).isEqualTo("h100-sxm");
        assertThatThrownBy(() -> endpoint.labels().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void builderUsedAgain_doesNotChangeWhatWasBuilt() {
        Endpoint.Builder builder = Endpoint.builder("a", "a:1").label("zone", "eu-1");
        Endpoint first = builder.build();

        builder.label("zone", "eu-2").label(Role.LABEL, "decode").build();

        assertThat(first.labels()).isEqualTo(Map.of("zone", "eu-1"));
        assertThat(first.role()).isEqualTo(Role.UNSPECIFIED);
    }

    @Test
    void role_comesFromTheLabelUnlessSet() {
        assertThat(Endpoint.builder("a", "a:1")
                        .label("llm-d.ai/role", "prefill")
                        .build()
                        .role())
                .isEqualTo(Role.PREFILL);
        assertThat(Endpoint.builder("a", "a:1")
                        .role(Role.DECODE)
                        .label(Role.LABEL, "prefill")
                        .build()
                        .role())
                .isEqualTo(Role.DECODE);
    }

    @Test
    void equal_whenAllPartsAre() {
        Endpoint one = full().build();

        assertThat(one).isEqualTo(full().build()).hasSameHashCodeAs(full().build());
        List<Endpoint> others = List.of(
                Endpoint.builder("b", "a:1").build(),
                full().label("zone", "eu-2").build(),
                full().role(Role.PREFILL).build(),
                full().model("other").build(),
                full().accelerator("other").build(),
                Endpoint.builder("a", "a:2")
                        .label("zone", "eu-1")
                        .role(Role.DECODE)
                        .model("llama")
                        .accelerator("h100-sxm")
                        .build());
        assertThat(others).doesNotContain(one).doesNotHaveDuplicates();
        assertThat(one).isNotEqualTo("Endpoint[a at a:1]");
    }

    private static Endpoint.Builder full() {
        return Endpoint.builder("a", "a:1")
                .label("zone", "eu-1")
                .role(Role.DECODE)
                .model("llama")
                .accelerator("h100-sxm");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void blankIdOrAddress_isRefused(String blank) {
        assertThatThrownBy(() -> Endpoint.of(blank, "a:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpoint id: must not be blank.\nMaybe use host:port for it.");
        assertThatThrownBy(() -> Endpoint.of("a", blank))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("endpoint address: must not be blank.\nMaybe ");
    }

    @Test
    void nulls_areRefusedByName() {
        Endpoint.Builder builder = Endpoint.builder("a", "a:1");

        assertThatThrownBy(() -> Endpoint.of(null, "a:1")).hasMessage("id");
        assertThatThrownBy(() -> builder.label("zone", null)).hasMessage("value");
        assertThatThrownBy(() -> builder.label(null, "eu")).hasMessage("key");
        assertThatThrownBy(() -> builder.role(null)).hasMessage("role");
    }

    @ParameterizedTest
    @CsvSource({
        "prefill, PREFILL, false, true, false",
        "decode, DECODE, false, false, true",
        "encode, ENCODE, true, false, false",
        "prefill-decode, PREFILL_DECODE, false, true, true",
        "both, PREFILL_DECODE, false, true, true",
        "encode-prefill, ENCODE_PREFILL, true, true, false",
        "encode-prefill-decode, ENCODE_PREFILL_DECODE, true, true, true",
        "Decode, UNKNOWN, false, false, false",
        "'', UNKNOWN, false, false, false",
        "something, UNKNOWN, false, false, false"
    })
    void role_ofALabel_servesItsStages(String label, Role role, boolean encodes, boolean prefills, boolean decodes) {
        assertThat(Role.ofLabel(label)).isEqualTo(role);
        assertThat(role.encodes()).isEqualTo(encodes);
        assertThat(role.prefills()).isEqualTo(prefills);
        assertThat(role.decodes()).isEqualTo(decodes);
    }

    @Test
    void role_withoutALabel_servesWholeRequestsOnly() {
        Role role = Role.ofLabel(null);

        assertThat(role).isEqualTo(Role.UNSPECIFIED);
        assertThat(role.decodes()).isTrue();
        assertThat(role.prefills()).isFalse();
        assertThat(role.encodes()).isFalse();
    }
}
