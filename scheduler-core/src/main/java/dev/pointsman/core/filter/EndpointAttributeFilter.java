// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.internal.builtin.EndpointNumber;

/**
 * Keeps the endpoints of which one number compares with a limit as told (llm-d's {@code endpoint-attribute-filter}). The number is
 * a {@linkplain EndpointMetrics#gauge gauge} of that name, or one of the engine's own signals by llm-d's name for it: {@code
 * WaitingQueueSize}, {@code RunningRequestsSize}, {@code KVCacheUsagePercent}, {@code CacheBlockSize}, {@code CacheNumBlocks}.
 *
 * <p>An endpoint of which it is missing passes, unless {@linkplain #withMissingFailing told} otherwise. If none passes, none is
 * kept and the request is refused, unless {@linkplain #withFallbackOnEmpty told} to keep all then.
 *
 * <pre>{@code
 * new EndpointAttributeFilter("gpu-utilization", EndpointAttributeFilter.Comparison.LESS_THAN, 0.9).withFallbackOnEmpty()
 * }</pre>
 *
 * <p>Immutable and thread-safe. O(candidates) look-ups by name, allocates nothing.
 */
public final class EndpointAttributeFilter implements Filter {
    private final EndpointNumber number;
    private final Comparison comparison;
    private final double limit;
    private final boolean missingPasses;
    private final boolean fallbackOnEmpty;

    /**
     * Makes a filter that endpoints without the number pass, and that keeps none if none passes.
     *
     * @param attribute the number's name; not blank
     * @param limit finite
     */
    public EndpointAttributeFilter(String attribute, Comparison comparison, double limit) {
        this(EndpointNumber.of(attribute, EndpointNumber.CORE_PRODUCER), comparison, limit, true, false);
        if (attribute.isBlank()) {
            throw new IllegalArgumentException("attribute: must not be blank.\nMaybe WaitingQueueSize is meant.");
        }
    }

    EndpointAttributeFilter(
            EndpointNumber number,
            Comparison comparison,
            double limit,
            boolean missingPasses,
            boolean fallbackOnEmpty) {
        if (!Double.isFinite(limit)) {
            throw new IllegalArgumentException(
                    "limit: must be finite, but was " + limit + ".\nMaybe leave the filter out.");
        }
        this.number = number;
        this.comparison = requireNonNull(comparison, "comparison");
        this.limit = limit;
        this.missingPasses = missingPasses;
        this.fallbackOnEmpty = fallbackOnEmpty;
    }

    /** How the number, on the left, has to compare with the limit. */
    public enum Comparison {
        /** Below the limit. */
        LESS_THAN("LessThan"),
        /** At the limit or below. */
        LESS_THAN_OR_EQUAL("LessThanOrEqual"),
        /** Above the limit. */
        GREATER_THAN("GreaterThan"),
        /** At the limit or above. */
        GREATER_THAN_OR_EQUAL("GreaterThanOrEqual"),
        /** Exactly the limit. */
        EQUAL("Equal"),
        /** Anything but the limit. */
        NOT_EQUAL("NotEqual");

        final String configured;

        Comparison(String configured) {
            this.configured = configured;
        }
    }

    /** Returns this filter, but endpoints without the number do not pass. */
    public EndpointAttributeFilter withMissingFailing() {
        return new EndpointAttributeFilter(number, comparison, limit, false, fallbackOnEmpty);
    }

    /** Returns this filter, but keeping all endpoints if none passes. */
    public EndpointAttributeFilter withFallbackOnEmpty() {
        return new EndpointAttributeFilter(number, comparison, limit, missingPasses, true);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        if (fallbackOnEmpty && !anyPasses(candidates)) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (!passes(candidates.metrics(i))) {
                candidates.remove(i);
            }
        }
    }

    private boolean anyPasses(CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (passes(candidates.metrics(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean passes(EndpointMetrics metrics) {
        double value = number.in(metrics);
        if (Double.isNaN(value)) {
            return missingPasses;
        }
        return switch (comparison) {
            case LESS_THAN -> value < limit;
            case LESS_THAN_OR_EQUAL -> value <= limit;
            case GREATER_THAN -> value > limit;
            case GREATER_THAN_OR_EQUAL -> value >= limit;
            case EQUAL -> value == limit;
            case NOT_EQUAL -> value != limit;
        };
    }

    @Override
    public String toString() {
        return "EndpointAttributeFilter[" + number.name() + " " + comparison + " " + limit + "]";
    }
}
