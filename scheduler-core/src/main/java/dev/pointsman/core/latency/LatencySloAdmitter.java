// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.core.admission.AdmissionFactories;
import dev.pointsman.core.config.Semantics;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that may be shed if no endpoint would keep its objectives (llm-d's {@code latency-slo-admitter}).
 *
 * <p>It is refused only if its priority is negative; it has an objective, the host's or that of a header (a header's new name
 * beats its old one, even if it says 0); times are predicted for some candidate, and the ones that nine in ten stay below keep the
 * objectives nowhere; and no candidate is idle (nothing running) or cold (less than 2 % of the KV cache in use), since there a
 * prediction is worth little. A candidate that does not report what runs is taken for idle: nobody is refused for what is not
 * known.
 *
 * <p>llm-d's predictor is trained on the 90th percentile, so its one prediction is the one that counts here. With llm-d's
 * semantics a candidate that does not report its KV cache counts as cold, and denials reach the caller as an internal error, 500;
 * with ours it counts by what it has running, and denials are {@link Rejection.Reason#NOT_ADMITTED}, 429.
 *
 * <p>Immutable and thread-safe. O(candidates); allocates only to refuse.
 */
public final class LatencySloAdmitter implements Admission {
    private static final double COLD = 0.02;

    private final String name;
    private final PredictedLatency keys;
    private final Semantics semantics;

    /** Reads {@value PredictedLatency#PRODUCER}, with our own semantics. */
    public LatencySloAdmitter() {
        this("latency-slo-admitter", PredictedLatency.PRODUCER, Semantics.CORRECTED);
    }

    /**
     * Makes an admitter.
     *
     * @param name what it is called in refusals
     * @param producer the predicted-latency producer's name
     * @param semantics what a missing signal counts, and how a refusal is answered
     */
    public LatencySloAdmitter(String name, String producer, Semantics semantics) {
        this.name = requireNonNull(name, "name");
        this.keys = PredictedLatency.of(requireNonNull(producer, "producer"));
        this.semantics = requireNonNull(semantics, "semantics");
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(keys.ttftHeadroomP90(), keys.tpotHeadroomP90());
    }

    @Override
    public @Nullable Rejection admit(SchedulingCycle cycle, Candidates candidates) {
        if (cycle.request().objectives().priority() >= 0 || !hasObjective(cycle)) {
            return null;
        }
        LongColumn ttft = cycle.column(keys.ttftHeadroomP90());
        LongColumn tpot = cycle.column(keys.tpotHeadroomP90());
        boolean predicted = false;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            EndpointMetrics metrics = candidates.metrics(i);
            boolean idle = metrics.runningRequests() <= 0; // -1 if missing
            if (idle || cold(metrics.kvUsage()) || (ttft.get(slot) >= 0 && tpot.get(slot) >= 0)) {
                return null;
            }
            predicted |= ttft.has(slot);
        }
        return predicted
                ? Rejection.of(
                        AdmissionFactories.denial(semantics),
                        "no endpoint is predicted to keep the objectives of a request that may be shed",
                        name)
                : null;
    }

    private boolean cold(double kvUsage) {
        return kvUsage < COLD || (semantics == Semantics.LLM_D && Double.isNaN(kvUsage));
    }

    private static boolean hasObjective(SchedulingCycle cycle) {
        return LatencyObjectives.ttftNanos(cycle.request()) > 0 || LatencyObjectives.tpotNanos(cycle.request()) > 0;
    }
}
