// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names the blocks of a prompt: cuts it into blocks and hashes each together with the hash of the one before it, so
 * that equal hashes mean equal prompts up to and including that block.
 *
 * <p>The hash of a block is XXH3-64 (seed 0) over 8 bytes of the parent's hash and then the block's content, all little
 * endian: 4 bytes a token for tokens, the bytes themselves for text. The parent of the first block is the {@linkplain
 * #namespace namespace}: what else the KV cache depends on. These hashes are our own; engines use various others, which
 * depend on their versions and settings, so an engine's hash never compares with these ({@link
 * dev.pointsman.kvcache.hash} has those).
 *
 * <pre>{@code
 * BlockHasher hasher = new BlockHasher(16);
 * long namespace = hasher.namespace("llama-3.1-8b", null, null, List.of());
 * long[] hashes = new long[hasher.blocksOfTokens(tokens.size())];
 * int count = hasher.hashTokens(tokens, namespace, hashes);
 * }</pre>
 *
 * <p><b>Multimodal items.</b> The tokens of an image, video or sound are placeholders and say nothing of what they stand
 * for, so a block's hash takes in the contents of the items that reach into it: the hash of the block's <i>items</i>,
 * one number, is folded into the parent's hash first. Where in the block an item stands is left to the placeholders.
 * That much, and not more, an engine's event says of a stored block, so blocks that a prompt is cut into and blocks that
 * an event tells of get the same hash:
 *
 * <pre>{@code
 * // of a prompt, with an image at tokens 9 to 11:
 * hasher.placeItem("sha-of-image", 9, 3, items, blocks);
 * hasher.hashTokens(tokens, namespace, items, hashes);
 * // of an event, whose extra keys for its second block name the image:
 * items[1] = BlockHasher.withItem(items[1], hasher.item("sha-of-image"));
 * hasher.hashTokens(eventTokens, 0, eventTokens.length, parent, items, hashes);
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

    /** The items of a block that has none. */
    public static final long NO_ITEMS = 0;

    private static final Hasher64 XXH3 = Hashing.xxh3_64();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private final int blockSize;
    private final boolean partialTail;

    /** The parent's hash, then the content of one block. */
    private final byte[] block;

    /** The block's content as tokens. Through it they are copied in one go, in half the time of storing each. */
    private final IntBuffer content;

    /** Tokens of one block on their way from a view. */
    private final int[] ids;

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
        this.content = ByteBuffer.wrap(block)
                .position(Long.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        this.ids = new int[blockSize];
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
     * Names the content of a multimodal item, for {@link #withItem}.
     *
     * @param contentHash what names the content; in prompts and in an engine's events the same
     */
    public long item(String contentHash) {
        names.reset();
        put(contentHash);
        return names.getAsLong();
    }

    /**
     * Adds an item to those that reach into a block.
     *
     * @param items the items before it in the prompt's order, {@link #NO_ITEMS} if it is the block's first
     * @param item what {@link #item} returned
     * @return the items with it; never {@link #NO_ITEMS}
     */
    public static long withItem(long items, long item) {
        long more = XXH3.hashLongLongToLong(items, item);
        return more == NO_ITEMS ? 1 : more;
    }

    /**
     * Adds an item to those of each block of a prompt that it reaches into. Items are placed in prompt order. Takes time in
     * the number of those blocks.
     *
     * @param contentHash what names the content
     * @param firstToken position of its first placeholder token in the prompt, at least 0
     * @param tokenCount number of placeholder tokens, at least 0
     * @param items by block, from the prompt's first one on; {@link #NO_ITEMS} for each before the first item is placed
     * @param blocks how many blocks of the prompt count, from 0 to {@code items.length}
     */
    public void placeItem(String contentHash, int firstToken, int tokenCount, long[] items, int blocks) {
        long end = Math.min((long) firstToken + tokenCount, (long) blocks * blockSize);
        if (firstToken < end) {
            long item = item(contentHash);
            for (int block = firstToken / blockSize; (long) block * blockSize < end; block++) {
                items[block] = withItem(items[block], item);
            }
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
        return hashTokens(tokens, namespace, null, into);
    }

    /**
     * Hashes the blocks of a tokenized prompt with multimodal items. Stops when the array is full.
     *
     * @param tokens the prompt
     * @param namespace what {@link #namespace} returned for the request
     * @param items by block, what {@link #placeItem} or {@link #withItem} made of its items; null if there are none at
     *     all
     * @param into where the hashes go, in prompt order; {@link #blocksOfTokens} says how many there are
     * @return how many hashes were written
     * @throws IndexOutOfBoundsException if there are items but not for every block
     */
    public int hashTokens(TokenSource tokens, long namespace, long @Nullable [] items, long[] into) {
        int size = tokens.size();
        int count = Math.min(blocksOfTokens(size), into.length);
        checkItems(items, count);
        long parent = namespace;
        int next = 0;
        for (int i = 0; i < count; i++) {
            int length = Math.min(size - next, blockSize);
            tokens.copyTo(next, ids, 0, length);
            parent = nextBlock(ids, 0, length, items == null ? parent : below(parent, items[i]));
            next += length;
            into[i] = parent;
        }
        return count;
    }

    /**
     * Hashes blocks that follow a given one, as an engine's event tells of them. Stops when the array is full.
     *
     * @param tokens token ids; the array is read, not kept
     * @param from position of the first token, where a block begins
     * @param to one more than the position of the last
     * @param parent the hash of the block before them; what {@link #namespace} returned if they are a prompt's first
     * @param items by block from this call's first one on, what {@link #withItem} made of its items; null if there are
     *     none at all
     * @param into where the hashes go; {@link #blocksOfTokens} says how many there are
     * @return how many hashes were written
     * @throws IndexOutOfBoundsException if the positions are not a range of the array, or there are items but not for
     *     every block
     */
    public int hashTokens(int[] tokens, int from, int to, long parent, long @Nullable [] items, long[] into) {
        Objects.checkFromToIndex(from, to, tokens.length);
        int count = Math.min(blocksOfTokens(to - from), into.length);
        checkItems(items, count);
        long last = parent;
        int next = from;
        for (int i = 0; i < count; i++) {
            int length = Math.min(to - next, blockSize);
            last = nextBlock(tokens, next, length, items == null ? last : below(last, items[i]));
            next += length;
            into[i] = last;
        }
        return count;
    }

    /**
     * Hashes one block that follows a given one.
     *
     * @param tokens token ids; the array is read, not kept
     * @param from position of the block's first token
     * @param length number of its tokens, from 1 to {@link #blockSize}
     * @param parent the hash of the block before it; what {@link #namespace} returned if it is a prompt's first
     * @param items what {@link #withItem} made of the items that reach into it, or {@link #NO_ITEMS}
     * @throws IndexOutOfBoundsException if the positions are not a range of the array, or the length is out of its
     *     range
     */
    public long hashBlock(int[] tokens, int from, int length, long parent, long items) {
        Objects.checkFromIndexSize(from, length, tokens.length);
        Objects.checkIndex(length - 1, blockSize);
        return nextBlock(tokens, from, length, below(parent, items));
    }

    private long nextBlock(int[] tokens, int from, int length, long parent) {
        content.put(0, tokens, from, length);
        return chain(parent, Long.BYTES + Integer.BYTES * length);
    }

    /** Returns the parent's hash for a block with items: that of a block which follows it and consists of them. */
    private static long below(long parent, long items) {
        return items == NO_ITEMS ? parent : XXH3.hashLongLongToLong(parent, items);
    }

    private static void checkItems(long @Nullable [] items, int blocks) {
        if (items != null) {
            Objects.checkFromIndexSize(0, blocks, items.length);
        }
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
