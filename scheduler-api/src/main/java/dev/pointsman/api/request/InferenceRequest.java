// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to a model, as the scheduler needs to know it: who asks for which model, with which prompt, under which
 * objectives.
 *
 * <p>Immutable and thread-safe. It is built, not a record, because most of its parts have defaults:
 *
 * <pre>{@code
 * InferenceRequest request = InferenceRequest.builder("req-17", "llama-3.1-8b")
 *         .text("You are a helpful assistant. ...")
 *         .sessionId("chat-4")
 *         .ttftTarget(Duration.ofMillis(500))
 *         .build();
 * }</pre>
 */
public final class InferenceRequest {
    private final String id;
    private final String model;
    private final Prompt prompt;
    private final HeaderLookup headers;
    private final Objectives objectives;
    private final @Nullable String loraAdapter;
    private final @Nullable String cacheSalt;
    private final List<MultimodalItem> multimodalItems;

    private InferenceRequest(Builder builder) {
        id = builder.id;
        model = builder.model;
        prompt = builder.prompt;
        headers = builder.headers;
        objectives = new Objectives(
                builder.priority,
                builder.ttftTarget,
                builder.tpotTarget,
                builder.fairnessId,
                builder.sessionId,
                builder.expectedOutputTokens);
        loraAdapter = builder.loraAdapter;
        cacheSalt = builder.cacheSalt;
        multimodalItems = builder.multimodalItems;
    }

    /**
     * Starts a request.
     *
     * @param id names the request; random draws are a function of it, so equal ids draw alike
     * @param model the model asked for; not blank
     */
    public static Builder builder(String id, String model) {
        return new Builder(id, model);
    }

    /** Returns what names this request. */
    public String id() {
        return id;
    }

    /** Returns the model asked for. */
    public String model() {
        return model;
    }

    /** Returns what the model is to read; {@link Prompt#EMPTY} if the host did not say. */
    public Prompt prompt() {
        return prompt;
    }

    /** Returns the request's headers; finds nothing if the host gave none. */
    public HeaderLookup headers() {
        return headers;
    }

    /** Returns what the caller wants beyond an answer. */
    public Objectives objectives() {
        return objectives;
    }

    /** Returns the LoRA adapter to apply, or null for the plain model. */
    public @Nullable String loraAdapter() {
        return loraAdapter;
    }

    /** Returns the salt that keeps tenants' KV caches apart, or null for the shared cache. */
    public @Nullable String cacheSalt() {
        return cacheSalt;
    }

    /** Returns the images, videos and sounds of the prompt, in prompt order; unmodifiable. */
    public List<MultimodalItem> multimodalItems() {
        return multimodalItems;
    }

    /** Starts another request with the same parts, for the model given. */
    public Builder toBuilder(String model) {
        Builder builder = new Builder(id, model);
        builder.prompt = prompt;
        builder.headers = headers;
        builder.priority = objectives.priority();
        builder.ttftTarget = objectives.ttftTarget();
        builder.tpotTarget = objectives.tpotTarget();
        builder.fairnessId = objectives.fairnessId();
        builder.sessionId = objectives.sessionId();
        builder.expectedOutputTokens = objectives.expectedOutputTokens();
        builder.loraAdapter = loraAdapter;
        builder.cacheSalt = cacheSalt;
        builder.multimodalItems = multimodalItems;
        return builder;
    }

    @Override
    public String toString() {
        return "InferenceRequest[" + id + ", " + model + ", " + prompt.tokenCount() + " tokens]";
    }

    /** Collects the parts of a request; not thread-safe. */
    public static final class Builder {
        private final String id;
        private final String model;
        private Prompt prompt = Prompt.EMPTY;
        private HeaderLookup headers = HeaderLookup.NONE;
        private int priority;
        private @Nullable Duration ttftTarget;
        private @Nullable Duration tpotTarget;
        private @Nullable String fairnessId;
        private @Nullable String sessionId;
        private int expectedOutputTokens = -1;
        private @Nullable String loraAdapter;
        private @Nullable String cacheSalt;
        private List<MultimodalItem> multimodalItems = List.of();

        private Builder(String id, String model) {
            this.id = requireText("id", id);
            this.model = requireText("model", model);
        }

        /** Sets the prompt. */
        public Builder prompt(Prompt prompt) {
            this.prompt = requireNonNull(prompt, "prompt");
            return this;
        }

        /** Sets the prompt to token ids, which are viewed and not copied. */
        public Builder tokens(int... tokens) {
            return prompt(Prompt.tokens(tokens));
        }

        /** Sets the prompt to text. */
        public Builder text(String text) {
            return prompt(Prompt.text(text));
        }

        /** Sets where headers are found. */
        public Builder headers(HeaderLookup headers) {
            this.headers = requireNonNull(headers, "headers");
            return this;
        }

        /** Sets the priority; 0 is ordinary, a negative one may be shed under load. */
        public Builder priority(int priority) {
            this.priority = priority;
            return this;
        }

        /** Sets the wanted time to first token; positive, or null for none. */
        public Builder ttftTarget(@Nullable Duration target) {
            this.ttftTarget = target;
            return this;
        }

        /** Sets the wanted mean time per output token; positive, or null for none. */
        public Builder tpotTarget(@Nullable Duration target) {
            this.tpotTarget = target;
            return this;
        }

        /** Sets the tenant whose share this request uses, or null for the default flow. */
        public Builder fairnessId(@Nullable String fairnessId) {
            this.fairnessId = fairnessId;
            return this;
        }

        /** Sets what ties the turns of a conversation together, or null for none. */
        public Builder sessionId(@Nullable String sessionId) {
            this.sessionId = sessionId;
            return this;
        }

        /** Sets the expected length of the answer in tokens, or -1 if unknown. */
        public Builder expectedOutputTokens(int tokens) {
            this.expectedOutputTokens = tokens;
            return this;
        }

        /** Sets the LoRA adapter to apply, or null for the plain model. */
        public Builder loraAdapter(@Nullable String adapter) {
            this.loraAdapter = adapter;
            return this;
        }

        /** Sets the salt that keeps tenants' KV caches apart, or null for the shared cache. */
        public Builder cacheSalt(@Nullable String salt) {
            this.cacheSalt = salt;
            return this;
        }

        /** Sets the images, videos and sounds of the prompt, in prompt order. */
        public Builder multimodalItems(List<MultimodalItem> items) {
            this.multimodalItems = List.copyOf(items);
            return this;
        }

        /**
         * Builds the request.
         *
         * @throws IllegalArgumentException if an objective is out of its range
         */
        public InferenceRequest build() {
            return new InferenceRequest(this);
        }

        private static String requireText(String name, String value) {
            if (requireNonNull(value, name).isBlank()) {
                throw new IllegalArgumentException("request " + name + ": must not be blank.\nMaybe "
                        + (name.equals("id")
                                ? "use the x-request-id header or a new UUID."
                                : "the body has no model field."));
            }
            return value;
        }
    }
}
