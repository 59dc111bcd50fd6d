// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Scorer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prefers the longest cached prefix as long as it is worth it, and else the shortest queue. A candidate is a <em>holder</em> if
 * all of this holds:
 *
 * <ul>
 *   <li>it has some of the prompt cached, more than a share of it, and at least a number of tokens;
 *   <li>the tokens that it does not have are no more than a number;
 *   <li>its requests in flight are at most {@code mean + deviations * s} with the mean and the sample standard deviation (n - 1) over
 *       the candidates.
 * </ul>
 *
 * <p>Holders score above 0.5 and all others at most 0.5. Holders are told apart by their matched blocks, and of equals the one with
 * fewer requests in flight is ahead: {@code 0.5 + 0.5 * (matched + 1 - l) / (total + 1)}; the others by their requests alone: {@code
 * 0.5 * (1 - l)}; and {@code 1 - l} if there is no holder. Here {@code l = requests / (most requests of a candidate + 1)}.
 *
 * <p>The settings make it one or the other of its sources:
 *
 * <ul>
 *   <li>AIBrix's {@code prefix-cache}: one deviation, which is the default (with {@link LoadGateFilter} before it);
 *   <li>SMG's {@code cache_aware}: a least share of 0.5 for matches of text, of 0 for those from events, and no limit of deviations;
 *   <li>the {@code kvaware} and {@code prefixaware} routers of vLLM's production-stack: at most 2,000 tokens uncached, or at least so
 *       many cached, and no limit of deviations.
 * </ul>
 *
 * <p>Without a match to go by, everything is decided by load. The score is missing where the load is not known. Departures: of several
 * with the same match and load the picker's draw decides, and not their place in the list or the size of a tree.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class PrefixAffinityGateScorer implements Scorer {
    static final double DEFAULT_DEVIATIONS = 1;
    static final double NO_DEVIATIONS = Double.POSITIVE_INFINITY;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final double minShare;
    private final long minTokens;
    private final long maxUncachedTokens;
    private final double deviations;

    private PrefixAffinityGateScorer(Builder builder) {
        matchKey = PrefixMatch.of(builder.prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(builder.prefixProducer);
        minShare = builder.minShare;
        minTokens = builder.minTokens;
        maxUncachedTokens = builder.maxUncachedTokens;
        deviations = builder.deviations;
    }

    /** Starts a scorer with AIBrix's settings. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(matchKey, blocksKey, InFlightLoad.REQUESTS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        LongColumn load = cycle.column(InFlightLoad.REQUESTS);
        PrefixMatch match = cycle.attribute(matchKey);
        int size = candidates.size();
        double most = 0;
        double total = 0;
        int known = 0;
        for (int i = 0; i < size; i++) {
            long requests = load.get(candidates.slot(i));
            if (requests != LongColumn.MISSING) {
                most = Math.max(most, (double) requests);
                total += requests;
                known++;
            }
        }
        double limit = limit(candidates, load, known, total / known);
        LongColumn matched = cycle.column(blocksKey);
        boolean anyHolder = false;
        for (int i = 0; i < size; i++) {
            int slot = candidates.slot(i);
            anyHolder |= holder(match, matched.get(slot), load.get(slot), limit);
        }
        for (int i = 0; i < size; i++) {
            int slot = candidates.slot(i);
            long requests = load.get(slot);
            if (requests == LongColumn.MISSING) {
                scores[i] = MISSING;
                continue;
            }
            double idle = 1 - requests / (most + 1);
            long blocks = matched.get(slot);
            if (match != null && holder(match, blocks, requests, limit)) {
                scores[i] = 0.5 + 0.5 * (blocks + idle) / (match.totalBlocks() + 1.0);
            } else {
                scores[i] = anyHolder ? 0.5 * idle : idle;
            }
        }
    }

    private double limit(Candidates candidates, LongColumn load, int known, double mean) {
        if (deviations == NO_DEVIATIONS) {
            return Double.POSITIVE_INFINITY;
        }
        double squares = 0;
        for (int i = 0; i < candidates.size(); i++) {
            long requests = load.get(candidates.slot(i));
            if (requests != LongColumn.MISSING) {
                squares += (requests - mean) * (requests - mean);
            }
        }
        double deviation = known < 2 ? 0 : Math.sqrt(squares / (known - 1));
        return mean + deviations * deviation;
    }

    private boolean holder(@Nullable PrefixMatch match, long blocks, long requests, double limit) {
        if (match == null || blocks <= 0 || requests == LongColumn.MISSING || requests > limit) {
            return false;
        }
        long tokens = blocks * match.blockSize();
        return blocks > minShare * match.totalBlocks()
                && tokens >= minTokens
                && (long) match.totalBlocks() * match.blockSize() - tokens <= maxUncachedTokens;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private double minShare;
        private long minTokens;
        private long maxUncachedTokens = Long.MAX_VALUE;
        private double deviations = DEFAULT_DEVIATIONS;

        private Builder() {}

        /** Sets the prefix producer to read; {@value PrefixMatch#DEFAULT_PRODUCER} at first. */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /** Sets the share of the prompt of which more must be cached; 0 to 1, 0 at first. */
        public Builder minShare(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("minShare: must be between 0 and 1, but was " + share
                        + ".\nMaybe it is a percentage; divide it by 100.");
            }
            this.minShare = share;
            return this;
        }

        /** Sets how many tokens must be cached; at least 0, 0 at first. */
        public Builder minTokens(long tokens) {
            this.minTokens = atLeastZero("minTokens", tokens);
            return this;
        }

        /** Sets how many tokens may be uncached; at least 0, any number at first. */
        public Builder maxUncachedTokens(long tokens) {
            this.maxUncachedTokens = atLeastZero("maxUncachedTokens", tokens);
            return this;
        }

        /**
         * Sets how far above the mean a holder's requests may be.
         *
         * @param deviations in standard deviations, also below 0; 1 at first, infinity for any number of requests
         */
        public Builder loadDeviations(double deviations) {
            if (Double.isNaN(deviations)) {
                throw new IllegalArgumentException(
                        "loadDeviations: must be a number, but was NaN.\nMaybe 1, which is the default.");
            }
            this.deviations = deviations;
            return this;
        }

        private static long atLeastZero(String name, long tokens) {
            if (tokens < 0) {
                throw new IllegalArgumentException(name + ": must be at least 0 tokens, but was " + tokens
                        + ".\nMaybe leave it out for no limit.");
            }
            return tokens;
        }

        /** Builds the scorer. */
        public PrefixAffinityGateScorer build() {
            return new PrefixAffinityGateScorer(this);
        }
    }
}
