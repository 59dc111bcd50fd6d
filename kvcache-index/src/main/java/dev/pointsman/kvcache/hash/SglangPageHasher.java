// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes the page hashes that an SGLang engine publishes: SHA-256 over the digest of the page before it, if there is
 * one, and its tokens, 4 bytes each, least significant first. In events a page is the {@linkplain DigestWords#first first 8
 * bytes} of its digest, as a signed number.
 *
 * <p>A cache salt takes the place of a digest before the first page. Builds before it was folded in (SGLang issues 24579
 * and 27735) hash as without one. The engine's {@code extra_key} is not in these hashes.
 *
 * <p>Source: SGLang {@code srt/mem_cache} ({@code get_hash_str}, {@code compute_node_event_hash_values}). Not
 * thread-safe. Takes time in the number of tokens.
 */
public final class SglangPageHasher {
    private static final String SALT_PREFIX = "sglang-cache-salt-v1\0";

    private final int pageSize;
    private final MessageDigest sha256 = Sha256.create();
    private final byte @Nullable [] saltSeed;

    /**
     * Makes a hasher.
     *
     * @param pageSize tokens in a page
     * @param cacheSalt the request's salt; null or empty for none
     * @throws IllegalArgumentException if the page size is out of its range
     */
    public SglangPageHasher(int pageSize, @Nullable String cacheSalt) {
        this.pageSize = BlockSizes.require("pageSize", pageSize);
        this.saltSeed = cacheSalt == null || cacheSalt.isEmpty()
                ? null
                : sha256.digest((SALT_PREFIX + cacheSalt).getBytes(UTF_8));
    }

    /** Returns what stands for a digest before the first page, or null without a salt. */
    public byte @Nullable [] saltSeed() {
        return saltSeed == null ? null : saltSeed.clone();
    }

    /**
     * Hashes the full pages of a prompt.
     *
     * @param tokens token ids, unsigned
     * @return the digests in prompt order
     */
    public List<byte[]> hash(int[] tokens) {
        return hashWords(tokens, pageSize);
    }

    /**
     * Hashes the full pages of a prompt as an engine does that decodes speculatively with EAGLE: a page consists of pairs
     * of a token and the one after it, so the last token of a prompt begins none.
     *
     * @param tokens token ids, unsigned
     * @return the digests in prompt order
     */
    public List<byte[]> hashPairs(int[] tokens) {
        int[] pairs = new int[Math.max(0, 2 * (tokens.length - 1))];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = tokens[(i + 1) / 2];
        }
        return hashWords(pairs, 2 * pageSize);
    }

    private List<byte[]> hashWords(int[] words, int pageWords) {
        List<byte[]> pages = new ArrayList<>(words.length / pageWords);
        byte[] last = saltSeed;
        for (int from = 0; from + pageWords <= words.length; from += pageWords) {
            last = next(last, words, from, from + pageWords);
            pages.add(last);
        }
        return pages;
    }

    /**
     * Hashes one page.
     *
     * @param previous the digest of the page before it, or {@link #saltSeed}
     * @param words its tokens, or both tokens of each of its pairs
     * @param from position of the first
     * @param to one more than the position of the last
     * @throws IndexOutOfBoundsException if the positions are not a range of the array
     */
    public byte[] next(byte @Nullable [] previous, int[] words, int from, int to) {
        Objects.checkFromToIndex(from, to, words.length);
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words, from, to - from);
        if (previous != null) {
            sha256.update(previous);
        }
        return sha256.digest(bytes.array());
    }
}
