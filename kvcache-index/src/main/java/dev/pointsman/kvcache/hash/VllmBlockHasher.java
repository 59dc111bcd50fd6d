// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.util.Objects.requireNonNull;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Computes the block hashes of a vLLM engine: each the digest of its parent's hash, its tokens and its {@linkplain
 * VllmExtraKeys extra keys}. The parent of a prompt's first block is the <i>none hash</i>, made of a seed.
 *
 * <pre>{@code
 * var hasher = new VllmBlockHasher(VllmHashAlgorithm.SHA256_CBOR, 16);
 * List<byte[]> hashes = hasher.hash(tokens);
 * long inEvents = DigestWords.last(hashes.get(0));
 * }</pre>
 *
 * <p>The seed is the engine's environment variable {@code PYTHONHASHSEED}. Without it, an engine since August 2026 (pull
 * request 51875) uses {@value #DEFAULT_SEED} for the SHA-256 algorithms; older ones, and the XXH3 ones, draw a none hash at
 * random, and then its blocks can be computed only from a {@linkplain #fromNoneHash none hash} that was learned.
 *
 * <p>The algorithms over pickle are right for tokens alone, and for extra keys as far as no two in a block are one and
 * the same Python object.
 *
 * <p>Source: vLLM {@code v1/core/kv_cache_utils.py} ({@code hash_block_tokens}, {@code init_none_hash}) and {@code
 * utils/hashing.py}. Not thread-safe. Takes time in the number of tokens, and allocates about as many bytes as it hashes.
 */
public final class VllmBlockHasher {
    /** What engines without {@code PYTHONHASHSEED} make the none hash of, for the SHA-256 algorithms. */
    public static final String DEFAULT_SEED = "vllm-none-hash";

    private static final Hasher128 XXH3_128 = Hashing.xxh3_128();

    private final VllmHashAlgorithm algorithm;
    private final int blockSize;
    private final BlockEncoding encoding;
    private final MessageDigest sha256 = Sha256.create();
    private byte[] noneHash;

    /**
     * Makes a hasher for an engine with the default seed.
     *
     * @param algorithm one of the SHA-256 ones
     * @param blockSize tokens in a block
     * @throws IllegalArgumentException if the algorithm has no default seed, or the block size is out of its range
     */
    public VllmBlockHasher(VllmHashAlgorithm algorithm, int blockSize) {
        this(algorithm, blockSize, DEFAULT_SEED);
        if (!algorithm.isSha256()) {
            throw new IllegalArgumentException(
                    "algorithm: " + algorithm
                            + " has no default seed; engines draw it at random.\nMaybe set PYTHONHASHSEED for them, and give it here.");
        }
    }

    /**
     * Makes a hasher.
     *
     * @param algorithm the engine's algorithm
     * @param blockSize tokens in a block
     * @param seed the engine's {@code PYTHONHASHSEED}
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public VllmBlockHasher(VllmHashAlgorithm algorithm, int blockSize, String seed) {
        this.algorithm = requireNonNull(algorithm, "algorithm");
        this.blockSize = BlockSizes.require("blockSize", blockSize);
        this.encoding = algorithm.isPickle() ? new Pickle() : new CanonicalCbor();
        this.noneHash = digest(encoding.text(seed));
    }

    /**
     * Makes a hasher for an engine whose none hash is known.
     *
     * @param algorithm the engine's algorithm
     * @param blockSize tokens in a block
     * @param noneHash what it takes for the parent of a prompt's first block
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public static VllmBlockHasher fromNoneHash(VllmHashAlgorithm algorithm, int blockSize, byte[] noneHash) {
        VllmBlockHasher hasher = new VllmBlockHasher(algorithm, blockSize, DEFAULT_SEED);
        hasher.noneHash = noneHash.clone();
        return hasher;
    }

    /** Returns the parent of a prompt's first block. */
    public byte[] noneHash() {
        return noneHash.clone();
    }

    /**
     * Hashes the full blocks of a prompt of tokens alone.
     *
     * @param tokens token ids, unsigned
     * @return the hashes in prompt order
     */
    public List<byte[]> hash(int[] tokens) {
        return hashAfter(noneHash, tokens, List.of());
    }

    /**
     * Hashes the full blocks of a prompt.
     *
     * @param tokens token ids, unsigned
     * @param extraKeys for each full block; empty if no block has any
     * @return the hashes in prompt order
     * @throws IllegalArgumentException if there are extra keys, but not for each full block
     */
    public List<byte[]> hash(int[] tokens, List<VllmExtraKeys> extraKeys) {
        return hashAfter(noneHash, tokens, extraKeys);
    }

    /**
     * Hashes full blocks that follow a given one.
     *
     * @param parent the hash of the block before them
     * @param tokens token ids, unsigned
     * @param extraKeys for each full block; empty if no block has any
     * @return the hashes in prompt order
     * @throws IllegalArgumentException if there are extra keys, but not for each full block
     */
    public List<byte[]> hashAfter(byte[] parent, int[] tokens, List<VllmExtraKeys> extraKeys) {
        int blocks = tokens.length / blockSize;
        if (!extraKeys.isEmpty()) {
            BlockSizes.requireForEach("extraKeys", extraKeys.size(), blocks);
        }
        List<byte[]> hashes = new ArrayList<>(blocks);
        byte[] last = parent;
        for (int i = 0; i < blocks; i++) {
            last = next(last, tokens, i * blockSize, extraKeys.isEmpty() ? VllmExtraKeys.NONE : extraKeys.get(i));
            hashes.add(last);
        }
        return hashes;
    }

    /**
     * Hashes one block.
     *
     * @param parent the hash of the block before it, or the {@linkplain #noneHash none hash}
     * @param tokens token ids, unsigned
     * @param from position of its first token
     * @param extraKeys what else it depends on
     * @throws IndexOutOfBoundsException if the array does not have a full block from there on
     */
    public byte[] next(byte[] parent, int[] tokens, int from, VllmExtraKeys extraKeys) {
        Objects.checkFromIndexSize(from, blockSize, tokens.length);
        return digest(encoding.block(parent, tokens, from, from + blockSize, extraKeys));
    }

    private byte[] digest(byte[] bytes) {
        if (algorithm.isSha256()) {
            return sha256.digest(bytes);
        }
        HashValue128 hash = XXH3_128.hashBytesTo128Bits(bytes);
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(hash.getMostSignificantBits())
                .putLong(hash.getLeastSignificantBits())
                .array();
    }

    /**
     * Returns the key under which an engine with several KV-cache groups (hybrid memory allocator) keeps a block: the hash
     * and the group's number, 4 bytes, most significant first.
     *
     * @param hash the block's hash
     * @param group the group's number, unsigned
     */
    public static byte[] withGroup(byte[] hash, int group) {
        return ByteBuffer.allocate(hash.length + Integer.BYTES)
                .put(hash)
                .putInt(group)
                .array();
    }

    /**
     * Returns the hash in a key that {@link #withGroup} made.
     *
     * @throws IllegalArgumentException if the key is too short to be one
     */
    public static byte[] withoutGroup(byte[] key) {
        return Arrays.copyOf(key, hashLength(key));
    }

    /**
     * Returns the group's number in a key that {@link #withGroup} made.
     *
     * @throws IllegalArgumentException if the key is too short to be one
     */
    public static int group(byte[] key) {
        return ByteBuffer.wrap(key).getInt(hashLength(key));
    }

    private static int hashLength(byte[] key) {
        if (key.length < Integer.BYTES) {
            throw new IllegalArgumentException("key: must have at least " + Integer.BYTES + " bytes, but had "
                    + key.length + ".\nMaybe it is not the key of a block in a group.");
        }
        return key.length - Integer.BYTES;
    }
}
