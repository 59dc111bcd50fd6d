// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

/**
 * Layers with a state of constant size between a few that keep every token, as in Qwen3-Next, Qwen3.5 and Nemotron-H: only the
 * few grow with the sequence.
 *
 * @param full the layers that keep every token
 * @param recurrent the layers with a state
 */
public record HybridAttention(GroupedQueryAttention full, Recurrent recurrent) implements Attention {
    /** Checks that both are there. */
    public HybridAttention {
        requireNonNull(full, "full");
        requireNonNull(recurrent, "recurrent");
    }

    @Override
    public int layers() {
        return full.layers() + recurrent.layers();
    }

    @Override
    public int fullLayers() {
        return full.layers();
    }

    @Override
    public int heads() {
        return full.heads();
    }

    @Override
    public long parameters(int hiddenSize) {
        return full.parameters(hiddenSize) + recurrent.parameters(hiddenSize);
    }

    @Override
    public long kvElementsPerToken(int tensorParallel) {
        return full.kvElementsPerToken(tensorParallel);
    }

    @Override
    public double prefillFlopsPerPair() {
        return full.prefillFlopsPerPair();
    }

    @Override
    public double stateBytesPerSequence(int tensorParallel) {
        return recurrent.stateBytes() / Math.min(tensorParallel, recurrent.valueHeads());
    }

    @Override
    public double recurrentFlopsPerToken() {
        return recurrent.flopsPerToken();
    }

    /** Which recurrence. */
    public enum Kind {
        /** Gated delta rule (Yang and others, Gated Delta Networks, 2024). */
        GATED_DELTA,
        /** Selective state space (Dao and Gu, Mamba-2, 2024). */
        MAMBA2
    }

    /**
     * Layers whose state is one matrix of {@code keyHeadDim * valueHeadDim} for each value head, kept in 32 bits, and the last
     * inputs of a short convolution, kept in 16.
     *
     * <p>Weights per layer with {@code K = keyHeads * keyHeadDim} and {@code V = valueHeads * valueHeadDim}: gated delta
     * {@code hidden * (2K + 3V + 2 * valueHeads)} (queries, keys, values, gate, output, and two numbers a head), Mamba-2
     * {@code hidden * (2K + 3V + valueHeads)}; both have a convolution over {@code 2K + V} channels.
     *
     * @param kind which recurrence
     * @param layers how many layers are like this; at least 1
     * @param keyHeads key heads, or groups of a state space
     * @param keyHeadDim size of a key, or of the state of a state space
     * @param valueHeads value heads, or heads of a state space
     * @param valueHeadDim size of a value, or of a head of a state space
     * @param convolution how many tokens the convolution spans
     */
    public record Recurrent(
            Kind kind, int layers, int keyHeads, int keyHeadDim, int valueHeads, int valueHeadDim, int convolution) {
        /** Checks the numbers. */
        public Recurrent {
            requireNonNull(kind, "kind");
            Sizes.check("attention.recurrent.layers", layers, 1, Sizes.LAYERS);
            Sizes.check("attention.recurrent.keyHeads", keyHeads, 1, Sizes.HEADS);
            Sizes.check("attention.recurrent.keyHeadDim", keyHeadDim, 1, Sizes.HEAD_DIM);
            Sizes.check("attention.recurrent.valueHeads", valueHeads, 1, Sizes.HEADS);
            Sizes.check("attention.recurrent.valueHeadDim", valueHeadDim, 1, Sizes.HEAD_DIM);
            Sizes.check("attention.recurrent.convolution", convolution, 1, Sizes.HEADS);
        }

        private long channels() {
            return 2L * keyHeads * keyHeadDim + (long) valueHeads * valueHeadDim;
        }

        private long parameters(int hiddenSize) {
            long numbersPerHead = kind == Kind.GATED_DELTA ? 2L : 1L;
            long projections = hiddenSize * (channels() + 2L * valueHeads * valueHeadDim + numbersPerHead * valueHeads);
            return layers * (projections + convolution * channels());
        }

        private double stateElements() {
            return (double) valueHeads * keyHeadDim * valueHeadDim;
        }

        private double stateBytes() {
            return layers * (4 * stateElements() + 2 * (convolution - 1.0) * channels());
        }

        /** The state is decayed, written to by an outer product and read by a query: three passes of two operations. */
        private double flopsPerToken() {
            return layers * (6 * stateElements() + 2.0 * convolution * channels());
        }
    }
}
