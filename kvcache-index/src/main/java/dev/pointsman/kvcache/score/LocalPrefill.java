// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

/**
 * Says when a prompt is better read by the endpoint that will decode it than by a prefill endpoint first: when little of it is
 * left to read there, and most of it is cached (dynamo's conditional disaggregation). With {@code left} the prompt tokens
 * without the matched blocks,
 *
 * <pre>{@code left < maxTokens  and  left / prompt < maxShare}</pre>
 *
 * <p>Immutable and thread-safe; constant time, allocates nothing.
 *
 * @param maxTokens how many tokens may be left, exclusive; at least 0
 * @param maxShare what share of the prompt may be left, exclusive; at least 0, and above 1 for any
 */
public record LocalPrefill(long maxTokens, double maxShare) {
    /** Fewer than 2048 tokens and less than 0.7 of the prompt. */
    public static final LocalPrefill DEFAULT = new LocalPrefill(2048, 0.7);

    /** Checks the thresholds. */
    public LocalPrefill {
        if (maxTokens < 0 || !(maxShare >= 0)) {
            throw new IllegalArgumentException(
                    "local prefill: needs maxTokens >= 0 and maxShare >= 0, but got " + maxTokens + " and " + maxShare
                            + ".\nMaybe use 0 tokens to always send prompts to be read first.");
        }
    }

    /**
     * Returns the prompt tokens that are not in matched blocks, at least 0.
     *
     * @param promptTokens tokens of the prompt, at least 0
     * @param matchedBlocks matched blocks from the prompt's first one on, at least 0
     * @param blockSize tokens in a block, at least 1
     */
    public static long tokensLeft(long promptTokens, long matchedBlocks, int blockSize) {
        // A match that long is longer than any prompt.
        return matchedBlocks >= promptTokens ? 0 : Math.max(0, promptTokens - matchedBlocks * blockSize);
    }

    /**
     * Tells whether the decoding endpoint should read the prompt itself.
     *
     * @param promptTokens tokens of the prompt, at least 0
     * @param matchedBlocks blocks of it that the decoding endpoint holds, at least 0
     * @param blockSize tokens in a block, at least 1
     */
    public boolean suits(long promptTokens, long matchedBlocks, int blockSize) {
        long left = tokensLeft(promptTokens, matchedBlocks, blockSize);
        return left < maxTokens && (double) left / Math.max(1, promptTokens) < maxShare;
    }
}
