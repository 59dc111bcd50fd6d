// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.screener.EndpointSubsetScreener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration says about requests, and what llm-d does to every request, seen from where requests come in. */
class RequestWayTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";
    private static final String CANARY = HEAD + """
            pointsman:
              modelRewrites:
              - matches: [{model: {value: chat}}]
                targets: [{modelRewrite: chat-v1}]
              objectives: {batch: -1, interactive: 10}
            """;
    private static final String ROLLOUT = HEAD + """
            plugins:
            - type: disaggregatedset-rollout-screener
              parameters:
                scope: {labelSelector: set=one}
                headerSelectors:
                - {name: revision, headerName: X-Disagg-Revision, labelKey: disaggregatedset.x-k8s.io/revision, mode: strict}
                revisionGating: {mode: sum, requireRoles: {values: [prefill, decode]}}
            - type: destination-endpoint-served-verifier
            """;

    @Test
    void rewrittenModel_isThatOfTheDispatch_andTheExplanationSaysSo() {
        try (Pointsman pointsman = configured(Fixtures.fleet(2), CANARY)) {
            Dispatch dispatch = Fixtures.explained(pointsman, request("r", "chat", Map.of()));
            Evaluation evaluation = pointsman.evaluate(request("r", "chat", Map.of()));

            assertThat(dispatch.request().model()).isEqualTo("chat-v1");
            assertThat(Fixtures.explanation(dispatch).notes()).contains("model chat was rewritten to chat-v1");
            assertThat(evaluation.explanation().notes()).contains("model chat was rewritten to chat-v1");
            assertThat(Fixtures.dispatched(pointsman, request("s", "other", Map.of()))
                            .request()
                            .model())
                    .isEqualTo("other");
        }
    }

    @Test
    void modelRewriteHeader_isObeyed_underAConfiguration_andWhereCodeAsksForIt() {
        InferenceRequest request = request("r", "chat", Map.of(RequestHeaders.MODEL_REWRITE, "special"));
        Fleet fleet = Fixtures.fleet(1);

        assertThat(model(configured(fleet, ""), request)).isEqualTo("special");
        assertThat(model(
                        Pointsman.builder(fleet)
                                .modelRewrites(ModelRewrites.NONE)
                                .build(),
                        request))
                .isEqualTo("special");
        assertThat(model(Pointsman.builder(fleet).build(), request)).isEqualTo("chat");
    }

    private static String model(Pointsman pointsman, InferenceRequest request) {
        try (pointsman) {
            return Fixtures.dispatched(pointsman, request).request().model();
        }
    }

    @Test
    void sameSeed_drawsTheSameModels() {
        ModelRewrites split =
                ModelRewrites.of(ModelRewrite.of("chat").to("a", 1).to("b", 1));
        Map<String, String> models = new HashMap<>();

        for (int round = 0; round < 2; round++) {
            try (Pointsman pointsman = Pointsman.builder(Fixtures.fleet(2))
                    .seed(5)
                    .modelRewrites(split)
                    .build()) {
                for (int i = 0; i < 50; i++) {
                    String model = Fixtures.dispatched(pointsman, request("r" + i, "chat", Map.of()))
                            .request()
                            .model();
                    String before = models.put("r" + i, model);
                    assertThat(before == null || before.equals(model)).isTrue();
                }
            }
        }

        assertThat(models.values()).contains("a", "b");
    }

    @Test
    void reload_replacesWhatItSays_andLeavesWhatCodeSaid() {
        try (Pointsman pointsman = Pointsman.builder(Fixtures.fleet(1))
                .modelRewrites(ModelRewrites.of(ModelRewrite.of("chat").to("from-code")))
                .configuration(EndpointPickerConfig.parse("a", CANARY))
                .build()) {
            InferenceRequest request = request("r", "chat", Map.of("x-llm-d-inference-objective", "batch"));
            Dispatch before = Fixtures.dispatched(pointsman, request);

            pointsman.reload(EndpointPickerConfig.parse("b", ""));
            Dispatch after = Fixtures.dispatched(pointsman, request);

            assertThat(before.request().model()).isEqualTo("chat-v1");
            assertThat(before.request().objectives().priority()).isEqualTo(-1);
            assertThat(after.request().model()).isEqualTo("from-code");
            assertThat(after.request().objectives().priority()).isZero();
        }
    }

    @Test
    void effectiveConfiguration_tellsIt_andReadsBack() {
        String text = CANARY + "  conditionalDecode: {prefixProducers: [precise]}\n"
                + "plugins: [{type: approx-prefix-cache-producer, name: precise}]\n";
        String effective;
        try (Pointsman pointsman = configured(Fixtures.fleet(1), text)) {
            effective = pointsman.effectiveConfiguration();
        }

        assertThat(effective)
                .contains("modelRewrite: chat-v1", "batch: -1", "- precise", "type: endpoint-subset-screener");
        try (Pointsman pointsman = configured(Fixtures.fleet(1), effective)) {
            assertThat(pointsman.effectiveConfiguration()).isEqualTo(effective);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{objectives: {a: much}} | pointsman.objectives.a",
                "{objectives: {a: 1.5}} | pointsman.objectives.a",
                "{modelRewrites: [{targets: []}]} | pointsman.modelRewrites[0].targets",
                "{conditionalDecode: {producers: [a]}} | pointsman.conditionalDecode.producers",
                "{modelRewrite: []} | pointsman.modelRewrite"
            })
    void whatIsWrong_isNamedWithPathAndLine(String section, String path) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> EndpointPickerConfig.parse("policy.yaml", HEAD + "pointsman: " + section))
                .satisfies(error -> assertThat(error.path()).isEqualTo(path))
                .satisfies(error -> assertThat(error.line()).isEqualTo(3))
                .withMessageContaining("\nMaybe ");
    }

    @Test
    void namedObjective_lowersPriority_soThatAdmissionMayRefuse_asLlmdDoes() {
        String text = CANARY + "plugins:\n- type: probabilistic-admitter\n";
        Fleet fleet = Fixtures.fleet(1);
        fleet.update("e0", EndpointMetrics.builder(0).waitingRequests(50).build());
        try (Pointsman pointsman = configured(fleet, text)) {
            Map<String, String> batch = Map.of("x-gateway-inference-objective", "batch");

            Rejection refusal = Fixtures.rejected(pointsman, request("r", "chat", batch));

            assertThat(refusal.reason()).isEqualTo(Rejection.Reason.ADMISSION_ERROR);
            assertThat(refusal.reason().httpStatus()).isEqualTo(500);
            assertThat(refusal.plugin()).isEqualTo("probabilistic-admitter");
            Fixtures.dispatched(pointsman, request("r", "chat", Map.of())).close();

            pointsman.reload(
                    EndpointPickerConfig.parse("b", text.replace("pointsman:", "pointsman:\n  semantics: corrected")));
            assertThat(Fixtures.rejected(pointsman, request("r", "chat", batch)).reason())
                    .isEqualTo(Rejection.Reason.NOT_ADMITTED);
        }
    }

    @Test
    void agentsSession_becomesTheFairnessId_ofALoadedConfiguration() {
        try (Pointsman pointsman = configured(Fixtures.fleet(1), HEAD + "plugins:\n- type: agent-identity\n")) {
            Dispatch dispatch =
                    Fixtures.dispatched(pointsman, request("r", "chat", Map.of("x-claude-code-session-id", "s-1")));

            assertThat(dispatch.request().objectives().fairnessId()).isEqualTo("s-1");
        }
    }

    @Test
    void subsetOfTheProxy_isKept_byEveryLoadedConfiguration() {
        try (Pointsman pointsman = configured(Fixtures.fleet(3), "")) {
            Map<String, String> one = Map.of(EndpointSubsetScreener.HEADER, "10.0.0.1:1");
            Map<String, String> none = Map.of(EndpointSubsetScreener.HEADER, "");

            for (int i = 0; i < 20; i++) {
                assertThat(Fixtures.dispatched(pointsman, request("r" + i, "chat", one))
                                .target()
                                .id())
                        .isEqualTo("e1");
            }
            Rejection refusal = Fixtures.rejected(pointsman, request("r", "chat", none));
            assertThat(refusal.reason()).isEqualTo(Rejection.Reason.SCREENED_OUT);
            assertThat(refusal.plugin()).isEqualTo("endpoint-subset-screener");
        }
    }

    @Test
    void declaredSubsetScreener_isNotThereTwice() {
        String text = HEAD + "plugins:\n- type: endpoint-subset-screener\n  name: mine\n";
        try (Pointsman pointsman = configured(Fixtures.fleet(1), text)) {
            assertThat(pointsman.effectiveConfiguration()).containsOnlyOnce("type: endpoint-subset-screener");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llm-d", "corrected"})
    void conditionalRequest_isRefusedWhereNothingIsCached_andReservesNothing(String semantics) {
        try (Pointsman pointsman =
                configured(Fixtures.fleet(1), HEAD + "pointsman: {semantics: " + semantics + "}\n")) {
            Rejection refusal = Fixtures.rejected(pointsman, conditional("first"));

            assertThat(refusal.reason()).isEqualTo(Rejection.Reason.NOT_CACHED);
            assertThat(refusal.detail()).contains("e0");
            assertThat(pointsman.requestsInFlight("e0")).isZero();
            assertThat(pointsman.tokensInFlight("e0")).isZero();
            assertThat(pointsman.evaluate(conditional("asked")).rejection()).isNotNull();
        }
    }

    @Test
    void conditionalRequest_thatIsRefused_keepsNoLegReserved() {
        Profile decode =
                Profile.builder("decode").scorer("prefix-cache-scorer", 1).build();
        Profile prefill = Profile.builder("prefill").build();
        try (Pointsman pointsman = Pointsman.builder(Fixtures.fleet(2))
                .profile(decode)
                .profile(prefill)
                .profileHandler(PluginRef.instance("both", new DecodeAndPrefill()))
                .conditionalDecode(ConditionalDecode.BY_ANY)
                .build()) {
            assertThat(Fixtures.rejected(pointsman, conditional("first")).reason())
                    .isEqualTo(Rejection.Reason.NOT_CACHED);
            assertThat(pointsman.tokensInFlight("e0") + pointsman.tokensInFlight("e1"))
                    .isZero();
            assertThat(Fixtures.dispatched(pointsman, prompt("second").build())
                            .decision()
                            .otherLegs())
                    .hasSize(1);
        }
    }

    private static final class DecodeAndPrefill implements ProfileHandler {
        @Override
        public List<String> next(ProductionCycle cycle, ProfileResults results) {
            return results.results().isEmpty() ? results.declared() : List.of();
        }

        @Override
        public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
            draft.primary("decode");
            draft.leg("prefill");
        }
    }

    @Test
    void conditionalRequest_isSent_onceItsPromptIsCached() {
        try (Pointsman pointsman = configured(Fixtures.fleet(2), "")) {
            Dispatch warm = Fixtures.dispatched(pointsman, prompt("warm").build());
            warm.completed(Usage.UNKNOWN);

            Dispatch dispatch = Fixtures.dispatched(pointsman, conditional("second"));

            assertThat(dispatch.target().id()).isEqualTo(warm.target().id());
            assertThat(pointsman.requestsInFlight(dispatch.target().id())).isOne();
        }
    }

    @Test
    void producerOfAnotherName_isNotAskedByLlmd_butByUs_orWhereTheConfigurationSaysSo() {
        String plugins = """
                plugins:
                - type: approx-prefix-cache-producer
                  name: mine
                - type: prefix-cache-scorer
                  parameters: {prefixMatchInfoProducerName: mine}
                """;

        assertThat(sendsWhatIsCached(plugins)).isFalse();
        assertThat(sendsWhatIsCached(plugins + "pointsman: {semantics: corrected}\n"))
                .isTrue();
        assertThat(sendsWhatIsCached(plugins + "pointsman: {conditionalDecode: {prefixProducers: [mine]}}\n"))
                .isTrue();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> sendsWhatIsCached(
                        plugins + "pointsman: {semantics: corrected, conditionalDecode: {prefixProducers: [other]}}\n"))
                .withMessageContaining("pointsman.conditionalDecode: no plugin of the name other says what is cached");
    }

    private static boolean sendsWhatIsCached(String text) {
        try (Pointsman pointsman = configured(Fixtures.fleet(1), HEAD + text)) {
            Fixtures.dispatched(pointsman, prompt("warm").build()).completed(Usage.UNKNOWN);
            return pointsman.schedule(conditional("second")) instanceof Dispatch;
        }
    }

    @Test
    void conditionalDecode_inCode_isOptIn_andNeedsSomebodyWhoKnows() {
        Fleet fleet = Fixtures.fleet(1);
        try (Pointsman without = Pointsman.builder(fleet).build();
                Pointsman with = Pointsman.builder(fleet)
                        .conditionalDecode(ConditionalDecode.BY_ANY)
                        .build()) {
            Fixtures.dispatched(without, conditional("a")).close();
            assertThat(Fixtures.rejected(with, conditional("b")).reason()).isEqualTo(Rejection.Reason.NOT_CACHED);
        }

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pointsman.builder(fleet)
                        .profile(Fixtures.leastRequests())
                        .conditionalDecode(ConditionalDecode.BY_ANY)
                        .build())
                .withMessage("conditional decode: no plugin says what is cached.\nMaybe add "
                        + PrefixMatch.DEFAULT_PRODUCER + ".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pointsman.builder(fleet)
                        .conditionalDecode(new ConditionalDecode(List.of("mine", PrefixMatch.DEFAULT_PRODUCER)))
                        .build())
                .withMessageStartingWith("conditional decode: no plugin of the name mine says what is cached.");
    }

    @Test
    void rollout_staysOnOneRevision_andStampsTheResponse() {
        Fleet fleet = Fleet.of(pod("a", "prefill"), pod("a", "decode"), pod("b", "prefill"), pod("b", "decode"));
        try (Pointsman pointsman = configured(fleet, ROLLOUT)) {
            for (int i = 0; i < 30; i++) {
                Dispatch first = Fixtures.dispatched(pointsman, request("r" + i, "chat", Map.of()));
                Map<String, String> stamped = first.responseHeaders();
                Dispatch next = Fixtures.dispatched(pointsman, request("next" + i, "chat", stamped));

                assertThat(stamped)
                        .containsEntry("x-disagg-revision", first.target().id().substring(0, 1))
                        .containsEntry(
                                ServedEndpointHeader.HEADER, first.target().address());
                assertThat(next.responseHeaders().get("x-disagg-revision")).isEqualTo(stamped.get("x-disagg-revision"));
            }
            assertThat(Fixtures.rejected(pointsman, request("r", "chat", Map.of("x-disagg-revision", "c")))
                            .reason()
                            .httpStatus())
                    .isEqualTo(503);
        }
    }

    private static Endpoint pod(String revision, String role) {
        String id = revision + "-" + role;
        return Endpoint.builder(id, id + ":8000")
                .label("set", "one")
                .label("disaggregatedset.x-k8s.io/revision", revision)
                .label("disaggregatedset.x-k8s.io/role", role)
                .build();
    }

    private static Pointsman configured(Fleet fleet, String text) {
        return Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("policy.yaml", text))
                .build();
    }

    private static InferenceRequest request(String id, String model, Map<String, String> headers) {
        return InferenceRequest.builder(id, model)
                .headers(HeaderLookup.of(headers))
                .build();
    }

    private static InferenceRequest.Builder prompt(String id) {
        return InferenceRequest.builder(id, "chat").tokens(new int[1000]);
    }

    private static InferenceRequest conditional(String id) {
        return prompt(id)
                .headers(HeaderLookup.of(Map.of("prefer", "if-available")))
                .build();
    }
}
