// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.config.PluginLookup;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.AlwaysDisaggMultimodalDecider;
import dev.pointsman.core.decider.AlwaysDisaggPdDecider;
import dev.pointsman.core.decider.PrefixBasedPdDecider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerFactoriesTest {
    private static final Map<String, Plugin> DECLARED = Map.of(
            "always", new AlwaysDisaggPdDecider(),
            "media", new AlwaysDisaggMultimodalDecider(),
            "prefix-based-pd-decider", new PrefixBasedPdDecider(16),
            "handler", new SingleProfileHandler());
    private static final PluginLookup PLUGINS = (path, name) -> {
        Plugin found = DECLARED.get(name);
        if (found == null) {
            throw ParameterException.unknown(path, "plugin", name, DECLARED.keySet());
        }
        return found;
    };

    private static Plugin make(String type, Map<String, ?> values) {
        PluginFactory factory = HandlerFactories.all(Semantics.LLM_D).stream()
                .filter(candidate ->
                        candidate.type().equals(type) || candidate.aliases().contains(type))
                .findFirst()
                .orElseThrow();
        Parameters parameters = Parameters.of("parameters", values, PLUGINS);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create("handler", parameters);
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void types_areLlmds_andDescribeThemselves(Semantics semantics) {
        assertThat(HandlerFactories.all(semantics))
                .extracting(PluginFactory::type)
                .containsExactly(
                        "single-profile-handler",
                        "header-profile-handler",
                        "data-parallel-profile-handler",
                        "disagg-profile-handler",
                        "pd-profile-handler",
                        "disagg-headers-handler");
        assertThat(HandlerFactories.all(semantics)).allSatisfy(factory -> {
            assertThat(factory.description()).endsWith(".");
            assertThat(factory.create("any", Parameters.of("", Map.of(), PLUGINS)))
                    .isNotNull();
        });
        assertThat(HandlerFactories.all()).isSameAs(HandlerFactories.all(Semantics.CORRECTED));
        assertThat(make("prefill-header-handler", Map.of())).hasToString("DisaggHeadersHandler[prefill, encode]");
    }

    @Test
    void stages_areReadByStage() {
        Plugin handler = make(
                "disagg-profile-handler",
                Map.of(
                        "profiles",
                        Map.of("decode", "d", "prefill", "p"),
                        "deciders",
                        Map.of("prefill", "prefix-based-pd-decider", "encode", "media")));

        assertThat(handler)
                .hasToString("DisaggProfileHandler[DECODE_FIRST, d, p by PrefixBasedPdDecider[16, 0, "
                        + PrefixMatch.DEFAULT_PRODUCER + "], encode by AlwaysDisaggMultimodalDecider]");
        assertThat(handler.consumes())
                .containsExactlyInAnyOrder(
                        PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER),
                        PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
    }

    @Test
    void nothingGiven_isDecodeOnly_andAnEmptyNameIsNone() {
        String nothing = "DisaggProfileHandler[DECODE_FIRST, decode, prefill by null, encode by null]";

        assertThat(make("disagg-profile-handler", Map.of())).hasToString(nothing);
        assertThat(make(
                        "disagg-profile-handler",
                        Map.of(
                                "stageOrder",
                                "",
                                "profiles",
                                Map.of("decode", ""),
                                "deciders",
                                Map.of("prefill", "", "encode", ""))))
                .hasToString(nothing);
    }

    @ParameterizedTest
    @CsvSource({
        "decode-first, DECODE_FIRST",
        "DecodeFirst, DECODE_FIRST",
        "decode_first, DECODE_FIRST",
        "decode, DECODE_FIRST",
        "prefill-first, PREFILL_FIRST",
        "PrefillFirst, PREFILL_FIRST",
        "prefill, PREFILL_FIRST"
    })
    void stageOrder_hasLlmdsSpellings(String text, StageOrder order) {
        assertThat(make("disagg-profile-handler", Map.of("stageOrder", text)))
                .hasToString("DisaggProfileHandler[" + order + ", decode, prefill by null, encode by null]");
    }

    @Test
    void flatNames_areTheOlderForm() {
        Map<String, String> flat = new LinkedHashMap<>();
        flat.put("decodeProfile", "d");
        flat.put("prefillProfile", "p");
        flat.put("encodeProfile", "e");
        flat.put("prefillDeciderPluginName", "always");
        flat.put("encodeDeciderPluginName", "media");
        flat.put("deciderPluginName", "prefix-based-pd-decider");

        assertThat(make("disagg-profile-handler", flat))
                .as("the longer name of the decider wins")
                .hasToString("DisaggProfileHandler[DECODE_FIRST, d, p by AlwaysDisaggPdDecider,"
                        + " e by AlwaysDisaggMultimodalDecider]");
        assertThat(make("disagg-profile-handler", Map.of("deciderPluginName", "always")))
                .hasToString(
                        "DisaggProfileHandler[DECODE_FIRST, decode, prefill by AlwaysDisaggPdDecider, encode by null]");
    }

    @Test
    void wrongStages_areNamedWithTheirPath() {
        assertRefused(
                Map.of("decodeProfile", "d", "profiles", Map.of("decode", "e")),
                "parameters.decodeProfile: must not stand beside profiles and deciders");
        assertRefused(
                Map.of("prefillDeciderPluginName", "always", "deciders", Map.of("prefill", "always")),
                "parameters.prefillDeciderPluginName: must not stand beside profiles and deciders");
        assertRefused(
                Map.of("deciders", Map.of("prefill", "alway")),
                "parameters.deciders.prefill: no plugin is called alway.");
        assertRefused(
                Map.of("deciders", Map.of("encode", "handler")),
                "parameters.deciders.encode: must name a Decider, but handler is none");
        assertRefused(
                Map.of("profiles", Map.of("fallback", "x")),
                "parameters.profiles.fallback: no parameter is called fallback.");
        assertRefused(
                Map.of("deciders", Map.of("decode", "always")),
                "parameters.deciders.decode: no parameter is called decode.");
        assertRefused(Map.of("unknownField", "x"), "parameters.unknownField: no parameter is called unknownField.");
        assertRefused(
                Map.of("stageOrder", "encode-first"), "parameters.stageOrder: must be decode-first or prefill-first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> make(
                        "disagg-profile-handler",
                        Map.of("stageOrder", "prefill-first", "deciders", Map.of("prefill", "always"))))
                .withMessageStartingWith("deciders.prefill: must be absent if prefill comes first");
    }

    private static void assertRefused(Map<String, ?> values, String start) {
        assertThatThrownBy(() -> make("disagg-profile-handler", values))
                .isInstanceOf(ParameterException.class)
                .message()
                .startsWith(start)
                .contains("\nMaybe ");
    }

    @Test
    void olderPrefillDecode_hasAPrefixBasedDeciderUnlessToldOtherwise() {
        assertThat(make("pd-profile-handler", Map.of("primaryPort", 0)))
                .hasToString("PdProfileHandler[decode, prefill by PrefixBasedPdDecider[16, 0, "
                        + PrefixMatch.DEFAULT_PRODUCER + "]]");
        assertThat(make(
                        "pd-profile-handler",
                        Map.of(
                                "decodeProfile",
                                "d",
                                "prefillProfile",
                                "p",
                                "deciderPluginName",
                                "always",
                                "prefixPluginType",
                                "prefix-cache-scorer",
                                "prefixPluginName",
                                "prefix-cache-scorer")))
                .hasToString("PdProfileHandler[d, p by AlwaysDisaggPdDecider]");
        assertThat(make("pd-profile-handler", Map.of("prefixMatchInfoProducerName", "precise"))
                        .consumes())
                .contains(PrefixMatch.of("precise"), PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> make("pd-profile-handler", Map.of("prefillProfile", "decode")))
                .withMessageStartingWith("prefillProfile: must be another than the decodeProfile");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void port_outOfItsRange_isRefused(int port) {
        for (String type : List.of("pd-profile-handler", "data-parallel-profile-handler")) {
            assertThatThrownBy(() -> make(type, Map.of("primaryPort", port)))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageStartingWith("parameters.primaryPort: must be");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new DataParallelProfileHandler(port));
    }

    @Test
    void header_isReadInAnyCase_andBlankMeansTheDefault() {
        assertThat(make("header-profile-handler", Map.of())).hasToString("HeaderProfileHandler[epp-profile, decode]");
        assertThat(make("header-profile-handler", Map.of("headerName", " X-Stage ", "defaultProfile", " prefill ")))
                .hasToString("HeaderProfileHandler[x-stage, prefill]");
        assertThat(make("header-profile-handler", Map.of("headerName", "", "defaultProfile", " ")))
                .hasToString("HeaderProfileHandler[epp-profile, decode]");
    }
}
