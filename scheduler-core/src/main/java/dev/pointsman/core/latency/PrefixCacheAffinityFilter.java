// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.config.Semantics;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the candidates that have most of the prompt cached, unless waiting for them would take too long (llm-d's {@code
 * prefix-cache-affinity-filter}).
 *
 * <p>A candidate is <em>sticky</em> if it has at least a threshold share of the prompt's blocks cached. If there are sticky ones
 * only these are kept, but for three cases in which all are: a chance, to try others; a best sticky candidate whose time to first
 * token is worse than that of the best other one by more than a penalty; a single candidate.
 *
 * <p>The time to first token is the predicted one, without which an endpoint counts as the slowest possible; or, with a given
 * {@linkplain Builder#peakPrefillThroughput prefill throughput} of every endpoint, the tokens in flight over it, where none known
 * are none. llm-d's throughput, 15,928 tokens a second, is that of a Qwen model of 32 billion parameters on two H100: in a fleet of
 * other or unlike chips use {@link Source#PREDICTED}.
 *
 * <p>Blocks count alike wherever they lie. If the producer knows in which tier that is, llm-d weights them by it and cuts the sum to
 * a whole number, so that a prompt that lies in host memory may not be sticky there; here what is cheap to bring back is cached.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates at most one small object.
 */
public final class PrefixCacheAffinityFilter implements Filter {
    static final double DEFAULT_THRESHOLD = 0.8;
    static final double DEFAULT_PENALTY_MILLIS = 18_000;
    static final double DEFAULT_THROUGHPUT = 15_928;

    private static final String PURPOSE = "prefix-cache-affinity-filter";
    private static final double NANOS_PER_MILLI = 1e6;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final @Nullable DoubleColumnKey weightedKey;
    private final LongColumnKey ttftKey;
    private final double threshold;
    private final double explorationProbability;
    private final double maxPenaltyMillis;
    private final Source source;
    private final double throughput;

    private PrefixCacheAffinityFilter(Builder builder) {
        matchKey = PrefixMatch.of(builder.prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(builder.prefixProducer);
        weightedKey = builder.semantics == Semantics.LLM_D ? PrefixMatch.weightedBlocks(builder.prefixProducer) : null;
        ttftKey = PredictedLatency.of(builder.latencyProducer).ttft();
        threshold = builder.threshold;
        explorationProbability = builder.explorationProbability;
        maxPenaltyMillis = builder.maxPenaltyMillis;
        source = builder.source;
        throughput = builder.throughput;
    }

    /** Starts a filter with llm-d's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where times to first token come from. */
    public enum Source {
        /** Tokens in flight over one prefill throughput. */
        PREFILL_THROUGHPUT,
        /** A predicted-latency producer. */
        PREDICTED
    }

    @Override
    public Set<DataKey> consumes() {
        if (maxPenaltyMillis == 0) {
            return Set.of(matchKey, blocksKey);
        }
        return Set.of(matchKey, blocksKey, source == Source.PREDICTED ? ttftKey : InFlightLoad.TOKENS);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return weightedKey == null ? Set.of() : Set.of(weightedKey);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        PrefixMatch match = cycle.attribute(matchKey);
        if (threshold <= 0 || candidates.size() <= 1 || match == null || match.totalBlocks() == 0) {
            return;
        }
        LongColumn matched = cycle.column(blocksKey);
        DoubleColumn weighted = weightedKey == null ? null : cycle.column(weightedKey);
        int sticky = 0;
        for (int i = 0; i < candidates.size(); i++) {
            sticky += sticky(match, candidates.slot(i), matched, weighted) ? 1 : 0;
        }
        if (sticky == 0
                || sticky == candidates.size()
                || explores(cycle)
                || tooSlow(cycle, candidates, match, matched, weighted)) {
            return;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (!sticky(match, candidates.slot(i), matched, weighted)) {
                candidates.remove(i);
            }
        }
    }

    /** A missing number is negative, and so never sticky. */
    private boolean sticky(PrefixMatch match, int slot, LongColumn matched, @Nullable DoubleColumn weighted) {
        double blocks =
                weighted != null && weighted.has(slot) ? Math.floor(weighted.get(slot)) : (double) matched.get(slot);
        return blocks / match.totalBlocks() >= threshold;
    }

    private boolean explores(SchedulingCycle cycle) {
        return explorationProbability > 0 && cycle.draw().forPurpose(PURPOSE).unit(0) < explorationProbability;
    }

    private boolean tooSlow(
            SchedulingCycle cycle,
            CandidateSet candidates,
            PrefixMatch match,
            LongColumn matched,
            @Nullable DoubleColumn weighted) {
        if (maxPenaltyMillis == 0) {
            return false;
        }
        LongColumn times = cycle.column(source == Source.PREDICTED ? ttftKey : InFlightLoad.TOKENS);
        double bestSticky = Double.MAX_VALUE;
        double bestOther = Double.MAX_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            double millis = millis(times.get(slot));
            if (sticky(match, slot, matched, weighted)) {
                bestSticky = Math.min(bestSticky, millis);
            } else {
                bestOther = Math.min(bestOther, millis);
            }
        }
        return bestSticky - bestOther > maxPenaltyMillis;
    }

    private double millis(long value) {
        if (source == Source.PREDICTED) {
            return value == LongColumn.MISSING ? Double.MAX_VALUE : value / NANOS_PER_MILLI;
        }
        return value == LongColumn.MISSING ? 0 : value / throughput * 1000;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private String latencyProducer = PredictedLatency.PRODUCER;
        private double threshold = DEFAULT_THRESHOLD;
        private double explorationProbability;
        private double maxPenaltyMillis = DEFAULT_PENALTY_MILLIS;
        private Source source = Source.PREFILL_THROUGHPUT;
        private double throughput = DEFAULT_THROUGHPUT;
        private Semantics semantics = Semantics.CORRECTED;

        private Builder() {}

        Builder semantics(Semantics semantics) {
            this.semantics = semantics;
            return this;
        }

        /** Sets the prefix producer to read; {@value PrefixMatch#DEFAULT_PRODUCER} at first. */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /** Sets the predicted-latency producer to read; {@value PredictedLatency#PRODUCER} at first. */
        public Builder latencyProducer(String name) {
            this.latencyProducer = requireNonNull(name, "name");
            return this;
        }

        /** Sets the cached share of the prompt from which a candidate is sticky; at most 1, 0.8 at first. 0 and less is off. */
        public Builder affinityThreshold(double share) {
            if (!(share <= 1)) {
                throw new IllegalArgumentException("affinityThreshold: must be at most 1, but was " + share
                        + ".\nMaybe it is a percentage; divide it by 100.");
            }
            this.threshold = share;
            return this;
        }

        /** Sets the probability of keeping all candidates all the same; 0 to 1, 0 at first. */
        public Builder explorationProbability(double probability) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("explorationProbability: must be between 0 and 1, but was "
                        + probability + ".\nMaybe it is a percentage; divide it by 100.");
            }
            this.explorationProbability = probability;
            return this;
        }

        /**
         * Sets how much later a first token may come for the sake of the cache, in milliseconds; finite and at least 0, 18,000 at
         * first. 0 is no limit.
         */
        public Builder maxTtftPenaltyMillis(double millis) {
            if (!(millis >= 0 && millis < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("maxTTFTPenaltyMs: must be a finite number >= 0, but was " + millis
                        + ".\nMaybe 0, for no limit.");
            }
            this.maxPenaltyMillis = millis;
            return this;
        }

        /** Sets where times to first token come from; {@link Source#PREFILL_THROUGHPUT} at first. */
        public Builder source(Source source) {
            this.source = requireNonNull(source, "source");
            return this;
        }

        /** Sets how many tokens of prompts every endpoint reads in a second; 15,928 at first. */
        public Builder peakPrefillThroughput(double tokensPerSecond) {
            this.throughput = tokensPerSecond;
            return this;
        }

        /**
         * Builds the filter.
         *
         * @throws IllegalArgumentException if the prefill throughput is needed and is not finite and above 0
         */
        public PrefixCacheAffinityFilter build() {
            boolean needed = source == Source.PREFILL_THROUGHPUT && maxPenaltyMillis > 0;
            if (needed && !(throughput > 0 && throughput < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("peakPrefillThroughput: must be a finite number > 0, but was "
                        + throughput + ".\nMaybe read predicted times instead, which know the chips.");
            }
            return new PrefixCacheAffinityFilter(this);
        }
    }
}
