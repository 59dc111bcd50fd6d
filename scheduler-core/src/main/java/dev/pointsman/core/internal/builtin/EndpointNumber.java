// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One number of what was heard of an endpoint, by llm-d's name for it. The names of the attributes that llm-d's {@value
 * #CORE_PRODUCER} writes are the engine's own signals here; every other name is a {@linkplain EndpointMetrics#gauge gauge}, as is
 * one of those while its signal is missing.
 *
 * @param name what it is called
 * @param signal the signal of that name, or null
 */
public record EndpointNumber(String name, @Nullable Signal signal) {
    /** The producer of an attribute for which none is named. */
    public static final String CORE_PRODUCER = "core-metrics-extractor";

    /**
     * Finds a number by its name.
     *
     * @param producer who writes it
     */
    public static EndpointNumber of(String name, String producer) {
        boolean core = requireNonNull(producer, "producer").equals(CORE_PRODUCER);
        return new EndpointNumber(requireNonNull(name, "name"), core ? signalOf(name) : null);
    }

    private static @Nullable Signal signalOf(String name) {
        return switch (name) {
            case "WaitingQueueSize" -> Signal.WAITING_REQUESTS;
            case "RunningRequestsSize" -> Signal.RUNNING_REQUESTS;
            case "KVCacheUsagePercent" -> Signal.KV_USAGE;
            case "CacheBlockSize" -> Signal.KV_BLOCK_SIZE;
            case "CacheNumBlocks" -> Signal.KV_BLOCK_COUNT;
            default -> null;
        };
    }

    /** Returns the signals that it comes from. */
    public Set<Signal> signals() {
        return signal == null ? Set.of() : Set.of(signal);
    }

    /** Returns the number, or NaN if it is missing; allocates nothing. */
    public double in(EndpointMetrics metrics) {
        if (signal == null || !metrics.has(signal)) {
            return metrics.gauge(name);
        }
        return switch (signal) {
            case WAITING_REQUESTS -> metrics.waitingRequests();
            case RUNNING_REQUESTS -> metrics.runningRequests();
            case KV_USAGE -> metrics.kvUsage();
            case KV_BLOCK_SIZE -> metrics.kvBlockSize();
            case KV_BLOCK_COUNT -> metrics.kvBlockCount();
            case LORA -> Double.NaN;
        };
    }
}
