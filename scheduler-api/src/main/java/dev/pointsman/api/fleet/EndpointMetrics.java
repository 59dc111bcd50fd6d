// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was last heard of an endpoint, each signal with the time it was observed. Immutable and thread-safe.
 *
 * <p>A signal may be missing: ask {@link #has} first, or accept the value that stands for missing. Times are nanoseconds
 * of the scheduler's clock.
 *
 * <pre>{@code
 * EndpointMetrics metrics = EndpointMetrics.builder(now).waitingRequests(3).kvUsage(0.71).build();
 * }</pre>
 */
public final class EndpointMetrics {
    private static final Signal[] SIGNALS = Signal.values();

    /** Nothing was heard yet. */
    public static final EndpointMetrics UNKNOWN = builder(0).build();

    private final long[] observedAt;
    private final int present;
    private final int waitingRequests;
    private final int runningRequests;
    private final double kvUsage;
    private final int kvBlockSize;
    private final long kvBlockCount;
    private final @Nullable LoraState lora;
    private final Map<String, Double> gauges;

    private EndpointMetrics(Builder builder) {
        observedAt = builder.observedAt.clone();
        present = builder.present;
        waitingRequests = builder.waitingRequests;
        runningRequests = builder.runningRequests;
        kvUsage = builder.kvUsage;
        kvBlockSize = builder.kvBlockSize;
        kvBlockCount = builder.kvBlockCount;
        lora = builder.lora;
        gauges = Map.copyOf(builder.gauges);
    }

    /**
     * Starts metrics whose signals were all observed at one time.
     *
     * @param observedAt nanoseconds of the scheduler's clock
     */
    public static Builder builder(long observedAt) {
        return new Builder(observedAt);
    }

    /**
     * Starts from these metrics, so that newly observed signals replace old ones and the others keep their time.
     *
     * @param observedAt time of the signals that are set from here on, in nanoseconds of the scheduler's clock
     */
    public Builder toBuilder(long observedAt) {
        Builder builder = new Builder(observedAt);
        System.arraycopy(this.observedAt, 0, builder.observedAt, 0, SIGNALS.length);
        builder.present = present;
        builder.waitingRequests = waitingRequests;
        builder.runningRequests = runningRequests;
        builder.kvUsage = kvUsage;
        builder.kvBlockSize = kvBlockSize;
        builder.kvBlockCount = kvBlockCount;
        builder.lora = lora;
        builder.gauges.putAll(gauges);
        return builder;
    }

    /** Tells whether a signal was ever observed. */
    public boolean has(Signal signal) {
        return (present & 1 << signal.ordinal()) != 0;
    }

    /**
     * Returns when a signal was observed, in nanoseconds of the scheduler's clock.
     *
     * @throws IllegalStateException if it is missing
     */
    public long observedAt(Signal signal) {
        if (!has(signal)) {
            throw new IllegalStateException(
                    signal + " was never observed, so it has no time.\nMaybe ask has(" + signal + ") first.");
        }
        return observedAt[signal.ordinal()];
    }

    /** Returns the requests that wait in the engine's queue, at least 0, or -1 if missing. */
    public int waitingRequests() {
        return waitingRequests;
    }

    /** Returns the requests in the running batch, at least 0, or -1 if missing. */
    public int runningRequests() {
        return runningRequests;
    }

    /** Returns the used share of the KV cache, 0 to 1, or NaN if missing. */
    public double kvUsage() {
        return kvUsage;
    }

    /** Returns the tokens in one KV block, at least 1, or -1 if missing. */
    public int kvBlockSize() {
        return kvBlockSize;
    }

    /** Returns the KV blocks in accelerator memory, at least 0, or -1 if missing. */
    public long kvBlockCount() {
        return kvBlockCount;
    }

    /** Returns which LoRA adapters run and wait, or null if missing. */
    public @Nullable LoraState lora() {
        return lora;
    }

    /**
     * Returns a number of another kind that the host reported under a name, such as the accelerator's utilization, or NaN if it
     * did not.
     */
    public double gauge(String name) {
        Double value = gauges.get(name);
        return value == null ? Double.NaN : value;
    }

    /** Returns the names of the numbers of other kinds; unmodifiable. */
    public Set<String> gauges() {
        return gauges.keySet();
    }

    @Override
    public String toString() {
        return "EndpointMetrics[waiting " + waitingRequests + ", running " + runningRequests + ", kv " + kvUsage + "]";
    }

    /** Collects signals; not thread-safe. */
    public static final class Builder {
        private final long at;
        private final long[] observedAt = new long[SIGNALS.length];
        private int present;
        private int waitingRequests = -1;
        private int runningRequests = -1;
        private double kvUsage = Double.NaN;
        private int kvBlockSize = -1;
        private long kvBlockCount = -1;
        private @Nullable LoraState lora;
        private final Map<String, Double> gauges = new HashMap<>();

        private Builder(long at) {
            this.at = at;
            Arrays.fill(observedAt, at);
        }

        /** Sets the requests that wait in the engine's queue; at least 0. */
        public Builder waitingRequests(int requests) {
            this.waitingRequests = (int) atLeast(Signal.WAITING_REQUESTS, requests, 0);
            return observed(Signal.WAITING_REQUESTS);
        }

        /** Sets the requests in the running batch; at least 0. */
        public Builder runningRequests(int requests) {
            this.runningRequests = (int) atLeast(Signal.RUNNING_REQUESTS, requests, 0);
            return observed(Signal.RUNNING_REQUESTS);
        }

        /** Sets the used share of the KV cache; 0 to 1. */
        public Builder kvUsage(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("KV_USAGE: must be between 0 and 1, but was " + share
                        + ".\nMaybe the engine reports a percentage; divide it by 100.");
            }
            this.kvUsage = share;
            return observed(Signal.KV_USAGE);
        }

        /** Sets the tokens in one KV block; at least 1. */
        public Builder kvBlockSize(int tokens) {
            this.kvBlockSize = (int) atLeast(Signal.KV_BLOCK_SIZE, tokens, 1);
            return observed(Signal.KV_BLOCK_SIZE);
        }

        /** Sets the KV blocks in accelerator memory; at least 0. */
        public Builder kvBlockCount(long blocks) {
            this.kvBlockCount = atLeast(Signal.KV_BLOCK_COUNT, blocks, 0);
            return observed(Signal.KV_BLOCK_COUNT);
        }

        /** Sets which LoRA adapters run and wait. */
        public Builder lora(LoraState state) {
            this.lora = requireNonNull(state, "state");
            return observed(Signal.LORA);
        }

        /**
         * Sets a number of another kind, for plugins that are told its name. It carries no time of its own.
         *
         * @param name what it is called
         * @param value finite; NaN takes it away
         */
        public Builder gauge(String name, double value) {
            if (Double.isInfinite(value)) {
                throw new IllegalArgumentException("gauge " + name + ": must be finite, but was " + value
                        + ".\nMaybe it could not be read; then leave it out, and it counts as missing.");
            }
            if (Double.isNaN(value)) {
                gauges.remove(name);
            } else {
                gauges.put(requireNonNull(name, "name"), value);
            }
            return this;
        }

        /** Builds the metrics. */
        public EndpointMetrics build() {
            return new EndpointMetrics(this);
        }

        private Builder observed(Signal signal) {
            present |= 1 << signal.ordinal();
            observedAt[signal.ordinal()] = at;
            return this;
        }

        private static long atLeast(Signal signal, long value, long least) {
            if (value < least) {
                throw new IllegalArgumentException(signal + ": must be at least " + least + ", but was " + value
                        + ".\nMaybe it could not be read; then leave it out, and it counts as missing.");
            }
            return value;
        }
    }
}
