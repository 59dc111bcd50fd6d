// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.internal.builtin.Times;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Keeps requests with those who hold their prefix, and has a prefix that has become too popular for its holders copied to others
 * (after Preble, ICLR 2025). Put it before the scorers, of which one should go by load.
 *
 * <ul>
 *   <li><b>Explore.</b> Candidates that hold more than a share of the prompt (half: less is to compute than to reuse) are its holders.
 *       If there are none, all candidates are kept.
 *   <li><b>Exploit.</b> If there are, only they are kept, and the scorers find the cheapest of them.
 *   <li><b>Replicate.</b> If the prompt's beginning was dispatched often enough lately, and the least loaded holder has at least
 *       {@code ratio} times the requests in flight of the least loaded other candidate, and at least {@code minSpread} more, then it is
 *       these others, the least loaded, that are kept: one of them computes the prefix and is a holder from then on. So holders grow
 *       by one a time, and only while they are the busier ones; with a most number of replicas, up to it.
 * </ul>
 *
 * <p>How often a prefix is asked for is counted in a table of fixed size, by the hash of the prompt's beginning, and halves with every
 * half-life; nothing is kept by endpoint, so an endpoint that leaves takes nothing with it. Without match information all are kept;
 * without load nothing is replicated, and candidates whose load is not known are not chosen as new holders.
 *
 * <p><b>Departures.</b> Preble compares its own estimates of seconds of work over three minutes; here load is the requests in flight,
 * which the scheduler counts, and what costs less is the scorers' to say. Preble moves the cheapest prefixes away first, and copies
 * one only if it alone is too much for its endpoint; here only prefixes that are hot by themselves are copied, and moving the others is
 * {@link LoadGateFilter}'s work.
 *
 * <p>Thread-safe and lock-free. O(candidates), allocates nothing, and one small object a dispatch.
 */
public final class HotPrefixReplicationFilter implements Filter, SchedulingObserver {
    static final double DEFAULT_SHARE = 0.5;
    static final double DEFAULT_RATIO = 1.5;
    static final long DEFAULT_MIN_SPREAD = 2;
    static final long DEFAULT_MIN_REQUESTS = 50;
    static final Duration DEFAULT_HALF_LIFE = Duration.ofMinutes(3);
    static final int DEFAULT_CAPACITY = 4096;
    static final int MOST_CAPACITY = 1 << 24;

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final AffinityKey head;
    private final double share;
    private final double ratio;
    private final long minSpread;
    private final long minRequests;
    private final int maxReplicas;
    private final HotPrefixes popular;

    private HotPrefixReplicationFilter(Builder builder) {
        matchKey = PrefixMatch.of(builder.prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(builder.prefixProducer);
        head = AffinityKey.prompt(builder.prefixTokens);
        share = builder.share;
        ratio = builder.ratio;
        minSpread = builder.minSpread;
        minRequests = builder.minRequests;
        maxReplicas = builder.maxReplicas;
        popular = new HotPrefixes(builder.capacity, builder.halfLifeNanos);
    }

    /** Starts a filter with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> consumes() {
        Set<DataKey> keys = new LinkedHashSet<>();
        keys.add(matchKey);
        keys.add(blocksKey);
        keys.add(InFlightLoad.REQUESTS);
        return keys;
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        PrefixMatch match = cycle.attribute(matchKey);
        if (match == null || candidates.size() < 2) {
            return;
        }
        double least = share * match.totalBlocks();
        LongColumn matched = cycle.column(blocksKey);
        LongColumn load = cycle.column(InFlightLoad.REQUESTS);
        int holders = 0;
        long holderLoad = Long.MAX_VALUE;
        long otherLoad = Long.MAX_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            boolean holds = matched.get(slot) > least;
            long requests = load.get(slot);
            holders += holds ? 1 : 0;
            if (holds) {
                // A missing load is the least long, and so keeps what holds it from being copied.
                holderLoad = Math.min(holderLoad, requests);
            } else if (requests != LongColumn.MISSING) {
                otherLoad = Math.min(otherLoad, requests);
            }
        }
        if (holders == 0) {
            return;
        }
        boolean replicate = holders < maxReplicas
                && otherLoad != Long.MAX_VALUE
                && holderLoad >= ratio * otherLoad
                && holderLoad >= otherLoad + minSpread
                && hot(cycle);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            boolean holds = matched.get(slot) > least;
            if (replicate ? holds || load.get(slot) != otherLoad : !holds) {
                candidates.remove(i);
            }
        }
    }

    private boolean hot(SchedulingCycle cycle) {
        long prefix = head.hash(cycle);
        return prefix != AffinityKey.NONE && popular.count(prefix, cycle.now()) >= minRequests;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        long prefix = head.hash(cycle);
        if (prefix != AffinityKey.NONE) {
            popular.add(prefix, cycle.now());
        }
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private int prefixTokens = AffinityKey.DEFAULT_PREFIX_TOKENS;
        private double share = DEFAULT_SHARE;
        private double ratio = DEFAULT_RATIO;
        private long minSpread = DEFAULT_MIN_SPREAD;
        private long minRequests = DEFAULT_MIN_REQUESTS;
        private int maxReplicas = Integer.MAX_VALUE;
        private int capacity = DEFAULT_CAPACITY;
        private long halfLifeNanos = DEFAULT_HALF_LIFE.toNanos();

        private Builder() {}

        /** Sets the prefix producer to read; {@value PrefixMatch#DEFAULT_PRODUCER} at first. */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /** Sets by how many tokens of the prompt's beginning its popularity is counted; at least 1, 256 at first. */
        public Builder prefixTokens(int tokens) {
            this.prefixTokens = tokens;
            return this;
        }

        /** Sets the share of the prompt of which a holder has more; 0 to 1, 0.5 at first. */
        public Builder holderShare(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("holderShare: must be between 0 and 1, but was " + share
                        + ".\nMaybe it is a percentage; divide it by 100.");
            }
            this.share = share;
            return this;
        }

        /** Sets how many times the load of the others the holders' must be; finite and at least 1, 1.5 at first. */
        public Builder loadRatio(double ratio) {
            if (!(ratio >= 1 && ratio < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("loadRatio: must be a finite number >= 1, but was " + ratio
                        + ".\nMaybe it is meant as what comes on top; add 1.");
            }
            this.ratio = ratio;
            return this;
        }

        /** Sets how many requests more than the others the holders must have; at least 1, 2 at first. */
        public Builder minSpread(long requests) {
            this.minSpread = atLeastOne("minSpread", requests);
            return this;
        }

        /** Sets how often a prefix must have been dispatched lately; at least 1, 50 at first. */
        public Builder minRequests(long requests) {
            this.minRequests = atLeastOne("minRequests", requests);
            return this;
        }

        /** Sets how many may hold a prefix before it is copied no more; at least 1, any number at first. */
        public Builder maxReplicas(int replicas) {
            this.maxReplicas = (int) atLeastOne("maxReplicas", replicas);
            return this;
        }

        /** Sets for how many prefixes there is room, 1 to 2^24; 4096 at first. */
        public Builder capacity(int prefixes) {
            if (prefixes < 1 || prefixes > MOST_CAPACITY) {
                throw new IllegalArgumentException("capacity: must be between 1 and " + MOST_CAPACITY + ", but was "
                        + prefixes + ".\nMaybe leave it out; " + DEFAULT_CAPACITY + " is used then.");
            }
            this.capacity = prefixes;
            return this;
        }

        /** Sets after what time a prefix counts half; positive, 3 minutes at first. */
        public Builder halfLife(Duration time) {
            this.halfLifeNanos = Times.positiveNanos(
                    "halfLife", time, "Maybe leave it out; " + DEFAULT_HALF_LIFE + " is used then.");
            return this;
        }

        private static long atLeastOne(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        name + ": must be at least 1, but was " + value + ".\nMaybe leave it out; there is a default.");
            }
            return value;
        }

        /** Builds the filter. */
        public HotPrefixReplicationFilter build() {
            return new HotPrefixReplicationFilter(this);
        }
    }
}
