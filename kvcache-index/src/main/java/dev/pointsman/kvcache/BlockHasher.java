// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names the blocks of a prompt: cuts it into blocks and hashes each together with the hash of the one before it, so
 * that equal hashes mean equal prompts up to and including that block.
 *
 * <p>The hash of a block is XXH3-64 (seed 0) over 8 bytes of the parent's hash and then the block's content, all little
 * endian: 4 bytes a token for tokens, the bytes themselves for text. The parent of the first block is the {@linkplain
 * #namespace namespace}: what else the KV cache depends on. These hashes are our own; engines use various others, which
 * depend on their versions and settings, so an engine's hash never compares with these.
 *
 * <pre>{@code
 * BlockHasher hasher = new BlockHasher(16);
 * long namespace = hasher.namespace("llama-3.1-8b", null, null, List.of());
 * long[] hashes = new long[hasher.blocksOfTokens(tokens.size())];
 * int count = hasher.hashTokens(tokens, namespace, hashes);
 * }</pre>
 *
 * <p>Different content may share a hash with the chance of any good 64-bit hash: about 3 in 10^8 for some two among a
 * million blocks. Whoever can choose prompts could search for such a pair on purpose, since XXH3 is no cryptographic
 * hash; a wrong match costs a poor choice of endpoint, never a wrong answer.
 *
 * <p>Not thread-safe: it has a buffer for one block and one hash stream, and reuses them. Hashers of equal parameters
 * give equal hashes, so each thread can have its own. Hashing takes time in the number of tokens or bytes hashed and
 * allocates nothing.
 */
public final class BlockHasher {
    /** The most tokens that a block may have. */
    public static final int MAX_BLOCK_SIZE = 1 << 20;

    private static final Hasher64 XXH3 = Hashing.xxh3_64();
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private final int blockSize;
    private final boolean partialTail;

    /** The parent's hash, then the content of one block. */
    private final byte[] block;

    private final HashStream64 names = XXH3.hashStream();

    /**
     * Makes a hasher that leaves out a partial last block, as engines do when they share blocks.
     *
     * @param blockSize tokens in a block, from 1 to {@value #MAX_BLOCK_SIZE}
     */
    public BlockHasher(int blockSize) {
        this(blockSize, false);
    }

    /**
     * Makes a hasher.
     *
     * @param blockSize tokens in a block, from 1 to {@value #MAX_BLOCK_SIZE}
     * @param partialTail whether a last block that is not full counts too, as it does in llm-d's approximate index
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public BlockHasher(int blockSize, boolean partialTail) {
        if (blockSize < 1 || blockSize > MAX_BLOCK_SIZE) {
            throw new IllegalArgumentException("blockSize: must be from 1 to " + MAX_BLOCK_SIZE + " tokens, but was "
                    + blockSize + ".\nMaybe take it from the engine's configuration; vLLM's default is 16.");
        }
        this.blockSize = blockSize;
        this.partialTail = partialTail;
        this.block = new byte[Long.BYTES + Integer.BYTES * blockSize];
    }

    /** Returns the tokens in a full block. */
    public int blockSize() {
        return blockSize;
    }

    /** Returns the number of blocks that a prompt of so many tokens has. */
    public int blocksOfTokens(int tokens) {
        return blocks(tokens, blockSize);
    }

    /** Returns the number of blocks that a text of so many UTF-8 bytes has, at 4 bytes a token. */
    public int blocksOfText(int bytes) {
        return blocks(bytes, Integer.BYTES * blockSize);
    }

    private int blocks(int length, int unit) {
        int full = length / unit;
        return partialTail && length % unit != 0 ? full + 1 : full;
    }

    /**
     * Folds all that makes equal tokens give different KV caches into one number, from which the chain of hashes
     * starts. Requests of different namespaces share no block. Every part goes in with its length, and an absent one
     * differs from an empty one, so no two different requests are written alike.
     *
     * @param model the model
     * @param loraAdapter the LoRA adapter, or null for the plain model
     * @param cacheSalt the salt that keeps tenants apart, or null for the shared cache
     * @param multimodalHashes the content hashes of images, videos and sounds, in prompt order
     */
    public long namespace(
            String model, @Nullable String loraAdapter, @Nullable String cacheSalt, List<String> multimodalHashes) {
        names.reset();
        put(model);
        put(loraAdapter);
        put(cacheSalt);
        names.putInt(multimodalHashes.size());
        for (int i = 0; i < multimodalHashes.size(); i++) {
            put(multimodalHashes.get(i));
        }
        return names.getAsLong();
    }

    private void put(@Nullable String name) {
        if (name == null) {
            names.putInt(-1);
        } else {
            names.putInt(name.length()).putChars(name);
        }
    }

    /**
     * Hashes the blocks of a tokenized prompt. Stops when the array is full, so its length can limit how far a very
     * long prompt is looked at.
     *
     * @param tokens the prompt
     * @param namespace what {@link #namespace} returned for the request
     * @param into where the hashes go, in prompt order; {@link #blocksOfTokens} says how many there are
     * @return how many hashes were written
     */
    public int hashTokens(TokenSource tokens, long namespace, long[] into) {
        int size = tokens.size();
        int count = Math.min(blocksOfTokens(size), into.length);
        long parent = namespace;
        int next = 0;
        for (int i = 0; i < count; i++) {
            int end = Math.min(size - next, blockSize) + next;
            int at = Long.BYTES;
            for (; next < end; next++) {
                INT.set(block, at, tokens.token(next));
                at += Integer.BYTES;
            }
            parent = chain(parent, at);
            into[i] = parent;
        }
        return count;
    }

    /**
     * Hashes the blocks of a text whose tokens are not known, taking 4 bytes for a token. A text and the same text with
     * more after it have equal blocks as far as they are full, which is all that routing by prefix needs. Stops when
     * the array is full.
     *
     * @param text the prompt in UTF-8; a block may end within a character
     * @param namespace what {@link #namespace} returned for the request
     * @param into where the hashes go, in prompt order; {@link #blocksOfText} says how many there are
     * @return how many hashes were written
     */
    public int hashText(ByteSource text, long namespace, long[] into) {
        int size = text.size();
        int count = Math.min(blocksOfText(size), into.length);
        long parent = namespace;
        int next = 0;
        for (int i = 0; i < count; i++) {
            int length = Math.min(size - next, block.length - Long.BYTES);
            text.copyTo(next, block, Long.BYTES, length);
            next += length;
            parent = chain(parent, Long.BYTES + length);
            into[i] = parent;
        }
        return count;
    }

    /** Hashes the buffer's first bytes, with the parent's hash at their head. */
    private long chain(long parent, int length) {
        LONG.set(block, 0, parent);
        return XXH3.hashBytesToLong(block, 0, length);
    }
}
