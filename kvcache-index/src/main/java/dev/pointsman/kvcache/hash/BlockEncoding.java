// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

/** How vLLM writes what it hashes as bytes. Not thread-safe. */
interface BlockEncoding {
    /** Writes a text alone. */
    byte[] text(String text);

    /**
     * Writes what a block's hash is made of: the tuple of its parent's hash, the tuple of its tokens, and its extra keys
     * or none.
     */
    byte[] block(byte[] parent, int[] tokens, int from, int to, VllmExtraKeys extraKeys);
}
