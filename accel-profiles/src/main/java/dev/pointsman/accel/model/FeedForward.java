// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import org.jspecify.annotations.Nullable;

/**
 * The feed-forward part of a model: dense layers, layers of experts, or both (also both in one layer).
 *
 * @param denseLayers how many layers have a dense part; at least 0
 * @param denseIntermediate width inside it; at least 1 if there are such layers
 * @param matrices weight matrices of a part: 3 if gated (SwiGLU), 2 if not
 * @param experts the experts, or null if the model has none
 */
public record FeedForward(
        int denseLayers,
        int denseIntermediate,
        int matrices,
        @Nullable Experts experts) {
    /** Checks the numbers. */
    public FeedForward {
        Sizes.check("feedForward.denseLayers", denseLayers, 0, Sizes.LAYERS);
        Sizes.check("feedForward.denseIntermediate", denseIntermediate, denseLayers == 0 ? 0 : 1, Sizes.WIDTH);
        if (matrices != 2 && matrices != 3) {
            throw new IllegalArgumentException("feedForward.matrices: must be 2 or 3, but was " + matrices
                    + ".\nMaybe it is 3: gated units (SwiGLU, GeGLU) have three.");
        }
        if (denseLayers == 0 && experts == null) {
            throw new IllegalArgumentException("feedForward: must have dense layers or experts, but has neither.\n"
                    + "Maybe denseLayers is missing.");
        }
    }

    /** Makes a dense feed-forward part of gated units. */
    public static FeedForward dense(int layers, int intermediate) {
        return new FeedForward(layers, intermediate, 3, null);
    }

    /** Returns the layers with experts; 0 if there are none. */
    public int expertLayers() {
        return experts == null ? 0 : experts.layers();
    }

    /** Returns the weights of all dense parts. */
    public long denseParameters(int hiddenSize) {
        return (long) denseLayers * matrices * hiddenSize * denseIntermediate;
    }

    /** Returns the weights of shared experts and routers, which every token uses. */
    public long sharedParameters(int hiddenSize) {
        return experts == null
                ? 0
                : experts.layers()
                        * ((long) matrices * hiddenSize * experts.shared() * experts.sharedIntermediate()
                                + (long) hiddenSize * experts.count());
    }

    /** Returns the weights of one expert in each of the layers that have experts. */
    public long oneExpertParameters(int hiddenSize) {
        return experts == null ? 0 : (long) experts.layers() * matrices * hiddenSize * experts.intermediate();
    }

    /**
     * Experts of which a router chooses a few for each token.
     *
     * @param layers how many layers have experts; at least 1
     * @param count experts in a layer to choose from
     * @param active how many are chosen for a token; at most {@code count}
     * @param intermediate width inside one of them
     * @param shared experts that every token uses beside them; at least 0
     * @param sharedIntermediate width inside one of those; at least 1 if there are any
     */
    public record Experts(int layers, int count, int active, int intermediate, int shared, int sharedIntermediate) {
        /** Checks the numbers. */
        public Experts {
            Sizes.check("feedForward.experts.layers", layers, 1, Sizes.LAYERS);
            Sizes.check("feedForward.experts.count", count, 1, Sizes.EXPERTS);
            Sizes.check("feedForward.experts.active", active, 1, Sizes.EXPERTS);
            Sizes.check("feedForward.experts.intermediate", intermediate, 1, Sizes.WIDTH);
            Sizes.check("feedForward.experts.shared", shared, 0, Sizes.SHARED);
            Sizes.check("feedForward.experts.sharedIntermediate", sharedIntermediate, shared == 0 ? 0 : 1, Sizes.WIDTH);
            if (active > count) {
                throw new IllegalArgumentException("feedForward.experts.active: must be at most the " + count
                        + " experts there are, but was " + active + ".\nMaybe the two are swapped.");
            }
        }

        /**
         * Returns how many different experts of a layer a step is expected to use, if the router chose evenly and at random:
         * {@code count * (1 - (1 - active / count) ^ tokens)}.
         *
         * @param tokens tokens in the step, at least 0
         */
        public double expectedDistinct(double tokens) {
            if (active == count) {
                return tokens > 0 ? count : 0;
            }
            return count * -Math.expm1(tokens * Math.log1p(-(double) active / count));
        }
    }
}
