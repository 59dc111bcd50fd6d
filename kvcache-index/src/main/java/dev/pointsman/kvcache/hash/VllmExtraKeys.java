// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What vLLM hashes of one block beside its tokens: the LoRA adapter, the multimodal items that reach into it, in a
 * prompt's first block the cache salt, and prompt embeddings.
 *
 * <p>vLLM has written them in two forms. Up to the middle of 2026 a text or pair stood for itself, so that an adapter and
 * a salt of one name gave one hash (vLLM issue 44701); since then each is a tuple that begins with what it is. Events
 * have the plain form in all versions.
 *
 * <p>Immutable and thread-safe.
 */
public final class VllmExtraKeys {
    /** No extra keys. */
    public static final VllmExtraKeys NONE = new VllmExtraKeys(List.of());

    private static final int MAX_DEPTH = 8;

    private final List<?> values;

    private VllmExtraKeys(List<?> values) {
        this.values = values;
    }

    /**
     * Takes extra keys as an engine writes them, for instance in an event.
     *
     * @param values each a {@link String}, {@link Integer}, {@link Long}, {@code byte[]}, or a list of such
     * @throws IllegalArgumentException if a value is of another type, or lists are nested deeper than 8
     */
    public static VllmExtraKeys of(List<?> values) {
        return values.isEmpty() ? NONE : new VllmExtraKeys(copy(values, 1));
    }

    /** Starts extra keys in the plain form: vLLM up to the middle of 2026, and events of any version. */
    public static Builder plain() {
        return new Builder(false);
    }

    /** Starts extra keys in the tagged form: vLLM since the middle of 2026. */
    public static Builder tagged() {
        return new Builder(true);
    }

    /** Returns the keys: texts, longs, byte arrays, and lists of those. */
    List<?> values() {
        return values;
    }

    private static List<Object> copy(List<?> values, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "extra keys: lists nested deeper than " + MAX_DEPTH + ".\nMaybe the event is malformed.");
        }
        List<Object> copies = new ArrayList<>(values.size());
        for (Object value : values) {
            if (value instanceof List<?> list) {
                copies.add(copy(list, depth + 1));
            } else if (value instanceof Integer number) {
                copies.add(number.longValue());
            } else if (value instanceof byte[] bytes) {
                copies.add(bytes.clone());
            } else if (value instanceof String || value instanceof Long) {
                copies.add(value);
            } else {
                throw new IllegalArgumentException("extra keys: must be texts, whole numbers, bytes or lists of those,"
                        + " but one was a "
                        + (value == null ? "null" : value.getClass().getName())
                        + ".\nMaybe the event is malformed.");
            }
        }
        return copies;
    }

    /** Collects extra keys; they are written in vLLM's order, in whatever order they come. Not thread-safe. */
    public static final class Builder {
        private final boolean tagged;
        private @Nullable Object lora;
        private final List<Object> multimodal = new ArrayList<>();
        private @Nullable Object cacheSalt;
        private @Nullable Object promptEmbeds;

        private Builder(boolean tagged) {
            this.tagged = tagged;
        }

        /**
         * Adds the LoRA adapter; it is in every block of a prompt.
         *
         * @param name its name
         * @param path where the engine loads it from; only the tagged form has it, and no event tells it
         */
        public Builder lora(String name, String path) {
            requireNonNull(name, "name");
            requireNonNull(path, "path");
            lora = tagged ? List.of("lora", name, path) : name;
            return this;
        }

        /**
         * Adds a multimodal item that reaches into the block, after those before it in the prompt.
         *
         * @param identifier the engine's name of its content
         * @param offset position of its first placeholder token in the block; negative if it began in an earlier one
         */
        public Builder multimodal(String identifier, long offset) {
            requireNonNull(identifier, "identifier");
            multimodal.add(tagged ? List.of("mm", identifier, offset) : List.of(identifier, offset));
            return this;
        }

        /** Adds the cache salt; it is only in the first block of a prompt. */
        public Builder cacheSalt(String salt) {
            requireNonNull(salt, "salt");
            cacheSalt = tagged ? List.of("cache_salt", salt) : salt;
            return this;
        }

        /**
         * Adds the block's prompt embeddings.
         *
         * @param sha256 the SHA-256 of the block's part of the tensor
         */
        public Builder promptEmbeds(byte[] sha256) {
            byte[] digest = sha256.clone();
            promptEmbeds = tagged ? List.of("prompt_embeds", digest) : digest;
            return this;
        }

        /** Returns the keys. */
        public VllmExtraKeys build() {
            List<Object> values = new ArrayList<>();
            addIfAny(lora, values);
            values.addAll(multimodal);
            addIfAny(cacheSalt, values);
            addIfAny(promptEmbeds, values);
            return values.isEmpty() ? NONE : new VllmExtraKeys(values);
        }

        private static void addIfAny(@Nullable Object value, List<Object> values) {
            if (value != null) {
                values.add(value);
            }
        }
    }
}
