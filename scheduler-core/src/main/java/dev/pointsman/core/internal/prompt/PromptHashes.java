// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.prompt;

import dev.pointsman.api.data.AttributeKey;

/**
 * The block hashes of one prompt, from when it is hashed to when its dispatch is noted; then the array serves the next one.
 * Not thread-safe.
 */
public final class PromptHashes {
    private long[] hashes = new long[64];
    private int count;
    private int blockSize = 1;

    /**
     * Names the hashes of a request's prompt, which are there from when its prefix was looked up until its dispatch is noted.
     *
     * @param producer the prefix producer's name
     */
    public static AttributeKey<PromptHashes> of(String producer) {
        return new AttributeKey<>("prompt-hashes", producer, PromptHashes.class);
    }

    /** Makes room for a prompt's hashes and returns where to write them, in prompt order. */
    long[] start(int blockSize, int count) {
        if (hashes.length < count) {
            hashes = new long[(int) Math.min(Integer.MAX_VALUE - 8, Math.max(count, 2L * hashes.length))];
        }
        this.blockSize = blockSize;
        this.count = count;
        return hashes;
    }

    /** Returns the hashes, of which only the first {@link #count} count. */
    public long[] array() {
        return hashes;
    }

    /** Returns the number of full blocks that were hashed. */
    public int count() {
        return count;
    }

    /** Returns the tokens in a block. */
    public int blockSize() {
        return blockSize;
    }
}
