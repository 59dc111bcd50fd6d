// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.DType;

/**
 * How the weights of a checkpoint are stored. Quantized checkpoints seldom quantize everything: embeddings stay wide, and some
 * quantize the routed experts only.
 *
 * @param linear attention, dense feed-forward parts, shared experts and routers
 * @param experts routed experts
 * @param embeddings the embedding of the input and the projection to the vocabulary
 */
public record WeightFormat(DType linear, DType experts, DType embeddings) {
    /** Checks that all are there. */
    public WeightFormat {
        requireNonNull(linear, "linear");
        requireNonNull(experts, "experts");
        requireNonNull(embeddings, "embeddings");
    }

    /** Makes the usual format for a data type: all layers in it, embeddings in BF16 unless the data type is as wide. */
    public static WeightFormat of(DType type) {
        return new WeightFormat(type, type, type == DType.FP16 ? DType.FP16 : DType.BF16);
    }
}
