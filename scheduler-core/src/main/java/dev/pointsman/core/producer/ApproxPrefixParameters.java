// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.reuse.LlmdApproxPrefixProducer;
import dev.pointsman.kvcache.BlockHasher;
import java.util.List;
import java.util.Set;

/**
 * Reads llm-d's parameters of an approximate prefix producer. As llm-d has it, the older name of the block size may be given
 * beside the new one, which counts; and a block size of 0 will do where it is tuned.
 */
final class ApproxPrefixParameters {
    private static final String AUTO_TUNE = "autoTune";
    private static final String BLOCK_SIZE = "blockSizeTokens";
    private static final String OLD_BLOCK_SIZE = "blockSize";
    private static final String MAX_TOKENS = "maxPrefixTokensToMatch";
    private static final String MAX_BLOCKS = "maxPrefixBlocksToMatch";
    private static final String CAPACITY = "lruCapacityPerServer";

    private ApproxPrefixParameters() {}

    /** Makes a factory of a type, which is ours or llm-d's by the semantics. */
    static BuiltInFactory factory(String type, String description, Semantics semantics) {
        boolean parity = semantics == Semantics.LLM_D;
        return new BuiltInFactory(
                type,
                Set.of(),
                description,
                specs(parity),
                (name, parameters) -> parity
                        ? readLlmd(name, parameters).build()
                        : read(name, parameters).build());
    }

    private static List<ParameterSpec> specs(boolean parity) {
        int leastBlockSize = parity ? Integer.MIN_VALUE : 1;
        return List.of(
                optional(
                        AUTO_TUNE,
                        BOOLEAN,
                        "true",
                        "Whether block size and capacity follow what the endpoints report, up to 2^20 blocks each."),
                optional(
                                BLOCK_SIZE,
                                INTEGER,
                                Integer.toString(ApproxPrefixProducer.DEFAULT_BLOCK_SIZE),
                                "Tokens in a block where it is not tuned; raised to 64 or more.")
                        .between(leastBlockSize, BlockHasher.MAX_BLOCK_SIZE),
                optional(OLD_BLOCK_SIZE, INTEGER, null, "The older name of blockSizeTokens.")
                        .between(leastBlockSize, BlockHasher.MAX_BLOCK_SIZE)
                        .olderNameOf(BLOCK_SIZE),
                optional(
                                MAX_TOKENS,
                                INTEGER,
                                Integer.toString(ApproxPrefixProducer.DEFAULT_MAX_TOKENS),
                                "Tokens of a prompt that are looked at; 0 to go by maxPrefixBlocksToMatch.")
                        .between(parity ? Integer.MIN_VALUE : 0, Integer.MAX_VALUE),
                optional(
                                MAX_BLOCKS,
                                INTEGER,
                                Integer.toString(ApproxPrefixProducer.DEFAULT_MAX_BLOCKS),
                                parity
                                        ? "Blocks of a prompt that are looked at if maxPrefixTokensToMatch is 0; all if"
                                                + " both are."
                                        : "Blocks of a prompt that are looked at if maxPrefixTokensToMatch is 0.")
                        .between(parity ? Integer.MIN_VALUE : 1, Integer.MAX_VALUE),
                optional(
                                CAPACITY,
                                INTEGER,
                                Integer.toString(ApproxPrefixProducer.DEFAULT_CAPACITY),
                                parity
                                        ? "Blocks remembered for an endpoint where that is not tuned; the default if 0."
                                        : "Blocks remembered for an endpoint where that is not tuned.")
                        .between(parity ? Integer.MIN_VALUE : 1, Integer.MAX_VALUE));
    }

    /** Reads the parameters of a producer of ours. */
    static ApproxPrefixProducer.Builder read(String name, Parameters parameters) {
        if (parameters.has(BLOCK_SIZE) && parameters.has(OLD_BLOCK_SIZE)) {
            throw parameters.error(
                    OLD_BLOCK_SIZE,
                    "must not be given with " + BLOCK_SIZE,
                    "Maybe remove it; it is the older name of the same parameter.");
        }
        return ApproxPrefixProducer.builder()
                .name(name)
                .autoTune(parameters.flag(AUTO_TUNE, true))
                .blockSize(blockSize(parameters, 1))
                .maxPrefixTokens(count(parameters, MAX_TOKENS, ApproxPrefixProducer.DEFAULT_MAX_TOKENS, 0))
                .maxPrefixBlocks(count(parameters, MAX_BLOCKS, ApproxPrefixProducer.DEFAULT_MAX_BLOCKS, 1))
                .capacityPerEndpoint(count(parameters, CAPACITY, ApproxPrefixProducer.DEFAULT_CAPACITY, 1));
    }

    /**
     * Reads the parameters of a producer that does as llm-d's: only a block size that is neither above 0 nor tuned is refused,
     * and what else is not above 0 counts as not said.
     */
    static LlmdApproxPrefixProducer.Builder readLlmd(String name, Parameters parameters) {
        boolean autoTune = parameters.flag(AUTO_TUNE, true);
        int tokens = any(parameters, MAX_TOKENS, ApproxPrefixProducer.DEFAULT_MAX_TOKENS);
        int blocks = any(parameters, MAX_BLOCKS, ApproxPrefixProducer.DEFAULT_MAX_BLOCKS);
        int capacity = any(parameters, CAPACITY, ApproxPrefixProducer.DEFAULT_CAPACITY);
        return LlmdApproxPrefixProducer.builder()
                .name(name)
                .autoTune(autoTune)
                .blockSize(Math.max(0, blockSize(parameters, autoTune ? Integer.MIN_VALUE : 1)))
                .maxPrefixTokens(Math.max(0, tokens))
                .maxPrefixBlocks(blocks > 0 ? blocks : Integer.MAX_VALUE)
                .capacityPerEndpoint(capacity > 0 ? capacity : ApproxPrefixProducer.DEFAULT_CAPACITY);
    }

    private static int any(Parameters parameters, String name, int fallback) {
        return count(parameters, name, fallback, Integer.MIN_VALUE);
    }

    private static int blockSize(Parameters parameters, int least) {
        String field = parameters.has(BLOCK_SIZE) || !parameters.has(OLD_BLOCK_SIZE) ? BLOCK_SIZE : OLD_BLOCK_SIZE;
        return (int)
                parameters.integer(field, ApproxPrefixProducer.DEFAULT_BLOCK_SIZE, least, BlockHasher.MAX_BLOCK_SIZE);
    }

    private static int count(Parameters parameters, String name, int fallback, int least) {
        return (int) parameters.integer(name, fallback, least, Integer.MAX_VALUE);
    }
}
