// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static java.util.Objects.requireNonNull;

/**
 * Something beside its tokens that a block's KV depends on, as the engine names it. vLLM lists them per block, untagged:
 * the name of the LoRA adapter, the multimodal items that reach into the block, the cache salt (first block only), a
 * digest of prompt embeddings.
 */
public sealed interface ExtraKey permits ExtraKey.Text, ExtraKey.Media, ExtraKey.Digest, ExtraKey.Numeric {
    /**
     * A LoRA adapter's name or a cache salt; the engine does not say which.
     *
     * @param value the text
     */
    record Text(String value) implements ExtraKey {
        /** Checks that the text is there. */
        public Text {
            requireNonNull(value, "value");
        }
    }

    /**
     * An image, a video or a sound.
     *
     * @param id its content hash, as the engine writes it
     * @param offset where it begins in the block, in tokens; negative if it began in an earlier block
     */
    record Media(String id, long offset) implements ExtraKey {
        /** Checks that the item has a name. */
        public Media {
            requireNonNull(id, "id");
        }
    }

    /**
     * Bytes, such as a digest of prompt embeddings.
     *
     * @param hex the bytes, two lower-case hexadecimal digits each
     */
    record Digest(String hex) implements ExtraKey {
        /** Checks that the digest is there. */
        public Digest {
            requireNonNull(hex, "hex");
        }
    }

    /**
     * A number.
     *
     * @param value the number
     */
    record Numeric(long value) implements ExtraKey {}
}
