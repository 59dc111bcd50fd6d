// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The built-in deciders by type name, for the engine to register; the parameters of a profile handler name them. */
public final class DeciderFactories {
    private static final String PRODUCER = "prefixMatchInfoProducerName";
    private static final String NON_CACHED = "nonCachedTokens";
    private static final String PROMPT = "promptTokens";
    private static final String THRESHOLD = "threshold";
    private static final String POLICY = "policy";
    private static final String ISL_BOUNDING = "isl_bounding";
    private static final String TOKEN_CAP = "token_cap";
    private static final String TOKENS = "effIslThreshold";
    private static final String RATIO = "effIslRatioThreshold";
    private static final String CAP = "maxNewTokens";
    private static final long MOST_TOKENS = Integer.MAX_VALUE;

    private static final ParameterSpec PRODUCER_PARAMETER = ParameterSpec.optional(
            PRODUCER,
            ParameterSpec.Type.STRING,
            PrefixMatch.DEFAULT_PRODUCER,
            "The prefix producer that says what is cached.");
    private static final ParameterSpec NON_CACHED_PARAMETER =
            tokens(NON_CACHED, "0", "Tokens not cached from which on prefill is separated; 0 for never.");
    private static final ParameterSpec PROMPT_PARAMETER =
            tokens(PROMPT, "0", "Length of the shortest prompt whose prefill is separated.");

    private static final PluginFactory ALWAYS_PD = BuiltInFactory.of(
            "always-disagg-pd-decider", "Separates every prefill from the decode.", AlwaysDisaggPdDecider::new);
    private static final PluginFactory ALWAYS_MULTIMODAL = BuiltInFactory.of(
            "always-disagg-multimodal-decider",
            "Separates the encoding of requests with images, videos or sounds.",
            AlwaysDisaggMultimodalDecider::new);
    private static final String PREFIX_BASED = "prefix-based-pd-decider";
    private static final String PREFIX_BASED_DESCRIPTION =
            "Separates the prefill of prompts of which the decode endpoint has too little cached.";
    private static final PluginFactory BLIS = BuiltInFactory.of(
            "blis-prefix-threshold-decider",
            "Separates the prefill of prompts of which more than a threshold is not cached, as BLIS does.",
            List.of(
                    tokens(
                            THRESHOLD,
                            Long.toString(BlisPrefixThresholdDecider.DEFAULT_THRESHOLD),
                            "Tokens not cached beyond which prefill is separated."),
                    PRODUCER_PARAMETER),
            DeciderFactories::blis);
    private static final PluginFactory DYNAMO = BuiltInFactory.of(
            "dynamo-conditional-disagg-decider",
            "Keeps the prefill with the decode if little of the prompt is left to compute there, as Dynamo does.",
            List.of(
                    ParameterSpec.optional(
                            POLICY, ParameterSpec.Type.STRING, ISL_BOUNDING, "The rule: isl_bounding or token_cap."),
                    tokens(
                            TOKENS,
                            Long.toString(DynamoConditionalDisaggDecider.DEFAULT_TOKENS),
                            "For isl_bounding: tokens to compute below which prefill may stay."),
                    ParameterSpec.optional(
                                    RATIO,
                                    ParameterSpec.Type.NUMBER,
                                    Double.toString(DynamoConditionalDisaggDecider.DEFAULT_RATIO),
                                    "For isl_bounding: share of the prompt to compute below which prefill may stay.")
                            .between(0, Double.MAX_VALUE),
                    tokens(
                            CAP,
                            null,
                            "For token_cap, and required there: tokens to compute up to which prefill stays."),
                    PRODUCER_PARAMETER),
            DeciderFactories::dynamo);

    private static final List<PluginFactory> LLM_D = List.of(
            ALWAYS_PD,
            ALWAYS_MULTIMODAL,
            BuiltInFactory.of(
                    PREFIX_BASED,
                    PREFIX_BASED_DESCRIPTION,
                    List.of(NON_CACHED_PARAMETER, PROMPT_PARAMETER),
                    DeciderFactories::prefixBased),
            BLIS,
            DYNAMO);
    private static final List<PluginFactory> CORRECTED = List.of(
            ALWAYS_PD,
            ALWAYS_MULTIMODAL,
            BuiltInFactory.of(
                    PREFIX_BASED,
                    PREFIX_BASED_DESCRIPTION,
                    List.of(NON_CACHED_PARAMETER, PROMPT_PARAMETER, PRODUCER_PARAMETER),
                    DeciderFactories::prefixBased),
            BLIS,
            DYNAMO);

    private DeciderFactories() {}

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

    private static PrefixBasedPdDecider prefixBased(Parameters parameters) {
        return new PrefixBasedPdDecider(
                        parameters.integer(NON_CACHED, 0, 0, MOST_TOKENS),
                        parameters.integer(PROMPT, 0, 0, MOST_TOKENS))
                .readingFrom(producer(parameters));
    }

    private static BlisPrefixThresholdDecider blis(Parameters parameters) {
        return new BlisPrefixThresholdDecider(
                        parameters.integer(THRESHOLD, BlisPrefixThresholdDecider.DEFAULT_THRESHOLD, 0, MOST_TOKENS))
                .readingFrom(producer(parameters));
    }

    private static DynamoConditionalDisaggDecider dynamo(Parameters parameters) {
        // All are read, so that a wrong one is found whichever rule holds.
        long tokens = parameters.integer(TOKENS, DynamoConditionalDisaggDecider.DEFAULT_TOKENS, 0, MOST_TOKENS);
        double ratio = parameters.number(RATIO, DynamoConditionalDisaggDecider.DEFAULT_RATIO, 0, Double.MAX_VALUE);
        long cap = parameters.integer(CAP, 0, 0, MOST_TOKENS);
        String policy = parameters.string(POLICY, ISL_BOUNDING);
        DynamoConditionalDisaggDecider decider;
        switch (policy) {
            case ISL_BOUNDING -> {
                if (parameters.has(CAP)) {
                    throw parameters.error(
                            CAP,
                            "must be absent, since the policy is " + ISL_BOUNDING,
                            "Maybe the policy " + TOKEN_CAP + " was meant.");
                }
                decider = DynamoConditionalDisaggDecider.islBounding(tokens, ratio);
            }
            case TOKEN_CAP -> {
                parameters.requiredInteger(CAP, 0, MOST_TOKENS);
                decider = DynamoConditionalDisaggDecider.tokenCap(cap);
            }
            default ->
                throw parameters.error(
                        POLICY,
                        "must be " + ISL_BOUNDING + " or " + TOKEN_CAP,
                        "Maybe it is one of Dynamo's rules that look at the load of prefill workers; those are not here.");
        }
        return decider.readingFrom(producer(parameters));
    }

    private static String producer(Parameters parameters) {
        return parameters.string(PRODUCER, PrefixMatch.DEFAULT_PRODUCER);
    }

    private static ParameterSpec tokens(String name, @Nullable String defaultValue, String description) {
        return ParameterSpec.optional(name, ParameterSpec.Type.INTEGER, defaultValue, description)
                .between(0, MOST_TOKENS);
    }
}
