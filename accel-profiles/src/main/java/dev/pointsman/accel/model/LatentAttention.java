// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import org.jspecify.annotations.Nullable;

/**
 * Multi-head latent attention: keys and values of all heads are kept as one small vector per token and layer, which every chip
 * of a tensor-parallel group repeats. (DeepSeek-V2, 2024, section 2.1.)
 *
 * <p>KV per token: {@code layers * (latentRank + ropeHeadDim)}, whatever the number of chips. Reading a prompt expands the
 * latent vectors, so a pair costs {@code 2 * heads * (nope + rope + value)} operations a layer; generating absorbs the
 * expansion into the queries, so a pair costs {@code 2 * heads * (2 * latentRank + rope)}.
 *
 * @param layers how many layers are like this; at least 0
 * @param heads query heads
 * @param queryRank size of the latent vector of the queries; 0 if they have none
 * @param latentRank size of the latent vector of keys and values
 * @param ropeHeadDim size of the part of a key that carries the position
 * @param nopeHeadDim size of the part of a key that does not
 * @param valueHeadDim size of a value
 * @param selector how the tokens to look at are chosen, or null if it is all of them
 */
public record LatentAttention(
        int layers,
        int heads,
        int queryRank,
        int latentRank,
        int ropeHeadDim,
        int nopeHeadDim,
        int valueHeadDim,
        @Nullable Selector selector)
        implements Attention {
    /** Checks the numbers. */
    public LatentAttention {
        Sizes.check("attention.layers", layers, 0, Sizes.LAYERS);
        Sizes.check("attention.heads", heads, 1, Sizes.HEADS);
        Sizes.check("attention.queryRank", queryRank, 0, Sizes.RANK);
        Sizes.check("attention.latentRank", latentRank, 1, Sizes.RANK);
        Sizes.check("attention.ropeHeadDim", ropeHeadDim, 0, Sizes.HEAD_DIM);
        Sizes.check("attention.nopeHeadDim", nopeHeadDim, 1, Sizes.HEAD_DIM);
        Sizes.check("attention.valueHeadDim", valueHeadDim, 1, Sizes.HEAD_DIM);
    }

    @Override
    public int fullLayers() {
        return layers;
    }

    @Override
    public long parameters(int hiddenSize) {
        long keyDim = (long) nopeHeadDim + ropeHeadDim;
        long queries = queryRank == 0
                ? heads * keyDim * hiddenSize
                : (long) hiddenSize * queryRank + heads * keyDim * queryRank;
        long keysAndValues = hiddenSize * ((long) latentRank + ropeHeadDim)
                + (long) latentRank * heads * ((long) nopeHeadDim + valueHeadDim);
        long output = (long) heads * valueHeadDim * hiddenSize;
        long choosing = selector == null ? 0 : selector.parameters(hiddenSize, queryRank == 0 ? hiddenSize : queryRank);
        return layers * (queries + keysAndValues + output + choosing);
    }

    @Override
    public long kvElementsPerToken(int tensorParallel) {
        return layers * ((long) latentRank + ropeHeadDim);
    }

    @Override
    public double prefillFlopsPerPair() {
        return 2.0 * heads * (nopeHeadDim + ropeHeadDim + valueHeadDim) * layers;
    }

    @Override
    public double decodeFlopsPerPair() {
        return 2.0 * heads * (2.0 * latentRank + ropeHeadDim) * layers;
    }

    @Override
    public int selectedTokens() {
        return selector == null ? Integer.MAX_VALUE : selector.tokens();
    }

    @Override
    public double selectionFlopsPerPair() {
        return selector == null ? 0 : 2.0 * selector.heads() * selector.headDim() * layers;
    }

    @Override
    public double selectionBytesPerToken() {
        return selector == null ? 0 : selector.bytesPerToken() * layers;
    }

    /**
     * A small attention that scores all tokens so that the large one need look at the best few only. (DeepSeek-V3.2-Exp, 2025:
     * sparse attention with a lightning indexer.) It keeps one key per token and layer in 8 bits, with a 32-bit scale for 128
     * elements.
     *
     * @param heads heads that score
     * @param headDim size of a key
     * @param tokens how many are chosen
     */
    public record Selector(int heads, int headDim, int tokens) {
        /** Checks the numbers. */
        public Selector {
            Sizes.check("attention.selector.heads", heads, 1, Sizes.HEADS);
            Sizes.check("attention.selector.headDim", headDim, 1, Sizes.HEAD_DIM);
            Sizes.check("attention.selector.tokens", tokens, 1, Sizes.TOKENS);
        }

        private double bytesPerToken() {
            return headDim + 4.0 * headDim / 128;
        }

        private long parameters(long hiddenSize, long queryInput) {
            return queryInput * heads * headDim + hiddenSize * ((long) headDim + heads);
        }
    }
}
