// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceRequestTest {
    @Test
    void onlyIdAndModel_haveDefaultsForTheRest() {
        InferenceRequest request = InferenceRequest.builder("req-1", "llama").build();

        assertThat(request.id()).isEqualTo("req-1");
        assertThat(request.model()).isEqualTo("llama");
        assertThat(request.prompt()).isSameAs(Prompt.EMPTY);
        assertThat(request.headers().first("host")).isNull();
        assertThat(request.objectives()).isEqualTo(Objectives.NONE);
        assertThat(request.loraAdapter()).isNull();
        assertThat(request.cacheSalt()).isNull();
        assertThat(request.multimodalItems()).isEmpty();
        assertThat(request).hasToString("InferenceRequest[req-1, llama, 0 tokens]");
    }

    @Test
    void everyPart_isKept() {
        MultimodalItem image = new MultimodalItem("sha-1", 4, 100);
        InferenceRequest request = InferenceRequest.builder("req-1", "llama")
                .tokens(1, 2, 3)
                .headers(HeaderLookup.of(Map.of("X-Tenant", "acme")))
                .priority(-2)
                .ttftTarget(Duration.ofMillis(500))
                .tpotTarget(Duration.ofMillis(20))
                .fairnessId("acme")
                .sessionId("chat-4")
                .expectedOutputTokens(0)
                .loraAdapter("adapter-a")
                .cacheSalt("salt")
                .multimodalItems(List.of(image))
                .build();

        assertThat(request.prompt().tokenCount()).isEqualTo(3);
        assertThat(request.headers().first("x-tenant")).isEqualTo("acme");
        assertThat(request.objectives())
                .isEqualTo(new Objectives(-2, Duration.ofMillis(500), Duration.ofMillis(20), "acme", "chat-4", 0));
        assertThat(request.loraAdapter()).isEqualTo("adapter-a");
        assertThat(request.cacheSalt()).isEqualTo("salt");
        assertThat(request.multimodalItems()).containsExactly(image);
        assertThat(request).hasToString("InferenceRequest[req-1, llama, 3 tokens]");
    }

    @Test
    void builderUsedAgain_doesNotChangeWhatWasBuilt() {
        List<MultimodalItem> items = new ArrayList<>(List.of(new MultimodalItem("a", 0, 0)));
        InferenceRequest.Builder builder =
                InferenceRequest.builder("req-1", "llama").text("abc").multimodalItems(items);
        InferenceRequest first = builder.build();

        items.add(new MultimodalItem("b", 0, 0));
        InferenceRequest second = builder.priority(5).text("a longer text").build();

        assertThat(first.objectives().priority()).isZero();
        assertThat(first.prompt().tokenCount()).isEqualTo(1);
        assertThat(first.multimodalItems()).hasSize(1);
        assertThat(second.objectives().priority()).isEqualTo(5);
        assertThatThrownBy(() -> first.multimodalItems().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void nullablePart_canBeTakenBack() {
        InferenceRequest request = InferenceRequest.builder("req-1", "llama")
                .sessionId("chat")
                .ttftTarget(Duration.ofSeconds(1))
                .sessionId(null)
                .ttftTarget(null)
                .build();

        assertThat(request.objectives()).isEqualTo(Objectives.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void blankIdOrModel_saysWhereToTakeItFrom(String blank) {
        assertThatThrownBy(() -> InferenceRequest.builder(blank, "llama"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("request id: must not be blank.\nMaybe use the x-request-id header or a new UUID.");
        assertThatThrownBy(() -> InferenceRequest.builder("req-1", blank))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("request model: must not be blank.\nMaybe the body has no model field.");
    }

    @Test
    void missingIdOrModelOrPart_isRefusedByName() {
        InferenceRequest.Builder builder = InferenceRequest.builder("req-1", "llama");

        assertThatThrownBy(() -> InferenceRequest.builder(null, "llama")).hasMessage("id");
        assertThatThrownBy(() -> InferenceRequest.builder("req-1", null)).hasMessage("model");
        assertThatThrownBy(() -> builder.prompt(null)).hasMessage("prompt");
        assertThatThrownBy(() -> builder.headers(null)).hasMessage("headers");
        assertThatThrownBy(() -> builder.text(null)).hasMessage("text");
    }

    @Test
    void targetThatIsNotPositive_isRefusedWhenBuilt() {
        InferenceRequest.Builder zero =
                InferenceRequest.builder("req-1", "llama").ttftTarget(Duration.ZERO);
        InferenceRequest.Builder negative =
                InferenceRequest.builder("req-1", "llama").tpotTarget(Duration.ofMillis(-1));

        assertThatThrownBy(zero::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ttftTarget: must be positive, but was PT0S.\n"
                        + "Maybe leave it out; no target is not the same as a target of zero.");
        assertThatThrownBy(negative::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tpotTarget: must be positive, but was PT-0.001S.\n");
    }

    @Test
    void expectedOutputTokensBelowUnknown_isRefused() {
        assertThatThrownBy(() -> new Objectives(0, null, null, null, null, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expectedOutputTokens: must be at least 0, or -1 if unknown, but was -2.\n"
                        + "Maybe use the request's own limit on output tokens.");
    }

    @Test
    void multimodalItemOutsideThePrompt_isRefused() {
        assertThat(new MultimodalItem("a", 0, 0).tokenCount()).isZero();
        assertThatThrownBy(() -> new MultimodalItem("a", -1, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("multimodal item: firstToken and tokenCount must be at least 0, but were -1 and 3.\n"
                        + "Maybe the item's place is not known; then use 0 for both.");
        assertThatThrownBy(() -> new MultimodalItem("a", 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MultimodalItem(null, 0, 0)).hasMessage("contentHash");
    }
}
