// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One schedulable model-server rank: where it is and what it is. Immutable and thread-safe; equal when all parts are.
 *
 * <pre>{@code
 * Endpoint plain = Endpoint.of("pod-a", "10.0.0.7:8000");
 * Endpoint rich = Endpoint.builder("pod-b", "10.0.0.8:8000")
 *         .model("llama-3.1-8b").accelerator("h100-sxm").label("zone", "eu-1").build();
 * }</pre>
 */
public final class Endpoint {
    private final String id;
    private final String address;
    private final Map<String, String> labels;
    private final Role role;
    private final @Nullable String model;
    private final @Nullable String accelerator;

    private Endpoint(Builder builder) {
        id = builder.id;
        address = builder.address;
        labels = Map.copyOf(builder.labels);
        role = builder.role != null ? builder.role : Role.ofLabel(labels.get(Role.LABEL));
        model = builder.model;
        accelerator = builder.accelerator;
    }

    /**
     * Makes an endpoint without labels; serves whole requests for any model.
     *
     * @param id names the endpoint within its fleet; not blank
     * @param address where to send requests: {@code host:port}, or host, port and data-parallel rank in the host's own form
     */
    public static Endpoint of(String id, String address) {
        return builder(id, address).build();
    }

    /**
     * Starts an endpoint.
     *
     * @param id names the endpoint within its fleet; not blank
     * @param address where to send requests
     */
    public static Builder builder(String id, String address) {
        return new Builder(id, address);
    }

    /** Returns what names this endpoint within its fleet. */
    public String id() {
        return id;
    }

    /** Returns where to send requests. */
    public String address() {
        return address;
    }

    /** Returns the labels; unmodifiable. */
    public Map<String, String> labels() {
        return labels;
    }

    /** Returns the stages it serves. */
    public Role role() {
        return role;
    }

    /** Returns the model it serves, or null if not stated. */
    public @Nullable String model() {
        return model;
    }

    /** Returns the id of its accelerator in a catalog, or null if not stated. */
    public @Nullable String accelerator() {
        return accelerator;
    }

    /**
     * Starts from this endpoint, at another address.
     *
     * @param address where to send requests
     */
    public Builder toBuilder(String address) {
        Builder builder = new Builder(id, address).labels(labels).role(role);
        builder.model = model;
        builder.accelerator = accelerator;
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Endpoint that
                        && id.equals(that.id)
                        && address.equals(that.address)
                        && labels.equals(that.labels)
                        && role == that.role
                        && Objects.equals(model, that.model)
                        && Objects.equals(accelerator, that.accelerator));
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, address, labels, role, model, accelerator);
    }

    @Override
    public String toString() {
        return "Endpoint[" + id + " at " + address + "]";
    }

    /** Collects the parts of an endpoint; not thread-safe. */
    public static final class Builder {
        private final String id;
        private final String address;
        private final Map<String, String> labels = new LinkedHashMap<>();
        private @Nullable Role role;
        private @Nullable String model;
        private @Nullable String accelerator;

        private Builder(String id, String address) {
            this.id = requireText("id", id);
            this.address = requireText("address", address);
        }

        /** Adds a label; a later one of the same key wins. */
        public Builder label(String key, String value) {
            labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
            return this;
        }

        /** Adds labels. */
        public Builder labels(Map<String, String> labels) {
            labels.forEach(this::label);
            return this;
        }

        /** Sets the role; without one, the label {@value Role#LABEL} decides. */
        public Builder role(Role role) {
            this.role = requireNonNull(role, "role");
            return this;
        }

        /** Sets the model it serves. */
        public Builder model(String model) {
            this.model = requireNonNull(model, "model");
            return this;
        }

        /** Sets the id of its accelerator in a catalog. */
        public Builder accelerator(String accelerator) {
            this.accelerator = requireNonNull(accelerator, "accelerator");
            return this;
        }

        /** Builds the endpoint. */
        public Endpoint build() {
            return new Endpoint(this);
        }

        private static String requireText(String name, String value) {
            if (requireNonNull(value, name).isBlank()) {
                throw new IllegalArgumentException(
                        "endpoint " + name + ": must not be blank.\nMaybe use host:port for it.");
            }
            return value;
        }
    }
}
