// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.endpoint;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration that takes the place of another while requests run. */
class ReloadTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";
    private static final String PREFIX = HEAD + """
            plugins:
            - type: approx-prefix-cache-producer
              parameters: {blockSizeTokens: 64}
            - type: prefix-cache-scorer
            """;

    /** Remembers who ended and who joined. */
    private static final class Ear implements SchedulingObserver, FleetListener {
        final List<String> ended = new ArrayList<>();
        final List<String> joined = new ArrayList<>();

        @Override
        public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
            ended.add(dispatch.request().id());
        }

        @Override
        public void joined(int slot, long incarnation, Endpoint endpoint) {
            joined.add(endpoint.id());
        }

        @Override
        public void left(int slot, long incarnation, Endpoint endpoint) {}
    }

    private final List<Ear> ears = new ArrayList<>();

    private final PluginFactory earFactory = new PluginFactory() {
        @Override
        public String type() {
            return "ear";
        }

        @Override
        public String description() {
            return "Hears.";
        }

        @Override
        public List<ParameterSpec> parameters() {
            return List.of(ParameterSpec.optional("size", ParameterSpec.Type.INTEGER, "0", "Tells two apart."));
        }

        @Override
        public Plugin create(String name, Parameters parameters) {
            parameters.integer("size", 0, 0, 9);
            Ear ear = new Ear();
            ears.add(ear);
            return ear;
        }
    };

    private Pointsman scheduler(Fleet fleet, String text) {
        return Pointsman.builder(fleet)
                .factory(earFactory)
                .configuration(config(text))
                .build();
    }

    private static EndpointPickerConfig config(String text) {
        return EndpointPickerConfig.parse("epp.yaml", text);
    }

    @Test
    void effectiveConfiguration_loadedAgain_keepsWhatPluginsKnow() {
        try (Pointsman pointsman = scheduler(fleet(3), HEAD + "plugins: [{type: prefix-cache-scorer}]")) {
            String home = target(pointsman, "r1");

            pointsman.reload(config(pointsman.effectiveConfiguration()));

            for (int i = 2; i < 10; i++) {
                assertThat(target(pointsman, "r" + i)).isEqualTo(home);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blockSizeTokens: 64, blockSize: 32", "blockSizeTokens: 64, blokSize: 32"})
    void pluginDeclaredAsBeforeButForAMistake_isRefused(String parameters) {
        EndpointPickerConfig corrected = config(PREFIX).semantics(Semantics.CORRECTED);
        EndpointPickerConfig wrong =
                config(PREFIX.replace("blockSizeTokens: 64", parameters)).semantics(Semantics.CORRECTED);
        try (Pointsman pointsman =
                Pointsman.builder(fleet(3)).configuration(corrected).build()) {
            assertThatThrownBy(() -> pointsman.reload(wrong)).isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void producerThatWasAddedByDefault_isTheSameOnceDeclared_andBack() {
        String bare = HEAD + "plugins:\n- type: prefix-cache-scorer\n";
        try (Pointsman pointsman = scheduler(fleet(3), bare)) {
            String home = target(pointsman, "r1");

            pointsman.reload(config(bare + "- type: approx-prefix-cache-producer\n"));
            pointsman.reload(config(bare + "- type: queue-scorer\n"));

            for (int i = 2; i < 10; i++) {
                assertThat(target(pointsman, "r" + i)).isEqualTo(home);
            }
        }
    }

    @Test
    void equalPlugins_keepWhatTheyKnow() {
        try (Pointsman pointsman = scheduler(fleet(3), PREFIX)) {
            String home = target(pointsman, "r1");

            pointsman.reload(config(PREFIX + "- type: queue-scorer\n"));

            for (int i = 2; i < 10; i++) {
                assertThat(target(pointsman, "r" + i)).isEqualTo(home);
            }
        }
    }

    @Test
    void defaultProducers_keepWhatTheyKnow() {
        String implicit = HEAD + "plugins: [{type: prefix-cache-scorer}]";
        try (Pointsman pointsman = scheduler(fleet(3), implicit)) {
            String home = target(pointsman, "r1");

            pointsman.reload(config(HEAD + "plugins: [{type: prefix-cache-scorer}, {type: load-aware-scorer}]"));

            for (int i = 2; i < 10; i++) {
                assertThat(target(pointsman, "r" + i)).isEqualTo(home);
            }
        }
    }

    @Test
    void dispatchUnderWay_endsWithThePluginsItBeganWith_andItsLoadStays() {
        try (Pointsman pointsman = scheduler(fleet(1), HEAD + "plugins: [{type: ear, parameters: {size: 1}}]")) {
            Dispatch before = dispatched(pointsman, request("before"));

            pointsman.reload(config(HEAD + "plugins: [{type: ear, parameters: {size: 2}}]"));
            Dispatch after = dispatched(pointsman, request("after"));
            assertThat(pointsman.requestsInFlight("e0")).isEqualTo(2);
            after.close();
            before.close();

            assertThat(ears).hasSize(2);
            assertThat(ears.get(0).ended).containsExactly("before");
            assertThat(ears.get(1).ended).containsExactly("after");
            assertThat(ears.get(1).joined).containsExactly("e0");
            assertThat(pointsman.requestsInFlight("e0")).isZero();
        }
    }

    @Test
    void equalPlugin_isNotToldAgainWhoIsInTheFleet() {
        Fleet fleet = fleet(1);
        try (Pointsman pointsman = scheduler(fleet, HEAD + "plugins: [{type: ear}]")) {
            pointsman.reload(config(HEAD + "plugins: [{type: ear}, {type: queue-scorer}]"));
            fleet.join(endpoint(1));

            assertThat(ears).hasSize(1);
            assertThat(ears.get(0).joined).containsExactly("e0", "e1");
        }
    }

    @Test
    void otherSemantics_makeEveryPluginAnew() {
        try (Pointsman pointsman = scheduler(fleet(1), HEAD + "plugins: [{type: ear}]")) {
            pointsman.reload(config(HEAD + "plugins: [{type: ear}]").semantics(Semantics.CORRECTED));

            assertThat(ears).hasSize(2);
            assertThat(pointsman.effectiveConfiguration()).contains("semantics: corrected");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plugins: [{type: no-such-scorer}]",
                "plugins: [{type: ear, parameters: {size: many}}]",
                "plugins: [{type: ear}, {type: prefix-cache-scorer, parameters: {matchLengthWeight: 2}}]",
                "plugins: [{type: ear}]\nschedulingProfiles: [{name: a, plugins: []}, {name: b, plugins: []}]",
                "plugins: [{type: ear}, {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: none}}]"
            })
    void wrongConfiguration_changesNothing(String wrong) {
        try (Pointsman pointsman = scheduler(fleet(3), PREFIX)) {
            String home = target(pointsman, "r1");
            String effective = pointsman.effectiveConfiguration();

            assertThatThrownBy(() -> pointsman.reload(config(HEAD + wrong)))
                    .isInstanceOfSatisfying(
                            ConfigurationException.class,
                            e -> assertThat(e.line()).isGreaterThanOrEqualTo(3));

            assertThat(pointsman.effectiveConfiguration()).isEqualTo(effective);
            assertThat(target(pointsman, "r2")).isEqualTo(home);
            pointsman.reload(config(PREFIX));
            assertThat(target(pointsman, "r3"))
                    .as("what was known is kept over the failure")
                    .isEqualTo(home);
        }
    }

    @Test
    void closedScheduler_doesNotFollowItsFleetAgain() {
        Fleet fleet = fleet(1);
        Pointsman pointsman = scheduler(fleet, HEAD + "plugins: [{type: ear}]");
        pointsman.close();

        assertThatThrownBy(() -> pointsman.reload(config(HEAD + "plugins: [{type: ear, parameters: {size: 1}}]")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");

        fleet.join(endpoint(1));
        assertThat(ears.get(ears.size() - 1).joined).doesNotContain("e1");
        assertThat(pointsman.effectiveConfiguration()).contains("size: 0");
    }

    @Test
    void schedulerBuiltInCode_hasNothingToReload() {
        try (Pointsman pointsman = Pointsman.builder(fleet(1)).build()) {
            assertThatThrownBy(() -> pointsman.reload(config(HEAD)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Maybe build it with Builder.configuration.");
        }
    }

    @RepeatedTest(3)
    void reloadsUnderLoad_noRequestIsLostAndNoLoadStays() throws Exception {
        Pointsman pointsman = Pointsman.builder(fleet(4))
                .configuration(config(PREFIX))
                .leases(Duration.ofHours(1))
                .build();
        AtomicBoolean running = new AtomicBoolean(true);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            Future<?> reloading = executor.submit(() -> reloads(pointsman, running));
            List<Future<?>> hosts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random random = new Random(i);
                hosts.add(executor.submit(() -> host(pointsman, random)));
            }
            for (Future<?> host : hosts) {
                host.get();
            }
            running.set(false);
            reloading.get();
        } finally {
            executor.shutdownNow();
        }

        assertThat(requestsInFlight(pointsman)).hasSize(4);
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    private static void reloads(Pointsman pointsman, AtomicBoolean running) {
        List<String> texts = List.of(
                PREFIX,
                PREFIX + "- type: queue-scorer\n- type: active-request-scorer\n",
                HEAD + "plugins: [{type: token-load-scorer}, {type: random-picker}]",
                HEAD + "plugins: [{type: no-such-scorer}]");
        for (int i = 0; running.get(); i = (i + 1) % texts.size()) {
            EndpointPickerConfig next = config(texts.get(i));
            if (i == 3) {
                assertThatThrownBy(() -> pointsman.reload(next)).isInstanceOf(ConfigurationException.class);
            } else {
                pointsman.reload(next);
            }
        }
    }

    private static void host(Pointsman pointsman, Random random) {
        List<Dispatch> open = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            SchedulingOutcome outcome = pointsman.schedule(request("r" + random.nextInt()));
            if (outcome instanceof Rejection rejection) {
                throw new AssertionError(rejection.toString());
            }
            open.add((Dispatch) outcome);
            while (open.size() > 8) {
                Dispatch next = open.remove(random.nextInt(open.size()));
                next.firstToken();
                next.completed(Usage.UNKNOWN);
            }
        }
        open.forEach(Dispatch::close);
    }

    private static String target(Pointsman pointsman, String id) {
        try (Dispatch dispatch = dispatched(pointsman, request(id))) {
            return dispatch.target().id();
        }
    }

    private static InferenceRequest request(String id) {
        return InferenceRequest.builder(id, "llama").text("x".repeat(2_000)).build();
    }
}
