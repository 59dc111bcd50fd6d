// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Keeps the endpoints of which no measure of load is above its limit (llm-d's {@code utilization-filter}). A measure that is
 * missing is within any limit. If all endpoints are above, none is kept and the request is refused, unless {@linkplain
 * Builder#fallbackOnEmpty told} to keep all then.
 *
 * <pre>{@code
 * UtilizationFilter.builder()
 *         .atMost(UtilizationFilter.Measure.WAITING_REQUESTS, 20)
 *         .atMost(UtilizationFilter.Measure.KV_USAGE, 0.95)
 *         .fallbackOnEmpty()
 *         .build();
 * }</pre>
 *
 * <p>Immutable and thread-safe. O(candidates) for each limit, allocates nothing.
 */
public final class UtilizationFilter implements Filter {
    private final Measure[] measures;
    private final double[] limits;
    private final boolean fallbackOnEmpty;
    private final boolean readsInFlight;

    private UtilizationFilter(Builder builder) {
        measures = builder.measures.toArray(new Measure[0]);
        limits = builder.limits.stream().mapToDouble(Double::doubleValue).toArray();
        fallbackOnEmpty = builder.fallbackOnEmpty;
        readsInFlight = builder.measures.contains(Measure.ACTIVE_REQUESTS);
    }

    /** Starts a filter without limits. */
    public static Builder builder() {
        return new Builder();
    }

    /** What can be limited. */
    public enum Measure {
        /** Requests that this scheduler has in flight there. */
        ACTIVE_REQUESTS("active-requests", Double.MAX_VALUE),
        /** Requests in the engine's running batch. */
        RUNNING_REQUESTS("running-requests", Double.MAX_VALUE),
        /** Requests that wait in the engine's queue. */
        WAITING_REQUESTS("waiting-queue", Double.MAX_VALUE),
        /** The used share of the KV cache, 0 to 1. */
        KV_USAGE("kv-cache-utilization", 1);

        final String configured;
        final double greatest;

        Measure(String configured, double greatest) {
            this.configured = configured;
            this.greatest = greatest;
        }
    }

    @Override
    public Set<DataKey> consumes() {
        return readsInFlight ? Set.of(InFlightLoad.REQUESTS) : Set.of();
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        if (readsInFlight) {
            narrow(candidates, cycle.column(InFlightLoad.REQUESTS));
        } else {
            narrow(candidates, slot -> LongColumn.MISSING);
        }
    }

    private void narrow(CandidateSet candidates, LongColumn inFlight) {
        if (fallbackOnEmpty && !anyPasses(candidates, inFlight)) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (!passes(candidates, i, inFlight)) {
                candidates.remove(i);
            }
        }
    }

    private boolean anyPasses(CandidateSet candidates, LongColumn inFlight) {
        for (int i = 0; i < candidates.size(); i++) {
            if (passes(candidates, i, inFlight)) {
                return true;
            }
        }
        return false;
    }

    private boolean passes(CandidateSet candidates, int position, LongColumn inFlight) {
        EndpointMetrics metrics = candidates.metrics(position);
        for (int i = 0; i < measures.length; i++) {
            double value = switch (measures[i]) {
                case ACTIVE_REQUESTS -> inFlight.get(candidates.slot(position));
                case RUNNING_REQUESTS -> metrics.runningRequests();
                case WAITING_REQUESTS -> metrics.waitingRequests();
                case KV_USAGE -> metrics.kvUsage();
            };
            if (value > limits[i]) { // never true of what is missing: that is negative or NaN
                return false;
            }
        }
        return true;
    }

    /** Collects limits, all of which must be kept; not thread-safe. */
    public static final class Builder {
        private final List<Measure> measures = new ArrayList<>();
        private final List<Double> limits = new ArrayList<>();
        private boolean fallbackOnEmpty;

        private Builder() {}

        /**
         * Limits a measure.
         *
         * @param limit the most allowed; at least 0, finite, and at most 1 for {@link Measure#KV_USAGE}
         */
        public Builder atMost(Measure measure, double limit) {
            if (!(limit >= 0 && limit <= requireNonNull(measure, "measure").greatest)) {
                throw new IllegalArgumentException(measure.configured + ": must be limited to between 0 and "
                        + (measure == Measure.KV_USAGE ? "1" : "the greatest number") + ", but was " + limit
                        + ".\nMaybe it is a percentage; divide it by 100.");
            }
            measures.add(measure);
            limits.add(limit);
            return this;
        }

        /** Keeps all endpoints if none is within the limits. */
        public Builder fallbackOnEmpty() {
            this.fallbackOnEmpty = true;
            return this;
        }

        /**
         * Builds the filter.
         *
         * @throws IllegalStateException if it has no limit
         */
        public UtilizationFilter build() {
            if (measures.isEmpty()) {
                throw new IllegalStateException("utilization filter: needs at least one limit, but has none."
                        + "\nMaybe add atMost(Measure.WAITING_REQUESTS, 20).");
            }
            return new UtilizationFilter(this);
        }
    }
}
