// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Shares a candidate's speed among its requests, {@code throughput-normalized-load}, so that one that is twice as fast gets
 * twice as many:
 *
 * <pre>{@code cost = (running + queuedWeight * waiting + unseen) / speed * (1 + kvPenalty * (1 - free)^2)}</pre>
 *
 * <p>The speed is in output tokens a second, so the cost is the seconds that each request there takes for a token. Running
 * and waiting are what the engine reports; unseen are our requests in flight beyond both, which it does not report yet, and
 * stand for both where it reports nothing. Free is the share of the KV cache that is not used. Below {@code criticalFree} the
 * cost is prohibitive, because the next request would have the engine preempt others; where that is so of all candidates, the
 * used share itself is the cost, so that the least full wins. A KV cache of which nothing is known counts as free.
 *
 * <p>It is AIBrix's load-balance score, made to count what was sent since the last report. Seconds; thread-safe;
 * O(candidates), allocates nothing.
 */
public final class ThroughputNormalizedLoadCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS;

    static {
        List<ParameterSpec> parameters = new ArrayList<>(Speeds.PARAMETERS);
        parameters.add(optional("queuedWeight", NUMBER, "0", "What a waiting request counts beside a running one.")
                .between(0, 1e9));
        parameters.add(optional("kvPenalty", NUMBER, "2", "By how many times a full KV cache adds to the cost.")
                .between(0, 1e9));
        parameters.add(optional("criticalFree", NUMBER, "0.1", "Free share of the KV cache below which no more fits.")
                .between(0, 1));
        parameters.add(PREFERENCES);
        PARAMETERS = List.copyOf(parameters);
    }

    private final Speeds speeds;
    private final double queuedWeight;
    private final double kvPenalty;
    private final double criticalFree;

    ThroughputNormalizedLoadCost(Parameters parameters) {
        super(parameters);
        speeds = new Speeds(parameters);
        queuedWeight = parameters.number("queuedWeight", 0, 0, 1e9);
        kvPenalty = parameters.number("kvPenalty", 2, 0, 1e9);
        criticalFree = parameters.number("criticalFree", 0.1, 0, 1);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS);
    }

    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.RUNNING_REQUESTS, Signal.WAITING_REQUESTS, Signal.KV_USAGE);
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn inFlight = cycle.column(InFlightLoad.REQUESTS);
        double unknownSpeed = speeds.unknown(candidates);
        boolean allCritical = true;
        for (int i = 0; i < candidates.size(); i++) {
            allCritical &= critical(candidates.metrics(i));
        }
        for (int i = 0; i < candidates.size(); i++) {
            EndpointMetrics metrics = candidates.metrics(i);
            if (critical(metrics)) {
                loads[i] = allCritical ? metrics.kvUsage() : PROHIBITIVE;
                continue;
            }
            double speed = speeds.known(candidates, i);
            double used = Double.isNaN(metrics.kvUsage()) ? 0 : metrics.kvUsage();
            loads[i] = requests(metrics, inFlight.get(candidates.slot(i)))
                    / (Double.isNaN(speed) ? unknownSpeed : speed)
                    * (1 + kvPenalty * used * used);
        }
    }

    private boolean critical(EndpointMetrics metrics) {
        return metrics.kvUsage() > 1 - criticalFree;
    }

    private double requests(EndpointMetrics metrics, long inFlight) {
        int running = metrics.runningRequests();
        if (running < 0 && inFlight == LongColumn.MISSING) {
            return MISSING;
        }
        double reported = Math.max(0, running) + (double) Math.max(0, metrics.waitingRequests());
        double unseen = Math.max(0, Math.max(0, inFlight) - reported);
        return Math.max(0, running) + queuedWeight * Math.max(0, metrics.waitingRequests()) + unseen;
    }
}
