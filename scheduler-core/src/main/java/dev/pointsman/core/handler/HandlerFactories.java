// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.Decider;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The built-in profile handlers by type name, for the engine to register; a host names them in a configuration. */
public final class HandlerFactories {
    private static final String HEADER = "headerName";
    private static final String DEFAULT_PROFILE = "defaultProfile";
    private static final String PRIMARY_PORT = "primaryPort";
    private static final String DECODE_PROFILE = "decodeProfile";
    private static final String PREFILL_PROFILE = "prefillProfile";
    private static final String ENCODE_PROFILE = "encodeProfile";
    private static final String DECIDER = "deciderPluginName";
    private static final String DEFAULT_DECIDER = "prefix-based-pd-decider";
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final int MOST_PORT = 65_535;

    private static final List<ParameterSpec> HEADER_PARAMETERS = List.of(
            text(HEADER, HeaderProfileHandler.DEFAULT_HEADER, "The header that names the profile to run."),
            text(DEFAULT_PROFILE, HeaderProfileHandler.DEFAULT_PROFILE, "The profile that runs without the header."));
    private static final List<ParameterSpec> DATA_PARALLEL_PARAMETERS = List.of(port(
            Integer.toString(DataParallelProfileHandler.DEFAULT_PRIMARY_PORT),
            "The port that all ranks are reached at; 0 leaves their ports as they are."));
    private static final List<ParameterSpec> PD_PARAMETERS = List.of(
            text(DECODE_PROFILE, DisaggProfileHandler.DECODE, "The profile that decodes."),
            text(PREFILL_PROFILE, DisaggProfileHandler.PREFILL, "The profile that prefills."),
            text(DECIDER, DEFAULT_DECIDER, "The declared decider that says whether prefill is separated."),
            port("0", "The port that all data-parallel ranks are reached at; 0 leaves their ports as they are."),
            text(PREFIX_PRODUCER, null, "A prefix producer that is to run, besides what the decider reads."),
            text("prefixPluginType", null, "Taken for llm-d's sake; has no effect there either."),
            text("prefixPluginName", null, "Taken for llm-d's sake; has no effect there either."));
    private static final List<ParameterSpec> HEADERS_PARAMETERS = List.of(
            text(PREFILL_PROFILE, DisaggProfileHandler.PREFILL, "The profile that prefills."),
            text(ENCODE_PROFILE, DisaggProfileHandler.ENCODE, "The profile that encodes."));

    private static final List<PluginFactory> LLM_D = factories(Semantics.LLM_D);
    private static final List<PluginFactory> CORRECTED = factories(Semantics.CORRECTED);

    private HandlerFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return semantics == Semantics.LLM_D ? LLM_D : CORRECTED;
    }

    private static List<PluginFactory> factories(Semantics semantics) {
        return List.of(
                BuiltInFactory.of(
                        "single-profile-handler", "Runs the scheduler's only profile.", SingleProfileHandler::new),
                BuiltInFactory.of(
                        "header-profile-handler",
                        "Runs the profile that a header of the request names.",
                        HEADER_PARAMETERS,
                        HandlerFactories::header),
                BuiltInFactory.of(
                        "data-parallel-profile-handler",
                        "Runs the only profile over data-parallel ranks that share a port.",
                        DATA_PARALLEL_PARAMETERS,
                        HandlerFactories::dataParallel),
                BuiltInFactory.of(
                        "disagg-profile-handler",
                        "Splits a request into encode, prefill and decode, each with a profile of its own.",
                        DisaggParameters.ALL,
                        parameters -> DisaggParameters.handler(parameters, semantics)),
                BuiltInFactory.of(
                        "pd-profile-handler",
                        "Splits a request into prefill and decode, as older configurations do.",
                        PD_PARAMETERS,
                        HandlerFactories::pd),
                new BuiltInFactory(
                        "disagg-headers-handler",
                        Set.of("prefill-header-handler"),
                        "Tells by headers where the prefill and encode legs of a decision run.",
                        HEADERS_PARAMETERS,
                        (name, parameters) -> headers(parameters)));
    }

    private static Plugin header(Parameters parameters) {
        return new HeaderProfileHandler(
                parameters.string(HEADER, HeaderProfileHandler.DEFAULT_HEADER),
                parameters.string(DEFAULT_PROFILE, HeaderProfileHandler.DEFAULT_PROFILE));
    }

    private static Plugin dataParallel(Parameters parameters) {
        return new DataParallelProfileHandler(
                (int) parameters.integer(PRIMARY_PORT, DataParallelProfileHandler.DEFAULT_PRIMARY_PORT, 0, MOST_PORT));
    }

    private static Plugin pd(Parameters parameters) {
        String producer = parameters.string(PREFIX_PRODUCER, "");
        Set<DataKey> required =
                producer.isBlank() ? Set.of() : Set.of(PrefixMatch.of(producer), PrefixMatch.matchedBlocks(producer));
        return new PdProfileHandler(
                parameters.string(DECODE_PROFILE, DisaggProfileHandler.DECODE),
                parameters.string(PREFILL_PROFILE, DisaggProfileHandler.PREFILL),
                parameters.plugin(DECIDER, DEFAULT_DECIDER, Decider.class),
                (int) parameters.integer(PRIMARY_PORT, 0, 0, MOST_PORT),
                required);
    }

    private static Plugin headers(Parameters parameters) {
        return new DisaggHeadersHandler(
                parameters.string(PREFILL_PROFILE, DisaggProfileHandler.PREFILL),
                parameters.string(ENCODE_PROFILE, DisaggProfileHandler.ENCODE));
    }

    private static ParameterSpec port(String defaultValue, String description) {
        return optional(PRIMARY_PORT, ParameterSpec.Type.INTEGER, defaultValue, description)
                .between(0, MOST_PORT);
    }

    private static ParameterSpec text(String name, @Nullable String defaultValue, String description) {
        return optional(name, ParameterSpec.Type.STRING, defaultValue, description);
    }
}
