// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static dev.pointsman.core.Fixtures.dispatched;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kinds of configuration that llm-d's users run load here, and choose as they are meant to. */
class SampleConfigurationsTest {
    private static final String SEEDS = "EndpointPickerConfigFuzzTestInputs/load";

    private final Fleet fleet = Fleet.of(
            endpoint("encode-1", "encode", "z1", "h1"),
            endpoint("prefill-1", "prefill", "z1", "h2"),
            endpoint("prefill-2", "prefill", "z2", "h3"),
            endpoint("decode-1", "decode", "z1", "h4"),
            endpoint("decode-2", "decode", "z2", "h3"));

    private static Endpoint endpoint(String id, String role, String zone, String host) {
        return Endpoint.builder(id, id + ":8000")
                .label(Role.LABEL, role)
                .label("topology.kubernetes.io/zone", zone)
                .label("kubernetes.io/hostname", host)
                .build();
    }

    static Stream<Path> samples() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(SampleConfigurationsTest.class.getResource("samples"))
                .toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }

    private Pointsman scheduler(String name) throws IOException, URISyntaxException {
        Path file = samples()
                .filter(sample -> sample.endsWith(name + ".yaml"))
                .findFirst()
                .orElseThrow();
        for (String id : List.of("encode-1", "prefill-1", "prefill-2", "decode-1", "decode-2")) {
            queue(id, 0);
        }
        return Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.load(file))
                .build();
    }

    private void queue(String id, int waiting) {
        fleet.update(
                id,
                EndpointMetrics.builder(System.nanoTime())
                        .waitingRequests(waiting)
                        .runningRequests(waiting)
                        .kvUsage(0.1)
                        .build());
    }

    private static InferenceRequest.Builder request(String id, int seed) {
        int[] tokens = new int[2_048];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = seed * 100_000 + i;
        }
        return InferenceRequest.builder(id, "llama").tokens(tokens);
    }

    private static String leg(Dispatch dispatch, String profile) {
        return Stream.concat(Stream.of(dispatch.decision().primary()), dispatch.decision().otherLegs().stream())
                .filter(leg -> leg.profile().equals(profile))
                .findFirst()
                .map(Leg::target)
                .map(target -> target.endpoint().id())
                .orElse("none");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySample_loadsSchedulesAndPrintsItselfBack(Path sample) throws IOException, URISyntaxException {
        String name = sample.getFileName().toString().replace(".yaml", "");
        try (Pointsman pointsman = scheduler(name)) {
            for (int i = 0; i < 20; i++) {
                try (Dispatch dispatch =
                        dispatched(pointsman, request("r" + i, i % 3).build())) {
                    dispatch.completed(Usage.UNKNOWN);
                }
            }
            for (Endpoint endpoint :
                    List.of(endpoint("decode-1", "decode", "z1", "h4"), endpoint("prefill-1", "", "", ""))) {
                assertThat(pointsman.requestsInFlight(endpoint.id())).isZero();
            }
            String effective = pointsman.effectiveConfiguration();
            pointsman.reload(EndpointPickerConfig.parse("effective.yaml", effective));
            assertThat(pointsman.effectiveConfiguration()).isEqualTo(effective);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySample_isSound(Path sample) throws IOException, URISyntaxException {
        try (Pointsman pointsman = scheduler(sample.getFileName().toString().replace(".yaml", ""))) {
            assertThat(pointsman.findings(Expectations.NONE.longestPromptTokens(16_384)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySample_isASeedOfTheFuzzTest(Path sample) throws IOException {
        Path seed = Path.of(System.getProperty("pointsman.root"))
                .resolve("scheduler-core/src/test/resources/dev/pointsman/core/config")
                .resolve(SEEDS)
                .resolve(sample.getFileName());
        if (Boolean.getBoolean("pointsman.rewrite")) {
            Files.write(seed, Files.readAllBytes(sample));
        }

        assertThat(seed).hasSameTextualContentAs(sample);
    }

    @Test
    void basic_goesWhereLittleWaitsAndThePromptIsCached() throws IOException, URISyntaxException {
        try (Pointsman pointsman = scheduler("basic")) {
            for (String id : List.of("encode-1", "prefill-1", "prefill-2", "decode-1")) {
                queue(id, 9);
            }
            dispatched(pointsman, request("first", 1).build()).close();
            queue("encode-1", 8);

            try (Dispatch again = dispatched(pointsman, request("again", 1).build())) {
                assertThat(again.target().id()).isEqualTo("decode-2");
            }
        }
    }

    @Test
    void prefillDecode_prefillsElsewhereWhatIsNotCached() throws IOException, URISyntaxException {
        try (Pointsman pointsman = scheduler("prefill-decode")) {
            queue("prefill-1", 5);
            queue("decode-1", 5);
            try (Dispatch cold = dispatched(pointsman, request("cold", 1).build())) {
                assertThat(leg(cold, "decode")).isEqualTo("decode-2");
                assertThat(leg(cold, "prefill")).isEqualTo("prefill-2");
                assertThat(cold.decision().headers()).containsEntry("x-prefiller-host-port", "prefill-2:8000");
            }

            try (Dispatch warm = dispatched(pointsman, request("warm", 1).build())) {
                assertThat(leg(warm, "decode")).isEqualTo("decode-2");
                assertThat(leg(warm, "prefill")).isEqualTo("none");
            }
        }
    }

    @Test
    void encodePrefillDecode_encodesImagesOnly() throws IOException, URISyntaxException {
        try (Pointsman pointsman = scheduler("encode-prefill-decode")) {
            try (Dispatch text = dispatched(pointsman, request("text", 1).build())) {
                assertThat(leg(text, "encode")).isEqualTo("none");
                assertThat(leg(text, "prefill")).startsWith("prefill-");
                assertThat(leg(text, "decode")).startsWith("decode-");
            }
            InferenceRequest image = request("image", 2)
                    .multimodalItems(List.of(new MultimodalItem("picture", 0, 225)))
                    .build();
            try (Dispatch dispatch = dispatched(pointsman, image)) {
                assertThat(leg(dispatch, "encode")).isEqualTo("encode-1");
                assertThat(leg(dispatch, "prefill")).startsWith("prefill-");
                assertThat(dispatch.decision().headers()).containsEntry("x-encoder-hosts-ports", "encode-1:8000");
            }
        }
    }

    @Test
    void topology_prefillsNearTheDecodeEndpoint() throws IOException, URISyntaxException {
        try (Pointsman pointsman = scheduler("topology")) {
            queue("decode-1", 5);
            try (Dispatch second = dispatched(pointsman, request("second", 1).build())) {
                assertThat(leg(second, "decode")).isEqualTo("decode-2");
                assertThat(leg(second, "prefill")).isEqualTo("prefill-2");
            }
            queue("decode-1", 0);
            queue("decode-2", 5);
            try (Dispatch first = dispatched(pointsman, request("first", 1).build())) {
                assertThat(leg(first, "decode")).isEqualTo("decode-1");
                assertThat(leg(first, "prefill")).isEqualTo("prefill-1");
            }
        }
    }
}
