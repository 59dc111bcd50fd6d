// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scores by how much of a request's objectives would be left (llm-d's {@code latency-scorer}).
 *
 * <p><b>Who is scored.</b> Candidates of which both headrooms are at least 0 are, and so are those without a prediction, at
 * headrooms of 0. If there are none, those with no request in flight are. If there are none of these either, only the mildest kind
 * is that occurs: those that miss TPOT alone, or else those that miss TTFT alone, or else those that miss both. All others score 0.
 *
 * <p><b>How.</b> Among those scored, each headroom's size is scaled from 0 (least) to 1 (greatest); 0.5 if all are equal, and then
 * the other one gets its weight. With {@code c} the weighted sum,
 *
 * <pre>{@code
 * score = (trunc((1 - c) * 100) + 1) / 100    to pack endpoints: least headroom, or the least missed
 * score = (trunc(c * 100) + 1) / 100          with Selection.MOST, where objectives are kept
 * }</pre>
 *
 * <p>cut to 1. Products and sums are taken in that order, TTFT first, so that the truncation falls as it does in llm-d.
 *
 * <p><b>Without any prediction</b> the score is {@code round(100 * (wk * (1 - kv) + wq * q + wp * p)) / 100} of the used share of
 * the KV cache, the engine's queue relative to the longest ({@code (max - queue) / max}, 1 if no queue is longer than 0) and the
 * cached share of the prompt, with weights that add up to 1. llm-d counts what is missing there as 0, so that an endpoint that
 * reports nothing has an empty cache and no queue. Here a missing part counts as neutral, and the score is missing if all three
 * are; {@link Builder#missingCountsAsZero} turns to llm-d's rule, and so does a configuration
 * with llm-d's semantics. Blocks that are cached count alike here; with that rule they are weighted by their tier, where the prefix
 * producer does so, and their sum is cut to a whole number.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class LatencyScorer implements Scorer {
    private static final int SCORED = 0;
    private static final int IDLE = 1;
    private static final int MISSES_TPOT = 2;
    private static final int MISSES_TTFT = 3;
    private static final int MISSES_BOTH = 4;
    private static final int KINDS = 5;

    private final PredictedLatency keys;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final @Nullable DoubleColumnKey weightedKey;
    private final double ttftWeight;
    private final double tpotWeight;
    private final Selection selection;
    private final double kvWeight;
    private final double queueWeight;
    private final double prefixWeight;
    private final double missing;

    private LatencyScorer(Builder builder) {
        keys = PredictedLatency.of(builder.latencyProducer);
        matchKey = PrefixMatch.of(builder.prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(builder.prefixProducer);
        weightedKey = builder.missingCountsAsZero ? PrefixMatch.weightedBlocks(builder.prefixProducer) : null;
        double headrooms = builder.ttftWeight + builder.tpotWeight;
        ttftWeight = builder.ttftWeight / headrooms;
        tpotWeight = builder.tpotWeight / headrooms;
        selection = builder.selection;
        double parts = builder.kvWeight + builder.queueWeight + builder.prefixWeight;
        kvWeight = builder.kvWeight / parts;
        queueWeight = builder.queueWeight / parts;
        prefixWeight = builder.prefixWeight / parts;
        missing = builder.missingCountsAsZero ? 0 : MISSING;
    }

    /** Starts a scorer with llm-d's defaults: TTFT 0.8, TPOT 0.2, least headroom first. */
    public static Builder builder() {
        return new Builder();
    }

    /** Which endpoint is best among those that keep the objectives. */
    public enum Selection {
        /** The one with the least headroom, so that others stay free for harder requests. */
        LEAST,
        /** The one with the most headroom. */
        MOST
    }

    /** Returns what the scores without any prediction come from; predictions come from much the same. */
    @Override
    public Set<Signal> signals() {
        return Set.of(Signal.KV_USAGE, Signal.WAITING_REQUESTS);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(keys.ttftHeadroom(), keys.tpotHeadroom(), InFlightLoad.REQUESTS);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return weightedKey == null ? Set.of(matchKey, blocksKey) : Set.of(matchKey, blocksKey, weightedKey);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        LongColumn ttft = cycle.column(keys.ttftHeadroom());
        LongColumn tpot = cycle.column(keys.tpotHeadroom());
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        boolean predicted = false;
        int best = KINDS;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            predicted |= ttft.has(slot);
            best = Math.min(best, kind(slot, ttft, tpot, requests));
        }
        if (!predicted) {
            composite(cycle, candidates, scores);
        } else {
            headrooms(candidates, best, ttft, tpot, requests, scores);
        }
    }

    private static int kind(int slot, LongColumn ttft, LongColumn tpot, LongColumn requests) {
        long first = zeroIfMissing(ttft, slot);
        long next = zeroIfMissing(tpot, slot);
        if (first >= 0 && next >= 0) {
            return SCORED;
        }
        if (zeroIfMissing(requests, slot) <= 0) {
            return IDLE;
        }
        if (first >= 0) {
            return MISSES_TPOT;
        }
        return next >= 0 ? MISSES_TTFT : MISSES_BOTH;
    }

    private void headrooms(
            Candidates candidates, int kind, LongColumn ttft, LongColumn tpot, LongColumn requests, double[] scores) {
        double minTtft = Double.POSITIVE_INFINITY;
        double maxTtft = 0;
        double minTpot = Double.POSITIVE_INFINITY;
        double maxTpot = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (kind(slot, ttft, tpot, requests) == kind) {
                double first = Math.abs((double) zeroIfMissing(ttft, slot));
                double next = Math.abs((double) zeroIfMissing(tpot, slot));
                minTtft = Math.min(minTtft, first);
                maxTtft = Math.max(maxTtft, first);
                minTpot = Math.min(minTpot, next);
                maxTpot = Math.max(maxTpot, next);
            }
        }
        boolean equalTtft = maxTtft <= minTtft;
        boolean equalTpot = maxTpot <= minTpot;
        double alpha = equalTtft == equalTpot ? ttftWeight : equalTtft ? 0 : 1;
        double beta = equalTtft == equalTpot ? tpotWeight : equalTpot ? 0 : 1;
        boolean most = kind == SCORED && selection == Selection.MOST;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (kind(slot, ttft, tpot, requests) != kind) {
                scores[i] = 0;
                continue;
            }
            double first = scaled(zeroIfMissing(ttft, slot), minTtft, maxTtft);
            double next = scaled(zeroIfMissing(tpot, slot), minTpot, maxTpot);
            double sum = alpha * first + beta * next;
            double hundredths = (most ? sum : 1 - sum) * 100;
            scores[i] = Math.min(1, ((int) hundredths + 1) / 100.0);
        }
    }

    private static double scaled(long headroom, double min, double max) {
        return max > min ? (Math.abs((double) headroom) - min) / (max - min) : 0.5;
    }

    private static long zeroIfMissing(LongColumn column, int slot) {
        long value = column.get(slot);
        return value == LongColumn.MISSING ? 0 : value;
    }

    private void composite(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        PrefixMatch match = cycle.attribute(matchKey);
        LongColumn matched = cycle.column(blocksKey);
        DoubleColumn weighted = weightedKey == null ? null : cycle.column(weightedKey);
        double longest = 0;
        for (int i = 0; i < candidates.size(); i++) {
            longest = Math.max(longest, candidates.metrics(i).waitingRequests());
        }
        for (int i = 0; i < candidates.size(); i++) {
            EndpointMetrics metrics = candidates.metrics(i);
            double kv = Double.isNaN(metrics.kvUsage()) ? missing : metrics.kvUsage();
            double queue = relativeQueue(metrics.waitingRequests(), longest);
            int slot = candidates.slot(i);
            double prefix = missing;
            if (match != null && matched.has(slot)) {
                double blocks =
                        weighted != null && weighted.has(slot) ? Math.floor(weighted.get(slot)) : matched.get(slot);
                prefix = match.totalBlocks() == 0 ? 0 : blocks / match.totalBlocks();
            }
            scores[i] = composite(1 - kv, queue, prefix);
        }
    }

    private double relativeQueue(int waiting, double longest) {
        double queue = waiting < 0 ? missing : waiting;
        if (Double.isNaN(queue)) {
            return MISSING;
        }
        return longest == 0 ? 1 : (longest - queue) / longest;
    }

    private double composite(double free, double queue, double prefix) {
        if (Double.isNaN(free) && Double.isNaN(queue) && Double.isNaN(prefix)) {
            return MISSING;
        }
        double sum = kvWeight * neutralIfMissing(free)
                + queueWeight * neutralIfMissing(queue)
                + prefixWeight * neutralIfMissing(prefix);
        return Math.round(100 * sum) / 100.0;
    }

    private static double neutralIfMissing(double part) {
        return Double.isNaN(part) ? NEUTRAL : part;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String latencyProducer = PredictedLatency.PRODUCER;
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private double ttftWeight = 0.8;
        private double tpotWeight = 0.2;
        private Selection selection = Selection.LEAST;
        private double kvWeight = 1;
        private double queueWeight = 1;
        private double prefixWeight = 1;
        private boolean missingCountsAsZero;

        private Builder() {}

        /** Sets the predicted-latency producer to read; {@value PredictedLatency#PRODUCER} at first. */
        public Builder latencyProducer(String name) {
            this.latencyProducer = requireNonNull(name, "name");
            return this;
        }

        /** Sets the prefix producer to read if nothing is predicted; {@value PrefixMatch#DEFAULT_PRODUCER} at first. */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the weights of the headrooms; 0.8 and 0.2 at first. Only their ratio matters.
         *
         * @param ttft finite, at least 0
         * @param tpot finite, at least 0; not both 0
         */
        public Builder weights(double ttft, double tpot) {
            checkWeights("ttftWeight, tpotWeight", ttft, tpot, 0);
            this.ttftWeight = ttft;
            this.tpotWeight = tpot;
            return this;
        }

        /** Sets which endpoint is best among those that keep the objectives; the one with the least headroom at first. */
        public Builder selection(Selection selection) {
            this.selection = requireNonNull(selection, "selection");
            return this;
        }

        /**
         * Sets the weights of the parts that count if nothing is predicted; 1 each at first. Only their ratios matter.
         *
         * @param kv finite, at least 0
         * @param queue finite, at least 0
         * @param prefix finite, at least 0; not all 0
         */
        public Builder compositeWeights(double kv, double queue, double prefix) {
            checkWeights("compositeKVWeight, compositeQueueWeight, compositePrefixWeight", kv, queue, prefix);
            this.kvWeight = kv;
            this.queueWeight = queue;
            this.prefixWeight = prefix;
            return this;
        }

        /** Counts what is missing as 0, and cached blocks by the weight of their tier, if nothing is predicted, as llm-d does. */
        public Builder missingCountsAsZero() {
            this.missingCountsAsZero = true;
            return this;
        }

        /** Builds the scorer. */
        public LatencyScorer build() {
            return new LatencyScorer(this);
        }

        private static void checkWeights(String names, double a, double b, double c) {
            double sum = a + b + c;
            if (!(a >= 0 && b >= 0 && c >= 0 && sum > 0 && sum < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(names + ": must be finite numbers >= 0, not all 0, but add up to "
                        + sum + ".\nMaybe leave them out; they have defaults.");
            }
        }
    }
}
