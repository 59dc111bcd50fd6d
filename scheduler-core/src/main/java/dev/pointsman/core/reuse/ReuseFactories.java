// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.internal.builtin.Choice;
import dev.pointsman.kvcache.BlockHasher;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The types of this package by name, beside those of {@link dev.pointsman.core.producer.ProducerFactories}. */
public final class ReuseFactories {
    private static final String WINDOW = "windowDurationMs";
    private static final String MAX_PER_REPLICA = "maxPerReplica";
    private static final String BLOCK_SIZE = "blockSizeTokens";
    private static final String MAX_TOKENS = "maxPrefixTokensToMatch";
    private static final String MIN_COLOCATE = "minColocateBlocks";
    private static final String MAX_BATCH = "maxBatchSize";
    private static final String BALANCE_BY = "balanceBy";
    private static final String REQUESTS = "requests";
    private static final String TOKENS = "tokens";

    private static final String CACHE_SIZE = "cacheSizeInMBPerServer";

    private static final String MIN_DELTA = "minCachedTokenDelta";
    private static final String PREFILL_PROFILE = "prefillProfileName";
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";

    private static final int LONGEST_WINDOW_MILLIS = 10_000;

    private static final List<PluginFactory> ALL = List.of(
            new BuiltInFactory(
                    BurstPrefixProducer.TYPE,
                    Set.of(),
                    "Holds requests for a moment, so that a burst of equal prompts goes to one endpoint.",
                    List.of(
                            whole(
                                    WINDOW,
                                    100,
                                    "For how many milliseconds requests are held.",
                                    1,
                                    LONGEST_WINDOW_MILLIS),
                            whole(
                                    MAX_PER_REPLICA,
                                    -1,
                                    "Requests of a burst on one endpoint while another has room; -1 for no limit.",
                                    -1,
                                    Integer.MAX_VALUE),
                            whole(
                                    BLOCK_SIZE,
                                    BurstPrefixProducer.DEFAULT_BLOCK_SIZE,
                                    "Tokens in a block.",
                                    1,
                                    BlockHasher.MAX_BLOCK_SIZE),
                            whole(
                                    MAX_TOKENS,
                                    0,
                                    "Tokens of a prompt that are compared; 0 for all.",
                                    0,
                                    Integer.MAX_VALUE),
                            whole(
                                    MIN_COLOCATE,
                                    0,
                                    "Leading blocks that different prompts must share to be kept together; 0 for never.",
                                    0,
                                    Integer.MAX_VALUE),
                            whole(
                                    MAX_BATCH,
                                    BurstPrefixProducer.DEFAULT_MAX_BATCH,
                                    "Requests that end a window before its time.",
                                    1,
                                    Integer.MAX_VALUE),
                            optional(BALANCE_BY, STRING, REQUESTS, "What load is counted in: requests or tokens.")),
                    ReuseFactories::burst),
            new BuiltInFactory(
                    EmbeddingsCacheProducer.TYPE,
                    Set.of(),
                    "Guesses which of a request's images each endpoint has encoded already.",
                    List.of(whole(
                            CACHE_SIZE,
                            EmbeddingsCacheProducer.DEFAULT_MIB,
                            "The size of an endpoint's encoder cache in MiB, at 2 an image.",
                            1,
                            Integer.MAX_VALUE)),
                    (name, parameters) -> new EmbeddingsCacheProducer(
                            name, integer(parameters, CACHE_SIZE, EmbeddingsCacheProducer.DEFAULT_MIB, 1))),
            new BuiltInFactory(
                    KvSourceProducer.TYPE,
                    Set.of(),
                    "Names the peer from which the endpoint that reads the prompt can pull its KV.",
                    List.of(
                            whole(
                                    MIN_DELTA,
                                    1,
                                    "Cached tokens that a peer must have more than the endpoint itself.",
                                    1,
                                    Integer.MAX_VALUE),
                            optional(
                                    PREFILL_PROFILE,
                                    STRING,
                                    LlmdApproxPrefixProducer.PREFILL,
                                    "The profile whose target reads prompts, if it runs."),
                            optional(
                                    PREFIX_PRODUCER,
                                    STRING,
                                    PrefixMatch.DEFAULT_PRODUCER,
                                    "The prefix producer whose matches count.")),
                    (name, parameters) -> new KvSourceProducer(
                            name,
                            text(parameters, PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER),
                            text(parameters, PREFILL_PROFILE, LlmdApproxPrefixProducer.PREFILL),
                            integer(parameters, MIN_DELTA, 1, 1))));

    private ReuseFactories() {}

    /**
     * Returns one factory for each type; unmodifiable. They are the same in both semantics.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    private static BurstPrefixProducer burst(String name, Parameters parameters) {
        return BurstPrefixProducer.builder()
                .name(name)
                .window(Duration.ofMillis(parameters.integer(WINDOW, 100, 1, LONGEST_WINDOW_MILLIS)))
                .maxPerReplica(integer(parameters, MAX_PER_REPLICA, -1, -1))
                .blockSize((int) parameters.integer(
                        BLOCK_SIZE, BurstPrefixProducer.DEFAULT_BLOCK_SIZE, 1, BlockHasher.MAX_BLOCK_SIZE))
                .maxPrefixTokens(integer(parameters, MAX_TOKENS, 0, 0))
                .minColocateBlocks(integer(parameters, MIN_COLOCATE, 0, 0))
                .maxBatchSize(integer(parameters, MAX_BATCH, BurstPrefixProducer.DEFAULT_MAX_BATCH, 1))
                .balanceByTokens(Choice.second(parameters, BALANCE_BY, REQUESTS, TOKENS))
                .build();
    }

    private static String text(Parameters parameters, String name, String fallback) {
        String text = parameters.string(name, fallback);
        return text.isBlank() ? fallback : text;
    }

    private static int integer(Parameters parameters, String name, int fallback, int least) {
        return (int) parameters.integer(name, fallback, least, Integer.MAX_VALUE);
    }

    private static ParameterSpec whole(String name, int fallback, String description, int least, int most) {
        return optional(name, INTEGER, Integer.toString(fallback), description).between(least, most);
    }
}
