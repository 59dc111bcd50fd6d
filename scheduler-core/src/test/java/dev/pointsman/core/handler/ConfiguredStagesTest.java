// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.Expectations;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Profile handlers and deciders as llm-d's own configurations declare them. */
class ConfiguredStagesTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";
    private static final String TWO_PROFILES = """
            schedulingProfiles:
            - name: prefill
              plugins:
              - pluginRef: prefill-filter
              - pluginRef: max-score-picker
              - {pluginRef: prefix-cache-scorer, weight: 2}
              - {pluginRef: queue-scorer, weight: 1}
            - name: decode
              plugins:
              - pluginRef: decode-filter
              - pluginRef: max-score-picker
              - {pluginRef: prefix-cache-scorer, weight: 2}
              - {pluginRef: queue-scorer, weight: 1}
            """;
    private static final String PARTS = """
            - type: prefix-cache-scorer
            - type: queue-scorer
            - type: prefill-filter
            - type: decode-filter
            - type: max-score-picker
            """;
    private static final String PREFILL_DECODE = HEAD + """
            plugins:
            - type: approx-prefix-cache-producer
              parameters: {maxPrefixTokensToMatch: 16384, lruCapacityPerServer: 31250}
            - type: prefix-based-pd-decider
              parameters: {nonCachedTokens: 16}
            - type: disagg-profile-handler
              parameters:
                deciders: {prefill: prefix-based-pd-decider}
            """ + PARTS + TWO_PROFILES;

    private static Endpoint endpoint(String id, String address, String role) {
        return Endpoint.builder(id, address).label("llm-d.ai/role", role).build();
    }

    private static Fleet fleet() {
        return Fleet.of(
                endpoint("decode", "10.0.0.1:8000", "decode"),
                endpoint("prefill", "10.0.0.2:8000", "prefill"),
                endpoint("encode", "10.0.0.3:8000", "encode"));
    }

    private static Pointsman load(String text) {
        return Pointsman.builder(fleet())
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build();
    }

    private static List<String> legs(Dispatch dispatch) {
        SchedulingDecision decision = dispatch.decision();
        List<String> legs = new ArrayList<>();
        legs.add(decision.primary().profile() + " on " + decision.endpoint().id());
        for (Leg leg : decision.otherLegs()) {
            legs.add(leg.profile() + " on " + leg.target().endpoint().id());
        }
        return legs;
    }

    private static InferenceRequest prompt(String id, int tokens) {
        return TestRequests.builder(id).tokens(new int[tokens]).build();
    }

    @Test
    void prefillDecode_sampleSeparatesWhatIsNotCached() {
        Pointsman pointsman = load(PREFILL_DECODE);

        Dispatch cold = dispatched(pointsman, prompt("first", 2048));
        cold.completed(new Usage(2048, 10, 0));
        Dispatch warm = dispatched(pointsman, prompt("again", 2048));
        Dispatch tiny = dispatched(pointsman, prompt("tiny", 15));

        assertThat(legs(cold)).containsExactly("decode on decode", "prefill on prefill");
        assertThat(cold.decision().headers())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("x-prefiller-host-port", "10.0.0.2:8000", "x-encoder-hosts-ports", ""));
        assertThat(legs(warm)).containsExactly("decode on decode");
        assertThat(legs(tiny)).containsExactly("decode on decode");
    }

    @Test
    void olderPrefillDecode_needsTheHeaderHandlerToTellOfThePrefill() {
        String plugins = """
                plugins:
                - type: prefix-based-pd-decider
                  parameters: {nonCachedTokens: 16}
                - type: pd-profile-handler
                  parameters: {deciderPluginName: prefix-based-pd-decider, primaryPort: 9000}
                """ + PARTS;

        Dispatch without = dispatched(load(HEAD + plugins + TWO_PROFILES), prompt("r", 2048));
        Dispatch with =
                dispatched(load(HEAD + plugins + "- type: prefill-header-handler\n" + TWO_PROFILES), prompt("r", 2048));

        assertThat(legs(without)).containsExactly("decode on decode", "prefill on prefill");
        assertThat(without.decision().headers())
                .containsExactlyInAnyOrderEntriesOf(Map.of("x-data-parallel-host-port", "10.0.0.1:8000"));
        assertThat(without.target().address()).isEqualTo("10.0.0.1:9000");
        assertThat(with.decision().headers())
                .containsEntry("x-prefiller-host-port", "10.0.0.2:8000")
                .containsEntry("x-data-parallel-host-port", "10.0.0.1:8000");
    }

    @Test
    void encodePrefillDecode_sampleEncodesMedia() {
        Pointsman pointsman = load(HEAD + """
                plugins:
                - type: always-disagg-pd-decider
                - type: always-disagg-multimodal-decider
                - type: encode-filter
                - type: disagg-profile-handler
                  parameters:
                    stageOrder: DecodeFirst
                    deciders: {prefill: always-disagg-pd-decider, encode: always-disagg-multimodal-decider}
                """ + PARTS + TWO_PROFILES + """
                - name: encode
                  plugins:
                  - pluginRef: encode-filter
                """);
        InferenceRequest picture = TestRequests.builder()
                .text("What is this?")
                .multimodalItems(List.of(new MultimodalItem("cat", 0, 0)))
                .build();

        assertThat(legs(dispatched(pointsman, picture)))
                .containsExactly("decode on decode", "prefill on prefill", "encode on encode");
        assertThat(dispatched(pointsman, picture).decision().headers())
                .containsEntry("x-encoder-hosts-ports", "10.0.0.3:8000");
        assertThat(legs(dispatched(pointsman, prompt("text", 100))))
                .containsExactly("decode on decode", "prefill on prefill");
    }

    @Test
    void header_namesTheProfile() {
        Pointsman pointsman = load(HEAD + "plugins:\n- type: header-profile-handler\n" + PARTS + TWO_PROFILES);

        assertThat(legs(dispatched(pointsman, staged(" prefill ")))).containsExactly("prefill on prefill");
        assertThat(legs(dispatched(pointsman, staged("")))).containsExactly("decode on decode");
        assertThat(legs(dispatched(pointsman, prompt("r", 1)))).containsExactly("decode on decode");
        Rejection rejection = rejected(pointsman, staged("Prefill"));
        assertThat(rejection.reason().httpStatus()).isEqualTo(429);
        assertThat(rejection.detail())
                .isEqualTo("header epp-profile asks for profile Prefill, and there are [prefill, decode]");
    }

    private static InferenceRequest staged(String profile) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("EPP-Profile", profile)))
                .build();
    }

    @Test
    void onlyProfile_runsWhateverTheHeaderSays() {
        Pointsman pointsman = load(HEAD + """
                plugins:
                - type: header-profile-handler
                - type: decode-filter
                schedulingProfiles:
                - name: all
                  plugins: [{pluginRef: decode-filter}]
                """);

        assertThat(legs(dispatched(pointsman, staged("no-such")))).containsExactly("all on decode");
    }

    @Test
    void dataParallel_ranksAreReachedAtOnePort() {
        Pointsman pointsman = Pointsman.builder(Fleet.of(Endpoint.of("rank-3", "[fd00::1]:8003")))
                .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + """
                        plugins:
                        - type: data-parallel-profile-handler
                        - type: queue-scorer
                        """))
                .build();

        Dispatch dispatch = dispatched(pointsman, prompt("r", 1));

        assertThat(dispatch.target().address()).isEqualTo("[fd00::1]:8000");
        assertThat(dispatch.decision().headers())
                .containsExactlyInAnyOrderEntriesOf(Map.of("x-data-parallel-host-port", "[fd00::1]:8003"));
        assertThat(new DataParallelProfileHandler(0)).hasToString("DataParallelProfileHandler[0]");
    }

    @Test
    void asInLlmd_aMissingProfileRefusesRequests_andTheLinterSaysSoBefore() {
        String misnamed = PREFILL_DECODE.replace("- name: decode\n", "- name: decoding\n");
        Pointsman pointsman = load(misnamed);

        assertThat(rejected(pointsman, prompt("r", 100)).detail()).isEqualTo("found no endpoint to decode on");
        assertThat(pointsman.findings(Expectations.NONE))
                .filteredOn(finding -> finding.rule() == Finding.Rule.PROFILE_NEVER_RUN)
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).startsWith("profile decoding is never run"));
        assertThatThrownBy(() -> load(misnamed + "pointsman: {semantics: corrected}\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("needs a profile decode, since every request is decoded");
    }

    @Test
    void contradictions_areRefusedWhereTheyStand() {
        String prefillFirst = PREFILL_DECODE.replace("    deciders:", "    stageOrder: prefill-first\n    deciders:");

        assertThatThrownBy(() -> load(prefillFirst))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("epp.yaml:")
                .hasMessageContaining("deciders.prefill: must be absent if prefill comes first")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> load(PREFILL_DECODE.replace(
                        "{prefill: prefix-based-pd-decider}", "{prefill: prefix-based-decider}")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("plugins[2].parameters.deciders.prefill: ")
                .hasMessageContaining("\nMaybe prefix-based-pd-decider was meant");
    }

    @Test
    void effectiveConfiguration_readsBackAsTheSame() {
        String effective = load(PREFILL_DECODE).effectiveConfiguration();
        String tokenCap = PREFILL_DECODE
                .replace("prefix-based-pd-decider", "dynamo-conditional-disagg-decider")
                .replace("{nonCachedTokens: 16}", "{policy: token_cap, maxNewTokens: 16}");

        assertThat(effective).contains("nonCachedTokens: 16", "promptTokens: 0", "stageOrder: decode-first");
        assertThat(load(effective).effectiveConfiguration()).isEqualTo(effective);
        String effectiveCap = load(tokenCap).effectiveConfiguration();
        assertThat(load(effectiveCap).effectiveConfiguration()).isEqualTo(effectiveCap);
    }
}
