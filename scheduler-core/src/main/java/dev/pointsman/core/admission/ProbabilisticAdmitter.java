// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.admission;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.core.config.Semantics;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a share of the requests that may be shed, the larger the busier the endpoints are (llm-d's {@code
 * probabilistic-admitter}).
 *
 * <p>A request of negative priority is refused with the chance {@code min(1, saturation^power * k)}, where saturation is the mean
 * over the candidates of {@code max(waiting / queueDepthThreshold, kvUsage / kvCacheUtilThreshold)}. By default nothing to speak
 * of is refused below 0.1, one in ten at 0.2 and everything from 0.32 on. Others, and any request without candidates, are admitted.
 * The draw is the request's, for the purpose of this plugin's name, so that the same request fares the same again.
 *
 * <p>A candidate that reports one of the two signals is judged by that. What one that reports neither counts is where the
 * semantics part: with llm-d it counts 1, so that a fleet without metrics serves nothing that may be shed; with ours it is left
 * out, and if nothing is known of any candidate the request is admitted. A refusal is llm-d's internal error, 500, or our {@link
 * Rejection.Reason#NOT_ADMITTED}, 429.
 *
 * <p>Immutable and thread-safe. O(candidates); allocates a draw, and only for requests that may be shed.
 */
public final class ProbabilisticAdmitter implements Admission {
    private final String name;
    private final Settings settings;
    private final Semantics semantics;

    /**
     * The curve and what a full endpoint is.
     *
     * @param queueDepthThreshold waiting requests that make an endpoint full; above 0
     * @param kvCacheUtilThreshold used share of the KV cache that makes it full; above 0, at most 1
     * @param power how steep the curve is; above 0
     * @param k how early it rises: all are refused from {@code (1/k)^(1/power)} on; above 0
     */
    public record Settings(double queueDepthThreshold, double kvCacheUtilThreshold, double power, double k) {
        /** llm-d's: 5 requests, 80 %, power 5, k 300. */
        public static final Settings DEFAULT = new Settings(5, 0.8, 5, 300);

        public Settings {
            requirePositive("queueDepthThreshold", queueDepthThreshold);
            requirePositive("kvCacheUtilThreshold", kvCacheUtilThreshold);
            requirePositive("power", power);
            requirePositive("k", k);
            if (kvCacheUtilThreshold > 1) {
                throw new IllegalArgumentException("kvCacheUtilThreshold: must be at most 1, but was "
                        + kvCacheUtilThreshold + ".\nMaybe it is a percentage; divide it by 100.");
            }
        }

        private static void requirePositive(String name, double value) {
            if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(name + ": must be a finite number above 0, but was " + value
                        + ".\nMaybe leave it out; there is a default.");
            }
        }
    }

    /** Makes an admitter with llm-d's curve and our own semantics. */
    public ProbabilisticAdmitter() {
        this("probabilistic-admitter", Settings.DEFAULT, Semantics.CORRECTED);
    }

    /**
     * Makes an admitter.
     *
     * @param name what it is called in refusals, and what its draws are for
     * @param settings the curve
     * @param semantics what a candidate without metrics counts, and how a refusal is answered
     */
    public ProbabilisticAdmitter(String name, Settings settings, Semantics semantics) {
        this.name = requireNonNull(name, "name");
        this.settings = requireNonNull(settings, "settings");
        this.semantics = requireNonNull(semantics, "semantics");
    }

    @Override
    public @Nullable Rejection admit(SchedulingCycle cycle, Candidates candidates) {
        if (cycle.request().objectives().priority() >= 0) {
            return null;
        }
        double chance = refusalProbability(candidates);
        if (chance <= 0 || cycle.draw().forPurpose(name).unit(0) >= chance) {
            return null;
        }
        return Rejection.of(
                AdmissionFactories.denial(semantics),
                "the endpoints are busy, and a request of negative priority is refused with a chance of "
                        + Math.round(chance * 1000) / 10.0 + " %",
                name);
    }

    /** Returns the chance with which a request that may be shed is refused, 0 to 1. */
    public double refusalProbability(Candidates candidates) {
        double sum = 0;
        int counted = 0;
        for (int i = 0; i < candidates.size(); i++) {
            EndpointMetrics metrics = candidates.metrics(i);
            double waiting = metrics.has(Signal.WAITING_REQUESTS)
                    ? metrics.waitingRequests() / settings.queueDepthThreshold
                    : -1;
            double kv = metrics.has(Signal.KV_USAGE) ? metrics.kvUsage() / settings.kvCacheUtilThreshold : -1;
            double load = Math.max(waiting, kv);
            if (load >= 0) {
                sum += load;
                counted++;
            } else if (semantics == Semantics.LLM_D) {
                sum += 1;
                counted++;
            }
        }
        return counted == 0 ? 0 : Math.min(1, Math.pow(sum / counted, settings.power) * settings.k);
    }
}
