// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.latency.PredictedLatency;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says how many seconds each candidate needs for the work before it and for this request, {@code least-work}:
 *
 * <pre>{@code cost = (tokens queued + tokens added) / speed + kvWeight * k / (1 - k)}</pre>
 *
 * <p>Queued is what is in flight there in tokens that are not cached, or what the engine reports, whichever is more: the
 * engine also knows of others' requests, and only we know of those since its last report. Without either, requests in flight
 * count {@code tokensPerRequest} each. Added is what this request could not reuse there; it is left out for all candidates if
 * it is missing for one, because the gap would look like a cached prompt. The second part, off by default, keeps work from
 * where the KV cache is nearly full: k is its used share, up to 0.999.
 *
 * <p>The speed is the endpoint's own: by gauge, by label, or by the predicted-latency producer if the scheduler has one. An
 * endpoint of unknown speed has the mean of the others, and so does nobody stand out for what is not known of him.
 *
 * <p>It is the least drain time of SMG's {@code least_load} (with a {@code kvWeight} of 0.15, and the gauge of queued tokens)
 * made aware of caches. Seconds; thread-safe; O(candidates), allocates nothing.
 */
public final class LeastWorkCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS;

    private static final double FULLEST = 0.999;
    private static final double SECONDS = 1e-9;

    static {
        List<ParameterSpec> parameters = new ArrayList<>(Speeds.PARAMETERS);
        parameters.add(ParameterSpec.optional(
                "queuedTokensGauge",
                ParameterSpec.Type.STRING,
                null,
                "The gauge by which engines report the tokens that wait; without it only our own in flight count."));
        parameters.add(ParameterSpec.optional(
                        "tokensPerRequest",
                        ParameterSpec.Type.NUMBER,
                        "1024",
                        "Tokens that a request in flight counts where no tokens are known.")
                .between(0, 1e12));
        parameters.add(ParameterSpec.optional(
                        "kvWeight",
                        ParameterSpec.Type.NUMBER,
                        "0",
                        "Seconds by which the ratio of used to free KV cache adds to the cost; 0 leaves it out.")
                .between(0, 1e9));
        parameters.add(ParameterSpec.optional(
                "prefixMatchInfoProducerName",
                ParameterSpec.Type.STRING,
                PrefixMatch.DEFAULT_PRODUCER,
                "The prefix producer that is run, so that work in flight is counted without what is cached."));
        parameters.add(ParameterSpec.optional(
                "latencyPredictionInfoProducerName",
                ParameterSpec.Type.STRING,
                PredictedLatency.PRODUCER,
                "The producer whose seconds per token are the speed where neither gauge nor label gives one."));
        parameters.add(PREFERENCES);
        PARAMETERS = List.copyOf(parameters);
    }

    private final Speeds speeds;
    private final @Nullable String queuedGauge;
    private final double tokensPerRequest;
    private final double kvWeight;
    private final Set<DataKey> consumes;
    private final DoubleColumnKey waitPerToken;

    LeastWorkCost(Parameters parameters) {
        super(parameters);
        speeds = new Speeds(parameters);
        queuedGauge = parameters.has("queuedTokensGauge") ? parameters.requiredString("queuedTokensGauge") : null;
        tokensPerRequest = parameters.number("tokensPerRequest", 1024, 0, 1e12);
        kvWeight = parameters.number("kvWeight", 0, 0, 1e9);
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        consumes = Set.of(
                InFlightLoad.REQUESTS,
                InFlightLoad.TOKENS,
                InFlightLoad.REQUEST_TOKENS,
                // Not read here, but what is in flight is counted without the cached part only if somebody produces it.
                PrefixMatch.of(prefix),
                PrefixMatch.matchedBlocks(prefix));
        waitPerToken = PredictedLatency.of(
                        parameters.string("latencyPredictionInfoProducerName", PredictedLatency.PRODUCER))
                .waitPerToken();
    }

    @Override
    public Set<DataKey> consumes() {
        return consumes;
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(waitPerToken);
    }

    @Override
    public Set<Signal> signals() {
        return kvWeight > 0 ? Set.of(Signal.KV_USAGE) : Set.of();
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        LongColumn tokens = cycle.column(InFlightLoad.TOKENS);
        LongColumn added = cycle.column(InFlightLoad.REQUEST_TOKENS);
        DoubleColumn predicted = cycle.column(waitPerToken);
        double speedSum = 0;
        int speedCount = 0;
        boolean addedKnown = true;
        for (int i = 0; i < candidates.size(); i++) {
            double speed = speed(candidates, i, predicted);
            if (!Double.isNaN(speed)) {
                speedSum += speed;
                speedCount++;
            }
            addedKnown &= added.has(candidates.slot(i));
        }
        double unknownSpeed = speeds.unknown(speedSum, speedCount);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            double speed = speed(candidates, i, predicted);
            double work = queued(candidates, i, tokens, requests) + (addedKnown ? Math.max(0, added.get(slot)) : 0);
            loads[i] = work / (Double.isNaN(speed) ? unknownSpeed : speed) + kv(candidates, i);
        }
    }

    private double speed(Candidates candidates, int position, DoubleColumn predicted) {
        double speed = speeds.known(candidates, position);
        if (!Double.isNaN(speed)) {
            return speed;
        }
        double nanosPerToken = predicted.get(candidates.slot(position));
        return nanosPerToken > 0 ? 1 / (nanosPerToken * SECONDS) : Double.NaN;
    }

    private double queued(Candidates candidates, int position, LongColumn tokens, LongColumn requests) {
        int slot = candidates.slot(position);
        double reported =
                queuedGauge == null ? Double.NaN : candidates.metrics(position).gauge(queuedGauge);
        if (tokens.has(slot)) {
            double own = Math.max(0, tokens.get(slot));
            return reported > own ? reported : own;
        }
        if (!Double.isNaN(reported)) {
            return Math.max(0, reported);
        }
        return requests.has(slot) ? Math.max(0, requests.get(slot)) * tokensPerRequest : Double.NaN;
    }

    private double kv(Candidates candidates, int position) {
        if (kvWeight == 0) {
            return 0;
        }
        double used = Math.min(candidates.metrics(position).kvUsage(), FULLEST);
        return Double.isNaN(used) ? 0 : kvWeight * used / (1 - used);
    }
}
