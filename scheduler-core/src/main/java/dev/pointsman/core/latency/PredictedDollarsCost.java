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
import dev.pointsman.core.internal.builtin.Times;
import java.time.Duration;
import java.util.Set;

/**
 * Says how many dollars serving a request on each candidate would cost, as long as it is served in time.
 *
 * <p>The dollars are {@link PredictedLatency#dollars}: the price of the chips for the reading of the prompt, and for the request's
 * share of each decode step. A share shrinks as a batch grows, so busy endpoints are cheap, and what keeps them from filling up is
 * time: a candidate that nine in ten such requests would not be served in time by costs a penalty besides, the more the later it
 * is. So the cheapest chip that is fast enough wins, a dear one is used where it must be, and if none is fast enough the least
 * late one is taken.
 *
 * <p>A request's own objectives count; one without an objective is held to defaults, since a request that never hurries would
 * pile up on the cheapest endpoint. A penalty should be far above the price of any request.
 *
 * <p>A candidate without predictions or without a price has no cost (NaN), and then counts as the mean of the others. Load that
 * came since the prediction is added to the wait, as in {@link PredictedCompletionCost}. Immutable and thread-safe. O(candidates),
 * allocates nothing.
 */
public final class PredictedDollarsCost implements CostScorer {
    static final double DEFAULT_PENALTY_DOLLARS = 1;
    static final Duration DEFAULT_TTFT = Duration.ofSeconds(2);
    static final Duration DEFAULT_TPOT = Duration.ofMillis(100);

    private static final double MOST_TIMES_LATE = 1e6;

    private final PredictedLatency keys;
    private final double penaltyDollars;
    private final long defaultTtft;
    private final long defaultTpot;

    private PredictedDollarsCost(Builder builder) {
        keys = PredictedLatency.of(builder.producer);
        penaltyDollars = builder.penaltyDollars;
        defaultTtft = builder.defaultTtft;
        defaultTpot = builder.defaultTpot;
    }

    /** Starts a cost with a penalty of a dollar, and objectives of 2 s and 100 ms for requests without their own. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(
                keys.dollars(),
                keys.ttftP90(),
                keys.tpotP90(),
                keys.waitPerToken(),
                keys.tokensSeen(),
                InFlightLoad.TOKENS);
    }

    @Override
    public void cost(SchedulingCycle cycle, Candidates candidates, double[] costs) {
        DoubleColumn dollars = cycle.column(keys.dollars());
        LongColumn ttft = cycle.column(keys.ttftP90());
        LongColumn tpot = cycle.column(keys.tpotP90());
        LongColumn tokensSeen = cycle.column(keys.tokensSeen());
        LongColumn tokensNow = cycle.column(InFlightLoad.TOKENS);
        DoubleColumn waitPerToken = cycle.column(keys.waitPerToken());
        double ttftTarget = (double) orDefault(LatencyObjectives.ttftNanos(cycle.request()), defaultTtft);
        double tpotTarget = (double) orDefault(LatencyObjectives.tpotNanos(cycle.request()), defaultTpot);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (!ttft.has(slot) || !dollars.has(slot)) {
                costs[i] = Double.NaN;
                continue;
            }
            double first =
                    ttft.get(slot) + PredictedCompletionCost.laterNanos(slot, tokensNow, tokensSeen, waitPerToken);
            double late = timesLate(first, ttftTarget) + timesLate((double) tpot.get(slot), tpotTarget);
            costs[i] = dollars.get(slot) + (late > 0 ? penaltyDollars * (1 + Math.min(late, MOST_TIMES_LATE)) : 0);
        }
    }

    private static long orDefault(long own, long otherwise) {
        return own > 0 ? own : otherwise;
    }

    private static double timesLate(double nanos, double target) {
        return target <= 0 || nanos <= target ? 0 : nanos / target - 1;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String producer = PredictedLatency.PRODUCER;
        private double penaltyDollars = DEFAULT_PENALTY_DOLLARS;
        private long defaultTtft = DEFAULT_TTFT.toNanos();
        private long defaultTpot = DEFAULT_TPOT.toNanos();

        private Builder() {}

        /** Sets the predicted-latency producer to read; {@value PredictedLatency#PRODUCER} at first. */
        public Builder latencyProducer(String name) {
            this.producer = requireNonNull(name, "name");
            return this;
        }

        /** Sets what being late costs at least, in US dollars; finite and at least 0, 1 at first. */
        public Builder penaltyDollars(double dollars) {
            if (!(dollars >= 0 && dollars < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("penaltyDollars: must be a finite number >= 0, but was " + dollars
                        + ".\nMaybe 0, if only the price counts.");
            }
            this.penaltyDollars = dollars;
            return this;
        }

        /** Sets the time to first token that a request without an objective is held to; 2 s at first, zero for none. */
        public Builder defaultTtft(Duration target) {
            this.defaultTtft = nanos("defaultTtft", target);
            return this;
        }

        /** Sets the time per output token that a request without an objective is held to; 100 ms at first, zero for none. */
        public Builder defaultTpot(Duration target) {
            this.defaultTpot = nanos("defaultTpot", target);
            return this;
        }

        /** Builds the cost. */
        public PredictedDollarsCost build() {
            return new PredictedDollarsCost(this);
        }

        private static long nanos(String name, Duration target) {
            return target.isZero() ? 0 : Times.positiveNanos(name, target, "Maybe zero, for none.");
        }
    }
}
