// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.DType;

/**
 * The shape of a model, and what follows from it: weights, KV bytes, operations and KV capacity. Immutable and thread-safe;
 * every method is a few multiplications and allocates nothing (but {@link #kvCapacity} its answer).
 *
 * <p>Norms and biases are left out: they are below 0.1 % of the weights. Bytes and operations are those of one replica unless a
 * name says <em>per chip</em>, and then those of the fullest chip if nothing is uneven: experts are assumed to be used evenly.
 *
 * @param layers blocks of the model; at least 1
 * @param hiddenSize width of the residual stream
 * @param vocabularySize rows of the embedding
 * @param tiedEmbeddings whether the projection to the vocabulary is the embedding itself
 * @param attention how tokens are mixed
 * @param feedForward what follows in each layer
 */
public record ModelArchitecture(
        int layers,
        int hiddenSize,
        int vocabularySize,
        boolean tiedEmbeddings,
        Attention attention,
        FeedForward feedForward) {
    /** Checks the numbers. */
    public ModelArchitecture {
        Sizes.check("layers", layers, 1, Sizes.LAYERS);
        Sizes.check("hiddenSize", hiddenSize, 1, Sizes.WIDTH);
        Sizes.check("vocabularySize", vocabularySize, 1, Sizes.VOCABULARY);
        requireNonNull(attention, "attention");
        requireNonNull(feedForward, "feedForward");
        within("attention", attention.layers(), layers);
        within("feedForward.denseLayers", feedForward.denseLayers(), layers);
        within("feedForward.experts.layers", feedForward.expertLayers(), layers);
    }

    /** Returns the weights of the embedding, which are also those of the projection to the vocabulary. */
    public long embeddingParameters() {
        return (long) vocabularySize * hiddenSize;
    }

    /** Returns the weights of all attention layers. */
    public long attentionParameters() {
        return attention.parameters(hiddenSize);
    }

    /** Returns the weights of all routed experts. */
    public long expertParameters() {
        FeedForward.Experts experts = feedForward.experts();
        return experts == null ? 0 : experts.count() * feedForward.oneExpertParameters(hiddenSize);
    }

    /** Returns all weights, those of the embedding and of the projection to the vocabulary included. */
    public long parameters() {
        return commonParameters() + expertParameters() + embeddings() * embeddingParameters();
    }

    /** Returns the weights that one token uses, those of the embedding and of the projection to the vocabulary included. */
    public long activeParameters() {
        return activeLayerParameters() + embeddings() * embeddingParameters();
    }

    /** Returns the weights that one token is multiplied with in all layers: without embedding and projection. */
    public long activeLayerParameters() {
        FeedForward.Experts experts = feedForward.experts();
        long active = experts == null ? 0 : experts.active() * feedForward.oneExpertParameters(hiddenSize);
        return commonParameters() + active;
    }

    /** Returns the bytes of all weights. */
    public double weightBytes(WeightFormat format) {
        return commonParameters() * format.linear().bytesPerElement()
                + expertParameters() * format.experts().bytesPerElement()
                + embeddings() * embeddingParameters() * format.embeddings().bytesPerElement();
    }

    /**
     * Returns the bytes of weights on one chip: everything divided by the chips, but attention repeated in each of its
     * data-parallel groups.
     */
    public double weightBytesPerChip(WeightFormat format, Parallelism parallelism) {
        double stages = parallelism.pipeline();
        double attentionBytes = attentionParameters() * format.linear().bytesPerElement();
        return attentionBytes / (parallelism.attentionTensor() * stages)
                + (weightBytes(format) - attentionBytes) / (parallelism.tensor() * stages);
    }

    /**
     * Returns the bytes of weights that one step reads on one chip: all of attention, dense parts and the projection to the
     * vocabulary, and of the routed experts those that are expected to be chosen.
     *
     * @param tokens tokens in the step, of all sequences of the replica together; at least 1
     */
    public double weightBytesReadPerChip(WeightFormat format, Parallelism parallelism, double tokens) {
        double stages = parallelism.pipeline();
        double linear = format.linear().bytesPerElement();
        double chosen = expectedDistinctExperts(tokens)
                * feedForward.oneExpertParameters(hiddenSize)
                * format.experts().bytesPerElement();
        double rest = (commonParameters() - attentionParameters()) * linear
                + embeddingParameters() * format.embeddings().bytesPerElement();
        return attentionParameters() * linear / (parallelism.attentionTensor() * stages)
                + (chosen + rest) / (parallelism.tensor() * stages);
    }

    /**
     * Returns how many different experts of a layer a step is expected to use; 0 for a model without experts.
     *
     * @param tokens tokens in the step, at least 0
     */
    public double expectedDistinctExperts(double tokens) {
        FeedForward.Experts experts = feedForward.experts();
        return experts == null ? 0 : experts.expectedDistinct(tokens);
    }

    /** Returns the bytes that one more token of a sequence adds, beyond any window. */
    public double kvBytesPerToken(DType type) {
        return attention.kvElementsPerToken(1) * type.bytesPerElement();
    }

    /**
     * Returns the bytes that one more token of a sequence adds on each chip that holds it, beyond any window: KV heads are
     * divided over the chips of an attention group, a latent vector is repeated on each, and so are keys to choose by.
     */
    public double kvBytesPerTokenPerChip(DType type, Parallelism parallelism) {
        return (attention.kvElementsPerToken(parallelism.attentionTensor()) * type.bytesPerElement()
                        + attention.selectionBytesPerToken())
                / parallelism.pipeline();
    }

    /**
     * Returns the bytes of one sequence as they are sent to another replica: KV of full and window layers, keys to choose by and
     * recurrent state, each once.
     *
     * @param tokens length of the sequence, at least 0
     */
    public double cacheBytes(long tokens, DType type) {
        return attention.cacheBytes(tokens, type, 1);
    }

    /**
     * Returns the operations of reading some of a prompt: two for each active weight of the layers and token, attention, and
     * the projection to the vocabulary once, for the last token.
     *
     * @param newTokens how many are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     */
    public double prefillFlops(long newTokens, long cachedTokens) {
        return 2.0 * activeLayerParameters() * newTokens
                + (newTokens == 0 ? 0 : 2.0 * embeddingParameters())
                + attention.prefillFlops(newTokens, cachedTokens);
    }

    /**
     * Returns the operations of generating one token of one sequence.
     *
     * @param contextTokens length of the sequence before it, at least 0
     */
    public double decodeFlops(long contextTokens) {
        return 2.0 * (activeLayerParameters() + embeddingParameters()) + attention.decodeFlops(contextTokens);
    }

    /**
     * Returns how many tokens of context fit: {@code (memory * fraction - reserve - weights) / bytesPerToken} on each chip, times
     * the groups of data-parallel attention.
     *
     * @param memoryBytesPerChip memory of one chip, as a program sees it
     * @param fraction the share of it that the engine may use, above 0 and at most 1
     * @param reserveBytesPerChip what activations, graphs and communication buffers take; at least 0
     * @throws IllegalArgumentException if a number is out of range or the model cannot be spread like this
     */
    public KvCapacity kvCapacity(
            WeightFormat format,
            DType kvType,
            Parallelism parallelism,
            double memoryBytesPerChip,
            double fraction,
            double reserveBytesPerChip) {
        if (!(memoryBytesPerChip > 0 && memoryBytesPerChip < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("memoryBytesPerChip: must be finite and above 0, but was "
                    + memoryBytesPerChip + ".\nMaybe use the memoryBytes of an accelerator.");
        }
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("fraction: must be above 0 and at most 1, but was " + fraction
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
        if (!(reserveBytesPerChip >= 0 && reserveBytesPerChip < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("reserveBytesPerChip: must be finite and at least 0, but was "
                    + reserveBytesPerChip + ".\nMaybe leave it at 0.");
        }
        parallelism.check(this);
        double weights = weightBytesPerChip(format, parallelism);
        double free = memoryBytesPerChip * fraction - reserveBytesPerChip - weights;
        double perToken = kvBytesPerTokenPerChip(kvType, parallelism);
        int tensor = parallelism.attentionTensor();
        double fixed =
                (attention.windowTokens() * (attention.windowKvElementsPerToken(tensor) * kvType.bytesPerElement())
                                + attention.stateBytesPerSequence(tensor))
                        / parallelism.pipeline();
        return new KvCapacity(tokens(free, perToken, fixed, parallelism), free, weights, perToken, fixed);
    }

    /** A model without full layers holds any length once its window fits, so it is counted by whole windows. */
    private long tokens(double free, double perToken, double fixed, Parallelism parallelism) {
        if (!(free > 0)) {
            return 0;
        }
        double each = perToken > 0 ? perToken : fixed / Math.max(1, attention.windowTokens());
        return (long) Math.floor(free / each) * parallelism.attentionData();
    }

    /** Weights that every token uses, without embedding and projection. */
    private long commonParameters() {
        return attentionParameters()
                + feedForward.denseParameters(hiddenSize)
                + feedForward.sharedParameters(hiddenSize);
    }

    private int embeddings() {
        return tiedEmbeddings ? 1 : 2;
    }

    private static void within(String name, int value, int layers) {
        if (value > layers) {
            throw new IllegalArgumentException(name + ": must be at most the " + layers
                    + " layers of the model, but was " + value + ".\nMaybe layers is too small.");
        }
    }
}
