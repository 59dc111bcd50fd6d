// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.model.Attention;
import dev.pointsman.accel.model.ModelArchitecture;
import dev.pointsman.accel.model.Parallelism;

/**
 * What a deployment has to do, in seconds at the speed of the data sheet: the factors of all terms, worked out once.
 *
 * <p>Decode: a step of {@code B} sequences reads its weights, of which those of experts depend on {@code B}, and the cache of
 * each sequence; it multiplies {@code B} tokens with the active weights and each with its context. Prefill: the same with all
 * new tokens at once. Ring all-reduce: {@code 2 (n - 1) / n} times the bytes, twice a layer, activations in 16 bits.
 *
 * <p>A pipeline of {@code p} stages works on {@code p} parts of a batch at once, and a token passes all stages: each part reads
 * the weights of each stage, so weights are not divided by {@code p}, and everything that grows with the batch is. The first
 * chunk of a prompt has the pipeline to itself.
 */
final class Work {
    private static final int ACTIVATION_BYTES = 2;
    private static final int ALL_REDUCES_PER_LAYER = 2;
    /** Batches up to this have their answers in tables. */
    static final int TABLE = 1024;
    /** Beyond this exponent, one minus an exponential is 1. */
    private static final double NEGLIGIBLE = 38;

    final Attention attention;
    final int layers;
    final int expertLayers;
    final boolean parallel;
    final int chunkTokens;
    final int stages;

    /** Seconds to read the weights that every step needs. */
    final double commonWeights;
    /** Seconds to read all routed experts. */
    final double expertWeights;
    /** Natural logarithm of the chance that one token does not choose a given expert; 0 without experts. */
    final double logNotChosen;
    /** Seconds to read one token of one sequence in full layers, to choose by it, and to read one of its window. */
    final double readFull;

    final double readSelection;
    final double readWindow;
    /** Seconds to read the state of one sequence. */
    final double readState;
    /** Seconds to multiply one token with the active weights, without and with the projection to the vocabulary. */
    final double multiplyLayers;

    final double multiplyAll;
    /** Seconds for one operation of attention, spread over the chips. */
    final double attentionOperation;
    /** The same at the best peak that an engine may use for it. */
    final double fastestOperation;
    /** Seconds to all-reduce the activations of one token in all layers. */
    final double reduceToken;

    /** Operations of attention while a prompt is read: of a pair in full layers, of choosing, of a pair in windows, of a token. */
    private final double fullPair;

    private final double selectionPair;
    private final double windowPair;
    private final double recurrentToken;
    private final int selectedTokens;
    private final int windowTokens;

    /** Seconds to read the weights of a step, by its tokens. */
    private final double[] weightReads = new double[TABLE + 1];

    /** Seconds to read the weights for a whole chunk of a prompt. */
    final double chunkWeightRead;
    /** From so many tokens on, all experts are used. */
    private final double allExpertsFrom;

    Work(Deployment deployment) {
        ModelArchitecture architecture = deployment.model().architecture();
        Accelerator accelerator = deployment.accelerator();
        Parallelism spread = deployment.parallelism();
        attention = architecture.attention();
        layers = architecture.layers();
        expertLayers = architecture.feedForward().expertLayers();
        parallel = spread.tensor() > 1;
        chunkTokens = deployment.prefillChunkTokens();
        stages = spread.pipeline();

        double bandwidth = accelerator.memoryBytesPerSecond();
        commonWeights = stages * architecture.weightBytesReadPerChip(deployment.weightFormat(), spread, 0) / bandwidth;
        expertWeights = architecture.expertParameters()
                * deployment.weightFormat().experts().bytesPerElement()
                / spread.tensor()
                / bandwidth;
        logNotChosen = logNotChosen(architecture);

        int tensor = spread.attentionTensor();
        // A group of data-parallel attention holds its share of the sequences, a stage of a pipeline its share of the
        // layers.
        double share = 1.0 / (spread.attentionData() * spread.pipeline()) / bandwidth;
        double elementBytes = deployment.kvCache().bytesPerElement();
        readFull = attention.kvElementsPerToken(tensor) * elementBytes * share;
        readSelection = attention.selectionBytesPerToken() * share;
        readWindow = attention.windowKvElementsPerToken(tensor) * elementBytes * share;
        readState = attention.stateBytesPerSequence(tensor) * share;

        double flops = accelerator.computeTflops(deployment.weightFormat().experts()) * 1e12 * spread.chips();
        multiplyLayers = 2.0 * architecture.activeLayerParameters() / flops;
        multiplyAll = 2.0 * (architecture.activeLayerParameters() + architecture.embeddingParameters()) / flops;
        attentionOperation = 1 / (accelerator.computeTflops(DType.BF16) * 1e12 * spread.chips());
        fastestOperation = Math.min(1 / flops, attentionOperation);
        reduceToken = parallel
                ? ALL_REDUCES_PER_LAYER
                        * layers
                        * (2.0 * (spread.tensor() - 1) / spread.tensor())
                        * architecture.hiddenSize()
                        * ACTIVATION_BYTES
                        / (accelerator.link(LinkKind.SCALE_UP).orElseThrow().gigabytesPerSecond() * 1e9)
                : 0;

        fullPair = attention.prefillFlopsPerPair();
        selectionPair = attention.selectionFlopsPerPair();
        windowPair = attention.windowFlopsPerPair();
        recurrentToken = attention.recurrentFlopsPerToken();
        selectedTokens = attention.selectedTokens();
        windowTokens = attention.windowTokens();
        allExpertsFrom = logNotChosen == 0 ? 0 : NEGLIGIBLE / -logNotChosen * stages;
        for (int tokens = 0; tokens <= TABLE; tokens++) {
            weightReads[tokens] =
                    commonWeights + (expertLayers == 0 ? 0 : expertWeights * chosenShare(tokens / (double) stages));
        }
        chunkWeightRead = readWeights((double) chunkTokens);
    }

    private static double logNotChosen(ModelArchitecture architecture) {
        var experts = architecture.feedForward().experts();
        return experts == null ? 0 : Math.log1p(-(double) experts.active() / experts.count());
    }

    /** Returns the share of the experts that a step is expected to use. */
    double chosenShare(double tokens) {
        return -Math.expm1(tokens * logNotChosen);
    }

    /** Returns the seconds to read the weights of a step. */
    double readWeights(double tokens) {
        if (expertLayers == 0) {
            return commonWeights;
        }
        return commonWeights
                + (tokens >= allExpertsFrom ? expertWeights : expertWeights * chosenShare(tokens / stages));
    }

    /** Returns the same for a whole number of tokens, by table if it is small. */
    double readWeights(long tokens) {
        return tokens <= TABLE ? weightReads[(int) tokens] : readWeights((double) tokens);
    }

    /** Returns the seconds to read the weights for a prompt, once for each chunk. */
    double readWeightsByChunk(long newTokens) {
        if (newTokens <= chunkTokens) {
            return readWeights(newTokens);
        }
        long whole = newTokens / chunkTokens;
        long rest = newTokens % chunkTokens;
        return whole * chunkWeightRead + (rest == 0 ? 0 : readWeights(rest));
    }

    /** Returns in how many steps a prompt is read. */
    long chunks(long newTokens) {
        return newTokens <= chunkTokens ? 1 : (newTokens + chunkTokens - 1) / chunkTokens;
    }

    /** Returns the seconds to read the caches of a batch whose sequences have some mean length. */
    double readCaches(double batch, double meanContext) {
        return batch
                * (readFull * Math.min(meanContext, attention.selectedTokens())
                        + readSelection * meanContext
                        + readWindow * Math.min(meanContext, attention.windowTokens())
                        + readState);
    }

    /** Returns the operations of attention of one sequence of some length in a decode step. */
    double attentionOperations(double context) {
        return attention.decodeFlopsPerPair() * Math.min(context, attention.selectedTokens())
                + attention.selectionFlopsPerPair() * context
                + attention.windowFlopsPerPair() * Math.min(context, attention.windowTokens())
                + attention.recurrentFlopsPerToken();
    }

    /**
     * Returns the operations of attention while a prompt is read, as {@link Attention#prefillFlops} says, without asking it again
     * for each prompt.
     */
    double prefillAttentionOperations(long newTokens, long cachedTokens) {
        double operations = recurrentToken * newTokens;
        if (fullPair > 0) {
            operations += fullPair * Attention.pairs(newTokens, cachedTokens, selectedTokens);
        }
        if (selectionPair > 0) {
            operations += selectionPair * Attention.pairs(newTokens, cachedTokens, Integer.MAX_VALUE);
        }
        if (windowPair > 0) {
            operations += windowPair * Attention.pairs(newTokens, cachedTokens, windowTokens);
        }
        return operations;
    }

    /** Returns the seconds of attention while a prompt is read. */
    double prefillAttention(long newTokens, long cachedTokens) {
        return prefillAttentionOperations(newTokens, cachedTokens) * attentionOperation;
    }

    /** Returns how much longer a prompt takes than it keeps the chips busy, because its first chunk has the pipeline alone. */
    double pipelineStretch(long newTokens) {
        return stages == 1 ? 1 : 1 + (stages - 1) * Math.min(1, (double) chunkTokens / Math.max(1, newTokens));
    }

    /** Returns the seconds that reading a prompt keeps the chips busy: operations and all-reduces. */
    double prefillBusy(long newTokens, long cachedTokens) {
        return newTokens * (multiplyLayers + reduceToken) + prefillAttention(newTokens, cachedTokens);
    }

    /** Returns what no decode step can beat. */
    double decodeLowerBound(double batch, double meanContext) {
        return Math.max(
                readWeights(batch) + readCaches(batch, meanContext),
                batch * (multiplyAll + attentionOperations(meanContext) * fastestOperation));
    }

    /** Returns what no prefill can beat. */
    double prefillLowerBound(long newTokens, long cachedTokens) {
        return prefillLowerBoundOf(newTokens, prefillAttentionOperations(newTokens, cachedTokens));
    }

    /** Returns the same, if the operations of attention are known. */
    double prefillLowerBoundOf(long newTokens, double attentionOperations) {
        return newTokens == 0
                ? 0
                : Math.max(
                        readWeights(Math.min(newTokens, chunkTokens)),
                        newTokens * multiplyLayers + attentionOperations * fastestOperation);
    }
}
