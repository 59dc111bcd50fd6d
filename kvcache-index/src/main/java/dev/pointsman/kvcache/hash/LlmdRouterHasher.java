// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.pointsman.kvcache.ByteSource;
import dev.pointsman.kvcache.TokenSource;
import org.jspecify.annotations.Nullable;

/**
 * Computes the block hashes by which llm-d's router remembers where prompts went (its {@code approx-prefix-cache-producer});
 * no engine has them. Each is XXH64 over the hash of the block's own content and its parent's hash, 8 bytes each, least
 * significant first:
 *
 * <pre>{@code h[0] = XXH64(XXH64(tokens of block 0) || root), h[i] = XXH64(XXH64(tokens of block i) || h[i - 1])}</pre>
 *
 * <p>where {@link #root} is XXH64 over the model's name and the cache salt, with nothing between them, and a token counts 4 bytes,
 * least significant first. A partial last block is hashed, too. Text counts 4 UTF-8 bytes a token, the last padded by zeros, which
 * is how that router makes tokens of it by default.
 *
 * <p>Not thread-safe. Takes time in the number of tokens; allocates nothing but by {@link #root}.
 */
public final class LlmdRouterHasher {
    /** Tokens or bytes that are taken from a source at once. */
    private static final int AT_ONCE = 256;

    private final int blockSize;
    private final HashStream64 xxh64 = Hashing.xxh64().hashStream();
    private final int[] tokens = new int[AT_ONCE];
    private final byte[] bytes = new byte[AT_ONCE];

    /**
     * Makes a hasher.
     *
     * @param blockSize tokens in a block
     * @throws IllegalArgumentException if the block size is out of its range
     */
    public LlmdRouterHasher(int blockSize) {
        this.blockSize = BlockSizes.require("blockSize", blockSize);
    }

    /** Returns the tokens in a block. */
    public int blockSize() {
        return blockSize;
    }

    /**
     * Returns what the chain of a prompt starts from.
     *
     * @param model the model's name
     * @param cacheSalt the salt that keeps tenants apart, or null
     */
    public long root(String model, @Nullable String cacheSalt) {
        xxh64.reset().putBytes(requireNonNull(model, "model").getBytes(UTF_8));
        if (cacheSalt != null) {
            xxh64.putBytes(cacheSalt.getBytes(UTF_8));
        }
        return xxh64.getAsLong();
    }

    /** Returns how many blocks a prompt of so many tokens has, a partial last one included. */
    public int blocksOfTokens(int count) {
        return (int) ((count + (long) blockSize - 1) / blockSize);
    }

    /** Returns how many blocks a prompt of so many UTF-8 bytes has, a partial last one included. */
    public int blocksOfText(int count) {
        long blockBytes = (long) Integer.BYTES * blockSize;
        return (int) ((count + blockBytes - 1) / blockBytes);
    }

    /**
     * Hashes the blocks of a prompt.
     *
     * @param prompt its tokens
     * @param root what the chain starts from
     * @param into where the hashes go, in prompt order
     * @param count how many blocks to hash, at most those that the prompt has
     * @throws IndexOutOfBoundsException if there is no room for so many
     */
    public void hashTokens(TokenSource prompt, long root, long[] into, int count) {
        long last = root;
        for (int block = 0; block < count; block++) {
            int from = block * blockSize;
            int to = (int) Math.min(prompt.size(), from + (long) blockSize);
            xxh64.reset();
            for (int at = from; at < to; at += AT_ONCE) {
                int run = Math.min(AT_ONCE, to - at);
                prompt.copyTo(at, tokens, 0, run);
                for (int i = 0; i < run; i++) {
                    xxh64.putInt(tokens[i]);
                }
            }
            last = next(last, xxh64.getAsLong());
            into[block] = last;
        }
    }

    /** Hashes the blocks of a prompt in text, otherwise as {@link #hashTokens} does. */
    public void hashText(ByteSource prompt, long root, long[] into, int count) {
        long last = root;
        long blockBytes = (long) Integer.BYTES * blockSize;
        for (int block = 0; block < count; block++) {
            int from = (int) (block * blockBytes);
            int to = (int) Math.min(prompt.size(), from + blockBytes);
            xxh64.reset();
            for (int at = from; at < to; at += AT_ONCE) {
                int run = Math.min(AT_ONCE, to - at);
                prompt.copyTo(at, bytes, 0, run);
                xxh64.putBytes(bytes, 0, run);
            }
            for (int padding = (from - to) & (Integer.BYTES - 1); padding > 0; padding--) {
                xxh64.putByte((byte) 0);
            }
            last = next(last, xxh64.getAsLong());
            into[block] = last;
        }
    }

    /**
     * Returns the hash of a block of which the content's own hash is known.
     *
     * @param parent the hash of the block before it, or the root
     * @param content the hash of the block's content alone
     */
    public long next(long parent, long content) {
        return xxh64.reset().putLong(content).putLong(parent).getAsLong();
    }

    /** Returns the hash of a text alone, such as one that names an image. */
    public long content(String text) {
        return xxh64.reset().putBytes(text.getBytes(UTF_8)).getAsLong();
    }
}
