// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

/**
 * The 64-bit numbers that stand for digests in KV events. A block's digest has 32 or 16 bytes, and engines cut it in two
 * ways: vLLM takes its end (with {@code VLLM_KV_EVENTS_USE_INT_BLOCK_HASHES}), SGLang its beginning.
 *
 * <p>Bytes are most significant first. A number is to be read as unsigned or signed as the engine does; the bits are the
 * same.
 */
public final class DigestWords {
    private DigestWords() {}

    /**
     * Returns the last 8 bytes of a digest: vLLM's number, which llm-d, SMG and dynamo make of bytes, too. Fewer bytes
     * are the low ones of the number.
     *
     * @param digest at least one byte
     * @throws IllegalArgumentException if it is empty
     */
    public static long last(byte[] digest) {
        return word(digest, Math.max(0, digest.length - Long.BYTES));
    }

    /**
     * Returns the first 8 bytes of a digest: SGLang's number. Fewer bytes are the low ones of the number.
     *
     * @param digest at least one byte
     * @throws IllegalArgumentException if it is empty
     */
    public static long first(byte[] digest) {
        return word(digest, 0);
    }

    private static long word(byte[] digest, int from) {
        if (digest.length == 0) {
            throw new IllegalArgumentException(
                    "digest: must have at least one byte, but was empty.\nMaybe the event is malformed.");
        }
        long word = 0;
        for (int i = from; i < digest.length && i < from + Long.BYTES; i++) {
            word = (word << Byte.SIZE) | (digest[i] & 0xff);
        }
        return word;
    }
}
