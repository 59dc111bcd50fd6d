// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.LlmdCases.Case;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScorerFactoriesTest {
    /** What those types are given that cannot do without. */
    private static final Map<String, Map<String, ?>> REQUIRED = Map.of(
            "endpoint-attribute-scorer",
            Map.of("attributeKey", "WaitingQueueSize", "algorithm", Map.of("type", "linear_lower_is_better")),
            "header-label-affinity-scorer",
            Map.of("headerName", "x-tier", "labelKey", "tier"));

    static List<PluginFactory> factories() {
        return ScorerFactories.all();
    }

    static List<PluginFactory> llmdFactories() {
        return ScorerFactories.all(Semantics.LLM_D).stream()
                // The order of candidates decides there, which the contract forbids.
                .filter(factory -> !factory.type().equals("no-hit-lru-scorer"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource({"factories", "llmdFactories"})
    void everyType_keepsTheContract(PluginFactory factory) {
        PluginContract.of(factory, REQUIRED.getOrDefault(factory.type(), Map.of()))
                .verify();
    }

    @Test
    void bothSemantics_haveTheSameTypesAndParameters() {
        List<PluginFactory> llmD = ScorerFactories.all(Semantics.LLM_D);

        assertThat(llmD).extracting(PluginFactory::type).isEqualTo(types(ScorerFactories.all()));
        for (int i = 0; i < llmD.size(); i++) {
            assertThat(llmD.get(i).parameters())
                    .extracting(ParameterSpec::name, ParameterSpec::defaultValue)
                    .isEqualTo(ScorerFactories.all().get(i).parameters().stream()
                            .map(spec -> tuple(spec.name(), spec.defaultValue()))
                            .toList());
        }
    }

    private static List<String> types(List<PluginFactory> factories) {
        return factories.stream().map(PluginFactory::type).toList();
    }

    @Test
    void sessionIds_keepTheContractToo() {
        PluginContract.of(
                        ScorerFactories.all().stream()
                                .filter(factory -> factory.type().equals("session-affinity-scorer"))
                                .findFirst()
                                .orElseThrow(),
                        Map.of("strategy", "session_id"))
                .verify();
    }

    @Test
    void types_areLlmds() {
        assertThat(ScorerFactories.all())
                .extracting(PluginFactory::type)
                .containsExactlyInAnyOrder(
                        "queue-scorer",
                        "running-requests-size-scorer",
                        "kv-cache-utilization-scorer",
                        "load-aware-scorer",
                        "active-request-scorer",
                        "token-load-scorer",
                        "prefix-cache-scorer",
                        "no-hit-lru-scorer",
                        "session-affinity-scorer",
                        "lora-affinity-scorer",
                        "endpoint-attribute-scorer",
                        "header-label-affinity-scorer",
                        "topology-affinity-scorer",
                        "context-length-aware",
                        "mm-embeddings-cache-scorer",
                        "multicluster-queue-scorer",
                        "multicluster-kv-cache-utilization-scorer",
                        "multicluster-prefix-cache-scorer");
    }

    @Test
    void everyType_isMadeWithoutMoreThanItRequires_andDescribesItself() {
        for (PluginFactory factory : ScorerFactories.all()) {
            assertThat(make(factory.type(), Map.of())).as(factory.type()).isInstanceOf(Scorer.class);
            assertThat(factory.description()).endsWith(".");
            assertThat(factory.parameters()).allSatisfy(spec -> {
                assertThat(spec.required())
                        .isEqualTo(
                                REQUIRED.getOrDefault(factory.type(), Map.of()).containsKey(spec.name()));
                assertThat(spec.description()).endsWith(".");
            });
        }
    }

    @Test
    void everyDefault_isAccepted_andChangesNothing() {
        for (PluginFactory factory : ScorerFactories.all()) {
            for (ParameterSpec spec : factory.parameters()) {
                if (spec.defaultValue() != null) {
                    Object value = switch (spec.type()) {
                        case STRING -> spec.defaultValue();
                        case BOOLEAN -> Boolean.valueOf(spec.defaultValue());
                        default -> Double.valueOf(spec.defaultValue());
                    };
                    Plugin plugin = make(factory.type(), Map.of(spec.name(), value));
                    assertThat(scores(plugin)).as(spec.name()).isEqualTo(scores(make(factory.type(), Map.of())));
                }
            }
        }
    }

    @Test
    void parameters_reachTheScorers() {
        assertThat(scores(make("load-aware-scorer", Map.of("threshold", 4)))).containsExactly(0.5, 0.25);
        assertThat(scores(make("active-request-scorer", Map.of("idleThreshold", 1, "maxBusyScore", 0.5))))
                .containsExactly(1, 0);
        assertThat(scores(make("token-load-scorer", Map.of("queueThresholdTokens", 400))))
                .containsExactly(0.75, 0.5);
        assertThat(scores(make("prefix-cache-scorer", Map.of("matchLengthWeight", 1, "matchLengthScaleTokens", 160))))
                .containsExactly(0, 0.25);
        assertThat(make("prefix-cache-scorer", Map.of("prefixMatchInfoProducerName", "other"))
                        .consumes())
                .contains(PrefixMatch.of("other"));
        assertThat(make("no-hit-lru-scorer", Map.of("prefixMatchInfoProducerName", "other", "lruSize", 5))
                        .consumes())
                .contains(PrefixMatch.of("other"));
    }

    @Test
    void sessionAffinity_readsBothStrategies() {
        Plugin byToken =
                make("session-affinity-scorer", Map.of("encodedEndpointHeaderConfig", Map.of("header", "x-custom")));
        SessionAffinityScorer bySession = (SessionAffinityScorer) make(
                "session-affinity-scorer",
                Map.of(
                        "strategy", "session_id",
                        "profileName", "decode",
                        "sessionIdConfig",
                                Map.of(
                                        "sources",
                                        List.of(Map.of("header", "x-chat"), Map.of("attribute", "session.id")),
                                        "evictionTtlSeconds",
                                        2.5,
                                        "evictionSweepSeconds",
                                        1,
                                        "maxSessions",
                                        10)));
        TestFleet fleet = TestFleet.of("a", "b");
        TestCycle token = TestCycle.of(fleet, request("x-custom", SessionAffinityScorer.token(fleet.endpoint(1))));
        TestCycle session = TestCycle.of(fleet, request("x-chat", "s1"));

        bySession.dispatched(session, Dispatched.to(session, "b"));

        assertThat(token.score((Scorer) byToken)).containsExactly(0, 1);
        assertThat(session.score(bySession)).containsExactly(0, 1);
        assertThat(bySession.nextDeadline()).isEqualTo(2_500_000_000L);
        assertThat(bySession.consumesIfPresent())
                .containsExactly(new AttributeKey<>("session.id", Session.PRODUCER, String.class));
    }

    @Test
    void wrongParameters_areNamedWithTheirPath() {
        assertRefused("load-aware-scorer", Map.of("threshold", 0), "parameters.threshold: ");
        assertRefused("active-request-scorer", Map.of("maxBusyScore", 1.5), "parameters.maxBusyScore: ");
        assertRefused("active-request-scorer", Map.of("idleThreshold", -1), "parameters.idleThreshold: ");
        assertRefused("token-load-scorer", Map.of("queueThresholdTokens", 0), "parameters.queueThresholdTokens: ");
        assertRefused("prefix-cache-scorer", Map.of("matchLengthWeight", -0.1), "parameters.matchLengthWeight: ");
        assertRefused("no-hit-lru-scorer", Map.of("lruSize", 0), "parameters.lruSize: ");
        assertRefused("header-label-affinity-scorer", Map.of("labelKey", " "), "parameters.labelKey: ");
        assertRefused("context-length-aware", Map.of("label", ""), "parameters.label: ");
        assertRefused("endpoint-attribute-scorer", Map.of("attributeKey", ""), "parameters.attributeKey: ");
        assertRefused(
                "endpoint-attribute-scorer",
                Map.of("algorithm", Map.of("type", "linear")),
                "parameters.algorithm.type: must be linear_lower_is_better or linear_higher_is_better");
        assertRefused(
                "endpoint-attribute-scorer",
                normalized(Map.of("fixedRange", Map.of("min", 1, "max", 1))),
                "parameters.algorithm.normalization.fixedRange.max: must be above min, which is 1.0");
        assertRefused(
                "endpoint-attribute-scorer",
                normalized(Map.of("fixedRange", Map.of("min", 0, "max", 1), "adaptiveRange", Map.of())),
                "parameters.algorithm.normalization.adaptiveRange: must not be given beside fixedRange");
        assertRefused(
                "endpoint-attribute-scorer",
                normalized(Map.of("fixedRange", Map.of("min", 0, "maximum", 1))),
                "parameters.algorithm.normalization.fixedRange.maximum: ");
        assertRefused(
                "prefix-cache-scorer",
                Map.of("matchLengthWeight", 0.5, "matchLengthScaleTokens", 0),
                "parameters.matchLengthScaleTokens: must be at least 1 with a matchLengthWeight above 0, but was 0.");
        assertRefused(
                "session-affinity-scorer",
                Map.of("strategy", "cookie"),
                "parameters.strategy: must be encoded_endpoint_header or session_id, but was \"cookie\".");
        assertRefused(
                "session-affinity-scorer",
                Map.of("encodedEndpointHeaderConfig", Map.of("haeder", "x")),
                "parameters.encodedEndpointHeaderConfig.haeder: ");
        assertRefused(
                "session-affinity-scorer",
                Map.of("strategy", "session_id", "sessionIdConfig", Map.of("evictionTtlSeconds", 0)),
                "parameters.sessionIdConfig.evictionTtlSeconds: ");
        assertRefused(
                "session-affinity-scorer",
                Map.of(
                        "strategy",
                        "session_id",
                        "sessionIdConfig",
                        Map.of("sources", List.of(Map.of("header", "x", "attribute", "y")))),
                "parameters.sessionIdConfig.sources[0].header: must be given, or attribute, and not both");
        assertRefused(
                "session-affinity-scorer",
                Map.of("strategy", "session_id", "sessionIdConfig", Map.of("sources", List.of(Map.of()))),
                "parameters.sessionIdConfig.sources[0].header: ");
    }

    private static Map<String, ?> normalized(Map<String, ?> normalization) {
        return Map.of("algorithm", Map.of("type", "linear_lower_is_better", "normalization", normalization));
    }

    @Test
    void llmdConfigCases_hold() {
        int passed = 0;
        for (Case one : LlmdCases.of("config", ScorerFactories.all())) {
            boolean valid = true;
            try {
                one.plugin();
            } catch (ParameterException refused) {
                valid = false;
            }
            assertThat(valid)
                    .as(one.toString())
                    .isEqualTo(one.object("expected").flag("valid"));
            passed++;
        }
        System.out.println("llm-d scorer configuration cases: " + passed + " passed, 0 differ by design");
        assertThat(passed).isEqualTo(3);
    }

    @Test
    void numbersOutOfRange_areLlmdsDefaults_withItsSemantics() {
        assertThat(scores(make("load-aware-scorer", Map.of("threshold", -1), Semantics.LLM_D)))
                .isEqualTo(scores(new LoadAwareScorer()));
        assertThat(scores(make(
                        "active-request-scorer", Map.of("idleThreshold", -1, "maxBusyScore", 1.5), Semantics.LLM_D)))
                .isEqualTo(scores(new ActiveRequestScorer()));
        assertThat(scores(make("token-load-scorer", Map.of("queueThresholdTokens", 0), Semantics.LLM_D)))
                .isEqualTo(scores(new TokenLoadScorer(TokenLoadScorer.DEFAULT_THRESHOLD, Semantics.LLM_D)));
        assertThat(make("no-hit-lru-scorer", Map.of("lruSize", 0), Semantics.LLM_D))
                .isInstanceOf(NoHitLruScorer.class);
    }

    @Test
    void emptyProducerName_isTheDefaultOne() {
        assertThat(make("prefix-cache-scorer", Map.of("prefixMatchInfoProducerName", ""))
                        .consumes())
                .contains(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER));
    }

    private static void assertRefused(String type, Map<String, ?> parameters, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> make(type, parameters))
                .withMessageStartingWith(start)
                .withMessageContaining("\nMaybe ");
    }

    private static Plugin make(String type, Map<String, ?> parameters) {
        return make(type, parameters, Semantics.CORRECTED);
    }

    private static Plugin make(String type, Map<String, ?> parameters, Semantics semantics) {
        PluginFactory factory = ScorerFactories.all(semantics).stream()
                .filter(each -> each.type().equals(type))
                .findFirst()
                .orElseThrow();
        Map<String, Object> all = new HashMap<>(REQUIRED.getOrDefault(type, Map.of()));
        all.putAll(parameters);
        return factory.create(type, Parameters.of("parameters", all));
    }

    private static double[] scores(Plugin plugin) {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", signals -> signals.waitingRequests(0))
                .endpoint("b", signals -> signals.waitingRequests(2))
                .build();
        TestCycle cycle = TestCycle.of(fleet)
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(10, 16))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "a", 0)
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), "b", 5)
                .with(InFlightLoad.REQUESTS, "a", 1)
                .with(InFlightLoad.REQUESTS, "b", 4)
                .with(InFlightLoad.TOKENS, "a", 100)
                .with(InFlightLoad.TOKENS, "b", 200);
        return cycle.score((Scorer) plugin);
    }

    private static InferenceRequest request(String header, String value) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of(header, value)))
                .build();
    }
}
