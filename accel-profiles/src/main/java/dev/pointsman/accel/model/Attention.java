// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import dev.pointsman.accel.catalog.DType;

/**
 * How the layers of a model mix tokens, which decides what a cached token weighs and what looking back at it costs.
 *
 * <p>Three sorts of layers occur, alone or together. <em>Full</em> layers keep every token and look at all of them, or with a
 * {@linkplain #selectedTokens() selection} at the best few. <em>Window</em> layers keep and look at the last
 * {@link #windowTokens()} only. <em>Recurrent</em> layers keep a state of constant size. Everything here counts all layers of
 * the model; a pair is one token that looks at one token.
 *
 * <p>Operations count a multiplication and an addition as two. Formulas: {@code 2 * heads * (keyDim + valueDim)} operations a
 * pair and full layer, one half for the scores and one for the weighted sum; the rest is said at each kind.
 */
public sealed interface Attention permits GroupedQueryAttention, LatentAttention, WindowedAttention, HybridAttention {
    /** Returns how many layers mix tokens, of all sorts together. */
    int layers();

    /** Returns how many layers keep every token. */
    int fullLayers();

    /** Returns the heads that tensor parallelism divides: those of the queries. */
    int heads();

    /** Returns the weights of all these layers for a model of some width. */
    long parameters(int hiddenSize);

    /**
     * Returns the KV elements that one more token adds on one chip, in full layers.
     *
     * @param tensorParallel over how many chips the heads of one sequence are spread, at least 1
     */
    long kvElementsPerToken(int tensorParallel);

    /** Returns the operations of one pair in all full layers while a prompt is read. */
    double prefillFlopsPerPair();

    /** Returns the operations of one pair in all full layers while tokens are generated. */
    default double decodeFlopsPerPair() {
        return prefillFlopsPerPair();
    }

    /** Returns how many of the tokens before it a token looks at in full layers; {@link Integer#MAX_VALUE} for all. */
    default int selectedTokens() {
        return Integer.MAX_VALUE;
    }

    /** Returns the operations of choosing those tokens, for one pair in all layers; 0 where nothing is chosen. */
    default double selectionFlopsPerPair() {
        return 0;
    }

    /** Returns the bytes that one more token adds on every chip beside its KV: keys to choose by; 0 where nothing is chosen. */
    default double selectionBytesPerToken() {
        return 0;
    }

    /** Returns how many tokens a window layer keeps; 0 if there are no such layers. */
    default int windowTokens() {
        return 0;
    }

    /**
     * Returns the KV elements that a token within the window takes on one chip, in window layers.
     *
     * @param tensorParallel over how many chips the heads of one sequence are spread, at least 1
     */
    default long windowKvElementsPerToken(int tensorParallel) {
        return 0;
    }

    /** Returns the operations of one pair in all window layers. */
    default double windowFlopsPerPair() {
        return 0;
    }

    /**
     * Returns the bytes of the constant state of one sequence on one chip, in recurrent layers.
     *
     * @param tensorParallel over how many chips the heads of one sequence are spread, at least 1
     */
    default double stateBytesPerSequence(int tensorParallel) {
        return 0;
    }

    /** Returns the operations of updating that state with one token. */
    default double recurrentFlopsPerToken() {
        return 0;
    }

    /**
     * Returns the bytes that the cache of one sequence takes on one chip.
     *
     * @param tokens length of the sequence, at least 0
     * @param type how KV elements are stored
     * @param tensorParallel over how many chips the heads of one sequence are spread, at least 1
     */
    default double cacheBytes(long tokens, DType type, int tensorParallel) {
        double bytes = type.bytesPerElement();
        return tokens * (kvElementsPerToken(tensorParallel) * bytes + selectionBytesPerToken())
                + Math.min(tokens, windowTokens()) * windowKvElementsPerToken(tensorParallel) * bytes
                + stateBytesPerSequence(tensorParallel);
    }

    /**
     * Returns the bytes of the cache of one sequence that generating one token reads on one chip: all of it, but of full layers
     * only the selected tokens.
     *
     * @param tokens length of the sequence, at least 0
     * @param type how KV elements are stored
     * @param tensorParallel over how many chips the heads of one sequence are spread, at least 1
     */
    default double readBytes(long tokens, DType type, int tensorParallel) {
        double bytes = type.bytesPerElement();
        return Math.min(tokens, selectedTokens()) * kvElementsPerToken(tensorParallel) * bytes
                + tokens * selectionBytesPerToken()
                + Math.min(tokens, windowTokens()) * windowKvElementsPerToken(tensorParallel) * bytes
                + stateBytesPerSequence(tensorParallel);
    }

    /**
     * Returns the operations of mixing tokens while some of a prompt is read.
     *
     * @param newTokens how many are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     */
    default double prefillFlops(long newTokens, long cachedTokens) {
        return prefillFlopsPerPair() * pairs(newTokens, cachedTokens, selectedTokens())
                + selectionFlopsPerPair() * pairs(newTokens, cachedTokens, Integer.MAX_VALUE)
                + windowFlopsPerPair() * pairs(newTokens, cachedTokens, windowTokens())
                + recurrentFlopsPerToken() * newTokens;
    }

    /**
     * Returns the operations of mixing tokens when one token is generated.
     *
     * @param tokens length of the sequence before it, at least 0
     */
    default double decodeFlops(long tokens) {
        return decodeFlopsPerPair() * Math.min(tokens, selectedTokens())
                + selectionFlopsPerPair() * tokens
                + windowFlopsPerPair() * Math.min(tokens, windowTokens())
                + recurrentFlopsPerToken();
    }

    /**
     * Counts the pairs when tokens are read one after another and each looks at itself and those before it: the sum of
     * {@code min(cachedTokens + i, limit)} for i from 1 to {@code newTokens}.
     *
     * @param newTokens how many are read, at least 0
     * @param cachedTokens how many are before them, at least 0
     * @param limit how many a token looks at at most, at least 0; {@link Integer#MAX_VALUE} for all
     */
    static double pairs(long newTokens, long cachedTokens, int limit) {
        double read = (double) newTokens;
        double before = (double) cachedTokens;
        if (limit == Integer.MAX_VALUE || read + before <= limit) {
            return read * before + read * (read + 1) / 2;
        }
        if (cachedTokens >= limit) {
            return read * limit;
        }
        double unlimited = limit - before; // Less than what is read, because not everything is within the limit.
        return unlimited * before + unlimited * (unlimited + 1) / 2 + (read - unlimited) * limit;
    }
}
