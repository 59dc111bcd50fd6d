// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes the block keys of llm-d's index: each the hash of its parent's key, its tokens and its extra features. The
 * parent of a prompt's first block is the {@linkplain #root root}, made of the hash of a seed and the model's name, or the
 * LoRA adapter's for a request that has one. Extra features are texts: the hashes of multimodal items that reach into the
 * block and, in the first block, the cache salt.
 *
 * <p>{@link Algorithm#CBOR_FNV} hashes by FNV-1a-64 the canonical CBOR array of parent, tokens and features (each a map
 * {@code {"Hash": text}}; null if there are none). {@link Algorithm#XXH64} hashes by XXH64 the parent, 8 bytes, the tokens, 4
 * bytes each, and every feature's length, 8 bytes, and UTF-8 bytes, numbers least significant byte first.
 *
 * <p>Source: llm-d-router {@code pkg/kvcache/kvblock/token_processor.go}. Not thread-safe. Takes time in the number of
 * tokens.
 */
public final class LlmdBlockHasher {
    /** llm-d's option {@code hashAlgorithm}. */
    public enum Algorithm {
        /** FNV-1a-64 over canonical CBOR, {@code cbor-fnv}: llm-d's default. */
        CBOR_FNV,

        /** XXH64 over the raw numbers, {@code xxh64}. */
        XXH64
    }

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final Algorithm algorithm;
    private final int blockSize;
    private final long initialHash;
    private final CanonicalCbor cbor = new CanonicalCbor();
    private final HashStream64 xxh64 = Hashing.xxh64().hashStream();

    /**
     * Makes a hasher.
     *
     * @param algorithm how to hash
     * @param blockSize tokens in a block; llm-d's default is 16
     * @param seed llm-d's option {@code hashSeed}, empty by default
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public LlmdBlockHasher(Algorithm algorithm, int blockSize, String seed) {
        this.algorithm = requireNonNull(algorithm, "algorithm");
        this.blockSize = BlockSizes.require("blockSize", blockSize);
        byte[] utf8 = seed.getBytes(UTF_8);
        this.initialHash =
                algorithm == Algorithm.CBOR_FNV ? fnv1a(utf8) : Hashing.xxh64().hashBytesToLong(utf8);
    }

    /** Returns the hash of the seed alone. */
    public long initialHash() {
        return initialHash;
    }

    /**
     * Returns what the chain of a model's prompts starts from.
     *
     * @param model the model's name, or the LoRA adapter's
     */
    public long root(String model) {
        if (algorithm == Algorithm.XXH64) {
            startXxh64(initialHash);
            putXxh64(model);
            return xxh64.getAsLong();
        }
        CBORGenerator out = cbor.out();
        return fnv1a(cbor.written(() -> {
            out.writeStartArray(null, 3);
            out.writeNumberUnsigned(initialHash);
            out.writeNull();
            cbor.writeText(model);
            out.writeEndArray();
        }));
    }

    /**
     * Returns the keys of the full blocks of a prompt of tokens alone.
     *
     * @param model the model's name, or the LoRA adapter's
     * @param tokens token ids, unsigned
     */
    public long[] hash(String model, int[] tokens) {
        return hashAfter(root(model), tokens, List.of());
    }

    /**
     * Returns the keys of full blocks that follow a given one.
     *
     * @param parent the key of the block before them, or the {@linkplain #root root}
     * @param tokens token ids, unsigned
     * @param features for each full block its extra features in order, or null; an empty list if no block has any
     * @throws IllegalArgumentException if there are features, but not for each full block
     */
    public long[] hashAfter(long parent, int[] tokens, List<? extends @Nullable List<String>> features) {
        long[] keys = new long[tokens.length / blockSize];
        if (!features.isEmpty()) {
            BlockSizes.requireForEach("features", features.size(), keys.length);
        }
        long last = parent;
        for (int i = 0; i < keys.length; i++) {
            last = next(last, tokens, i * blockSize, features.isEmpty() ? null : features.get(i));
            keys[i] = last;
        }
        return keys;
    }

    /**
     * Returns the key of one block.
     *
     * @param parent the key of the block before it, or the {@linkplain #root root}
     * @param tokens token ids, unsigned
     * @param from position of its first token
     * @param features its extra features in order, or null
     * @throws IndexOutOfBoundsException if the array does not have a full block from there on
     */
    public long next(long parent, int[] tokens, int from, @Nullable List<String> features) {
        Objects.checkFromIndexSize(from, blockSize, tokens.length);
        return algorithm == Algorithm.XXH64
                ? nextXxh64(parent, tokens, from, features)
                : nextCbor(parent, tokens, from, features);
    }

    private long nextCbor(long parent, int[] tokens, int from, @Nullable List<String> features) {
        CBORGenerator out = cbor.out();
        return fnv1a(cbor.written(() -> {
            out.writeStartArray(null, 3);
            out.writeNumberUnsigned(parent);
            cbor.writeTokens(tokens, from, from + blockSize);
            if (features == null) {
                out.writeNull();
            } else {
                out.writeStartArray(null, features.size());
                for (String feature : features) {
                    out.writeStartObject(1);
                    out.writeFieldName("Hash");
                    cbor.writeText(feature);
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            out.writeEndArray();
        }));
    }

    private long nextXxh64(long parent, int[] tokens, int from, @Nullable List<String> features) {
        startXxh64(parent);
        for (int i = from; i < from + blockSize; i++) {
            xxh64.putInt(tokens[i]);
        }
        if (features != null) {
            for (String feature : features) {
                putXxh64(feature);
            }
        }
        return xxh64.getAsLong();
    }

    private void startXxh64(long parent) {
        xxh64.reset().putLong(parent);
    }

    private void putXxh64(String feature) {
        byte[] utf8 = feature.getBytes(UTF_8);
        xxh64.putLong(utf8.length).putBytes(utf8);
    }

    /** FNV-1a, 64 bits (Fowler, Noll, Vo). */
    private static long fnv1a(byte[] bytes) {
        long hash = FNV_OFFSET;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
