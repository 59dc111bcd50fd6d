// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/**
 * How much of a prompt's prefix lies in each endpoint's KV cache, as a prefix producer sees it.
 *
 * @param totalBlocks blocks of the prompt, at least 0
 * @param blockSize tokens in a full block, at least 1
 */
public record PrefixMatch(int totalBlocks, int blockSize) {
    /** The producer that prefix scorers read unless told otherwise. */
    public static final String DEFAULT_PRODUCER = "approx-prefix-cache-producer";

    public PrefixMatch {
        if (totalBlocks < 0 || blockSize < 1) {
            throw new IllegalArgumentException("prefix match: needs totalBlocks >= 0 and blockSize >= 1, but got "
                    + totalBlocks + " and " + blockSize + ".\nMaybe the two were swapped.");
        }
    }

    /**
     * Names the size of the question: how many blocks were looked up.
     *
     * @param producer the prefix producer's name
     */
    public static AttributeKey<PrefixMatch> of(String producer) {
        return new AttributeKey<>("prefix-match", producer, PrefixMatch.class);
    }

    /**
     * Names the answer: matched blocks from the start of the prompt, 0 to {@code totalBlocks}, for each endpoint.
     *
     * @param producer the prefix producer's name
     */
    public static LongColumnKey matchedBlocks(String producer) {
        return new LongColumnKey("prefix-match.blocks", producer);
    }

    /**
     * Names the answer with each block weighted by where it lies: a block in slower memory counts for less than one in the
     * accelerator's. From 0 to {@code totalBlocks} for each endpoint; written only by producers that know where blocks lie,
     * and beside {@link #matchedBlocks}.
     *
     * @param producer the prefix producer's name
     */
    public static DoubleColumnKey weightedBlocks(String producer) {
        return new DoubleColumnKey("prefix-match.weighted-blocks", producer);
    }
}
