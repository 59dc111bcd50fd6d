// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Computes the block hashes of AIBrix's prefix hash table: XXH64 over the parent's hash, 8 bytes, least significant
 * first, and the block's bytes. The parent of the first block is the seed.
 *
 * <p>A gateway draws the seed at random for each process, unless {@code AIBRIX_PREFIX_CACHE_HASH_SEED} is set. Source:
 * AIBrix {@code pkg/utils/syncprefixcacheindexer}. Immutable and thread-safe. Takes time in the number of bytes.
 */
public final class AibrixBlockHasher {
    private final int blockBytes;
    private final long seed;
    private final Hasher64 xxh64;

    /**
     * Makes a hasher.
     *
     * @param blockBytes bytes in a block
     * @param seed the gateway's seed
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public AibrixBlockHasher(int blockBytes, long seed) {
        this.blockBytes = BlockSizes.require("blockBytes", blockBytes);
        this.seed = seed;
        this.xxh64 = Hashing.xxh64(seed);
    }

    /**
     * Hashes the full blocks of a prompt.
     *
     * @param prompt its bytes: of the text, or of the token ids as the gateway's tokenizer writes them
     */
    public long[] hash(byte[] prompt) {
        long[] hashes = new long[prompt.length / blockBytes];
        long last = seed;
        for (int i = 0; i < hashes.length; i++) {
            last = next(last, prompt, i * blockBytes);
            hashes[i] = last;
        }
        return hashes;
    }

    /**
     * Hashes one block.
     *
     * @param parent the hash of the block before it, or the seed
     * @param prompt the prompt's bytes
     * @param from position of the block's first byte
     * @throws IndexOutOfBoundsException if the array does not have a full block from there on
     */
    public long next(long parent, byte[] prompt, int from) {
        Objects.checkFromIndexSize(from, blockBytes, prompt.length);
        return xxh64.hashBytesToLong(ByteBuffer.allocate(Long.BYTES + blockBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(parent)
                .put(prompt, from, blockBytes)
                .array());
    }
}
