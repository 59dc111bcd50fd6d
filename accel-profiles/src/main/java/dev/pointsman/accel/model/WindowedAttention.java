// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

/**
 * Layers that look at the last few tokens only, alone or between layers that look at all. (Beltagy and others, Longformer,
 * 2020; as used by Mistral 7B, Gemma and gpt-oss.)
 *
 * <p>A window layer keeps {@code min(tokens, window)} tokens, so beyond the window only the full layers grow.
 *
 * @param full the layers that look at all tokens; may be none
 * @param windowed the layers that look at the last few; at least one
 * @param windowTokens how many those look at; at least 1
 */
public record WindowedAttention(GroupedQueryAttention full, GroupedQueryAttention windowed, int windowTokens)
        implements Attention {
    /** Checks the numbers. */
    public WindowedAttention {
        requireNonNull(full, "full");
        Sizes.check("attention.windowed.layers", windowed.layers(), 1, Sizes.LAYERS);
        Sizes.check("attention.windowTokens", windowTokens, 1, Sizes.TOKENS);
    }

    @Override
    public int layers() {
        return full.layers() + windowed.layers();
    }

    @Override
    public int fullLayers() {
        return full.layers();
    }

    @Override
    public int heads() {
        return windowed.heads();
    }

    @Override
    public long parameters(int hiddenSize) {
        return full.parameters(hiddenSize) + windowed.parameters(hiddenSize);
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
    public long windowKvElementsPerToken(int tensorParallel) {
        return windowed.kvElementsPerToken(tensorParallel);
    }

    @Override
    public double windowFlopsPerPair() {
        return windowed.prefillFlopsPerPair();
    }
}
