// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the hashes by which NVIDIA Dynamo and the Shepherd Model Gateway (SMG) index blocks. A <i>local</i> hash names
 * a block's content alone: XXH3-64 over its tokens, 4 bytes each, and the hashes of its multimodal objects, 8 bytes each,
 * in ascending unsigned order, all least significant byte first. A <i>sequence</i> hash names a block and all before it:
 * the first is the local one, each further one XXH3-64 (seed {@value #SEED}) over the one before it and the local one.
 *
 * <p>The seed of local hashes is {@value #SEED}, plus XXH3-64 of the LoRA adapter's name with seed 0, plus XXH3-64 of the
 * salt (cache namespace) with seed 1; an absent or empty name adds nothing. With EAGLE, a block's hash takes in the token
 * after it.
 *
 * <p>Source: Dynamo {@code lib/kv-router/src/protocols.rs}, {@code lib/kv-hashing}. Immutable and thread-safe. Takes time in
 * the number of tokens.
 */
public final class DynamoBlockHasher {
    /** The seed of sequence hashes, and of local ones without adapter and salt. */
    public static final long SEED = 1337;

    private static final Hasher64 CHAIN = Hashing.xxh3_64(SEED);
    private static final Hasher64 LORA = Hashing.xxh3_64(0);
    private static final Hasher64 SALT = Hashing.xxh3_64(1);
    private static final int DIGEST_LENGTH = 64;

    private final int blockSize;
    private final int window;
    private final long seed;
    private final Hasher64 local;

    /**
     * Makes a hasher.
     *
     * @param blockSize tokens in a block
     * @param loraAdapter the adapter's name; null or empty for none
     * @param cacheSalt the salt; null or empty for none
     * @param eagle whether a block's hash takes in the token after it
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public DynamoBlockHasher(int blockSize, @Nullable String loraAdapter, @Nullable String cacheSalt, boolean eagle) {
        this.blockSize = BlockSizes.require("blockSize", blockSize);
        this.window = eagle ? blockSize + 1 : blockSize;
        this.seed = SEED + part(loraAdapter, LORA) + part(cacheSalt, SALT);
        this.local = Hashing.xxh3_64(seed);
    }

    private static long part(@Nullable String name, Hasher64 hasher) {
        return name == null || name.isEmpty() ? 0 : hasher.hashBytesToLong(name.getBytes(UTF_8));
    }

    /** Returns the seed of local hashes. */
    public long seed() {
        return seed;
    }

    /**
     * Hashes the content of each full block of a prompt of tokens alone.
     *
     * @param tokens token ids, unsigned
     */
    public long[] localHashes(int[] tokens) {
        return localHashes(tokens, List.of());
    }

    /**
     * Hashes the content of each full block of a prompt.
     *
     * @param tokens token ids, unsigned
     * @param multimodal by block, the hashes of its multimodal objects in any order; blocks after the list's end have none
     */
    public long[] localHashes(int[] tokens, List<long[]> multimodal) {
        int blocks = tokens.length < window ? 0 : (tokens.length - window) / blockSize + 1;
        long[] hashes = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            long[] objects = i < multimodal.size() ? multimodal.get(i) : new long[0];
            hashes[i] = localHash(tokens, i * blockSize, objects);
        }
        return hashes;
    }

    private long localHash(int[] tokens, int from, long[] objects) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * window + Long.BYTES * objects.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tokens, from, window);
        bytes.position(Integer.BYTES * window);
        long[] sorted = objects.clone();
        // Adding the smallest number takes unsigned order to signed order.
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] += Long.MIN_VALUE;
        }
        Arrays.sort(sorted);
        for (long object : sorted) {
            bytes.putLong(object - Long.MIN_VALUE);
        }
        return local.hashBytesToLong(bytes.array());
    }

    /**
     * Chains local hashes.
     *
     * @param localHashes those of a prompt, from its first block on
     */
    public static long[] sequenceHashes(long[] localHashes) {
        long[] hashes = localHashes.clone();
        for (int i = 1; i < hashes.length; i++) {
            hashes[i] = next(hashes[i - 1], hashes[i]);
        }
        return hashes;
    }

    /**
     * Returns the sequence hash of a block that is not its prompt's first.
     *
     * @param parent the sequence hash of the block before it
     * @param local its own local hash
     */
    public static long next(long parent, long local) {
        return CHAIN.hashLongLongToLong(parent, local);
    }

    /**
     * Returns the hash of a multimodal object that an engine names so: the first 16 digits of a digest in 64 hexadecimal
     * ones, and XXH3-64 of any other name.
     *
     * @param identifier the name, not empty
     * @throws IllegalArgumentException if it is empty
     */
    public static long multimodalHash(String identifier) {
        if (identifier.isEmpty()) {
            throw new IllegalArgumentException(
                    "identifier: must not be empty.\nMaybe the object has no name; then it is left out.");
        }
        boolean digest = identifier.length() == DIGEST_LENGTH
                && identifier.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
        return digest
                ? Long.parseUnsignedLong(identifier, 0, 16, 16)
                : LORA.hashBytesToLong(identifier.getBytes(UTF_8));
    }
}
