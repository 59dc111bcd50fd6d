// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddingsCacheProducerTest {
    private final Sent fleet = new Sent(
            new EmbeddingsCacheProducer(EmbeddingsCacheProducer.TYPE, 4), TestFleet.of("encode", "prefill", "decode"));

    @Test
    void images_thatAnEndpointWasSent_countThere() {
        fleet.send(images("cat"), "decode");

        assertThat(share(images("cat", "dog"))).isEqualTo(Map.of("encode", 0.0, "prefill", 0.0, "decode", 0.5));
        assertThat(share(images("cat", "cat"))).containsEntry("decode", 1.0);
    }

    @Test
    void encodeLeg_learns_orElsePrefill() {
        fleet.send(images("cat"), "decode", Map.of("prefill", "prefill", "encode", "encode"));
        fleet.send(images("dog"), "decode", Map.of("prefill", "prefill"));

        assertThat(share(images("cat"))).isEqualTo(Map.of("encode", 1.0, "prefill", 0.0, "decode", 0.0));
        assertThat(share(images("dog"))).isEqualTo(Map.of("encode", 0.0, "prefill", 1.0, "decode", 0.0));
    }

    @Test
    void imageNotSeenForLongest_isForgotten() {
        fleet.send(images("cat"), "decode");
        fleet.send(images("dog"), "decode");
        fleet.send(images("cat"), "decode");

        fleet.send(images("cow"), "decode");

        assertThat(share(images("cat"))).containsEntry("decode", 1.0);
        assertThat(share(images("dog"))).containsEntry("decode", 0.0);
    }

    @Test
    void requestWithoutImages_hasNoData() {
        assertThat(share(TestRequests.request())).isEmpty();
    }

    @Test
    void endpointThatLeft_isForgotten() {
        fleet.send(images("cat"), "decode");

        fleet.restart("decode");

        assertThat(share(images("cat"))).containsEntry("decode", 0.0);
    }

    @Test
    void size_mustBePositive() {
        assertThatThrownBy(() -> new EmbeddingsCacheProducer("name", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe ");
    }

    private Map<String, Double> share(InferenceRequest request) {
        return fleet.produced(request).numbers(EmbeddingsCacheProducer.matchedShare(EmbeddingsCacheProducer.TYPE));
    }

    private static InferenceRequest images(String... names) {
        return TestRequests.builder()
                .multimodalItems(Arrays.stream(names)
                        .map(name -> new MultimodalItem(name, 0, 0))
                        .toList())
                .build();
    }
}
