// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.CostScorer;
import java.util.Set;

/**
 * Says how many seconds serving a request on each candidate would cost everybody: until its own answer is complete, and what the
 * requests running there lose by it.
 *
 * <pre>{@code cost = ttft + output * tpot + othersWeight * slowdown}</pre>
 *
 * <p>The output is what the request expects. With an {@code othersWeight} of 1 a second of another's wait is as bad as one of its
 * own, which keeps the sum over all requests least; with 0 each request is selfish. The seconds are comparable between unlike
 * chips, models and engines.
 *
 * <p>Predictions are made once for a request. Load that other requests put on a candidate since then, up to the moment of
 * choosing, is added to the wait, so that requests decided at the same time do not all go to the one endpoint that was best.
 *
 * <p>A candidate without predictions has no cost (NaN), and then counts as the mean of the others. Immutable and thread-safe.
 * O(candidates), allocates nothing.
 */
public final class PredictedCompletionCost implements CostScorer {
    private static final double SECONDS = 1e-9;

    private final PredictedLatency keys;
    private final double othersWeight;

    /** Reads {@value PredictedLatency#PRODUCER}; others' seconds count as much as its own. */
    public PredictedCompletionCost() {
        this(1, PredictedLatency.PRODUCER);
    }

    /**
     * Makes a cost.
     *
     * @param othersWeight what a second counts that others lose; finite, at least 0
     * @param producer the predicted-latency producer's name
     */
    public PredictedCompletionCost(double othersWeight, String producer) {
        if (!(othersWeight >= 0 && othersWeight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("othersWeight: must be a finite number >= 0, but was " + othersWeight
                    + ".\nMaybe 0, to count only the request's own seconds.");
        }
        this.othersWeight = othersWeight;
        this.keys = PredictedLatency.of(requireNonNull(producer, "producer"));
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(
                keys.ttft(),
                keys.tpot(),
                keys.slowdown(),
                keys.waitPerToken(),
                keys.tokensSeen(),
                keys.outputTokens(),
                InFlightLoad.TOKENS);
    }

    @Override
    public void cost(SchedulingCycle cycle, Candidates candidates, double[] costs) {
        LongColumn ttft = cycle.column(keys.ttft());
        LongColumn tpot = cycle.column(keys.tpot());
        LongColumn slowdown = cycle.column(keys.slowdown());
        LongColumn tokensSeen = cycle.column(keys.tokensSeen());
        LongColumn tokensNow = cycle.column(InFlightLoad.TOKENS);
        DoubleColumn waitPerToken = cycle.column(keys.waitPerToken());
        Long expected = cycle.attribute(keys.outputTokens());
        double output = expected == null ? 0 : expected;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (!ttft.has(slot)) {
                costs[i] = Double.NaN;
                continue;
            }
            double nanos = ttft.get(slot)
                    + laterNanos(slot, tokensNow, tokensSeen, waitPerToken)
                    + output * Math.max(0, tpot.get(slot))
                    + othersWeight * Math.max(0, slowdown.get(slot));
            costs[i] = nanos * SECONDS;
        }
    }

    /** Returns the nanoseconds of wait that came since the time to first token was predicted. */
    static double laterNanos(int slot, LongColumn tokensNow, LongColumn tokensSeen, DoubleColumn waitPerToken) {
        if (!tokensNow.has(slot) || !tokensSeen.has(slot) || !waitPerToken.has(slot)) {
            return 0;
        }
        return Math.max(0, tokensNow.get(slot) - tokensSeen.get(slot)) * waitPerToken.get(slot);
    }
}
