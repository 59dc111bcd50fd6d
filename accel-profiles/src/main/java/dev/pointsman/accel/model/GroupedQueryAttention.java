// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

/**
 * Full attention in which groups of query heads share a key and a value head: multi-head (as many KV heads as query heads),
 * grouped-query and multi-query attention (one KV head).
 *
 * <p>KV per token: {@code layers * 2 * kvHeads * headDim}; a chip holds whole heads, {@code ceil(kvHeads / tensorParallel)} of
 * them, so more chips than KV heads repeat them. Weights per layer: queries and output {@code 2 * hidden * heads * headDim}
 * (queries once more with a gate), keys and values {@code 2 * hidden * kvHeads * headDim}. (Ainslie and others, GQA, 2023.)
 *
 * @param layers how many layers are like this; at least 0
 * @param heads query heads; a multiple of {@code kvHeads}
 * @param kvHeads key and value heads; at least 1
 * @param headDim size of a head; at least 1
 * @param outputGate whether the output is gated by a projection as large as that of the queries
 */
public record GroupedQueryAttention(int layers, int heads, int kvHeads, int headDim, boolean outputGate)
        implements Attention {
    /** Checks the numbers. */
    public GroupedQueryAttention {
        Sizes.check("attention.layers", layers, 0, Sizes.LAYERS);
        Sizes.check("attention.kvHeads", kvHeads, 1, Sizes.HEADS);
        Sizes.check("attention.headDim", headDim, 1, Sizes.HEAD_DIM);
        Sizes.check("attention.heads", heads, 1, Sizes.HEADS);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException("attention.heads: must be a multiple of the " + kvHeads
                    + " KV heads, but was " + heads + ".\nMaybe the two are swapped.");
        }
    }

    /** Makes attention without an output gate. */
    public GroupedQueryAttention(int layers, int heads, int kvHeads, int headDim) {
        this(layers, heads, kvHeads, headDim, false);
    }

    @Override
    public int fullLayers() {
        return layers;
    }

    @Override
    public long parameters(int hiddenSize) {
        return (long) layers * hiddenSize * headDim * ((outputGate ? 3L : 2L) * heads + 2L * kvHeads);
    }

    @Override
    public long kvElementsPerToken(int tensorParallel) {
        long headsPerChip = (kvHeads + tensorParallel - 1L) / tensorParallel;
        return layers * 2L * headsPerChip * headDim;
    }

    @Override
    public double prefillFlopsPerPair() {
        return 4.0 * heads * headDim * layers;
    }
}
