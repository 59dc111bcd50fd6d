// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers endpoints that hold more of the prompt's prefix in their KV cache (llm-d's {@code prefix-cache-scorer}). With the
 * weight w of the match length and its scale S in tokens,
 *
 * <pre>{@code
 * score = (1 - w) * matched / total + w * min(1, matched * blockSize / S)^2
 * }</pre>
 *
 * <p>The first part is the share of the prompt that is cached; the second tells a long match from a short one of the same
 * share, and is off unless {@linkplain #withMatchLength asked for}. A prompt of no blocks scores 0 everywhere.
 *
 * <p>If the producer knows in which tier blocks lie, {@code matched} is weighted by it ({@link PrefixMatch#weightedBlocks}).
 *
 * <p><b>Departures from llm-d</b>, unless {@link Semantics#LLM_D} is asked for. llm-d cuts the weighted sum to a whole number,
 * so that one block in host memory counts for nothing there. llm-d gives 0 to an endpoint without match information;
 * otherwise the score is missing, because a producer reports every candidate, and one that it does not report is not known
 * to be cold.
 *
 * <pre>{@code
 * Scorer scorer = new PrefixCacheScorer().readingFrom("precise-prefix-cache-producer").withMatchLength(0.5, 8192);
 * }</pre>
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class PrefixCacheScorer implements Scorer {
    /** The match length that counts in full, in tokens, unless told otherwise. */
    public static final int DEFAULT_SCALE_TOKENS = 8192;

    private final String producer;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final DoubleColumnKey weightedKey;
    private final double lengthWeight;
    private final int scaleTokens;
    private final boolean asLlmD;

    /** Scores the cached share of the prompt, as {@value PrefixMatch#DEFAULT_PRODUCER} sees it. */
    public PrefixCacheScorer() {
        this(Semantics.CORRECTED);
    }

    /**
     * Scores the cached share of the prompt, as {@value PrefixMatch#DEFAULT_PRODUCER} sees it.
     *
     * @param semantics what an endpoint without match information scores, and whether a weighted sum is cut
     */
    public PrefixCacheScorer(Semantics semantics) {
        this(PrefixMatch.DEFAULT_PRODUCER, 0, DEFAULT_SCALE_TOKENS, semantics == Semantics.LLM_D);
    }

    private PrefixCacheScorer(String producer, double lengthWeight, int scaleTokens, boolean asLlmD) {
        this.producer = producer;
        this.matchKey = PrefixMatch.of(producer);
        this.blocksKey = PrefixMatch.matchedBlocks(producer);
        this.weightedKey = PrefixMatch.weightedBlocks(producer);
        this.lengthWeight = lengthWeight;
        this.scaleTokens = scaleTokens;
        this.asLlmD = asLlmD;
    }

    /**
     * Returns the same scorer that reads another producer's matches.
     *
     * @param producer the prefix producer's name
     */
    public PrefixCacheScorer readingFrom(String producer) {
        return new PrefixCacheScorer(producer, lengthWeight, scaleTokens, asLlmD);
    }

    /**
     * Returns the same scorer with a part for the absolute length of the match.
     *
     * @param weight the part's weight; 0 (off) to 1 (nothing else counts)
     * @param scaleTokens matched tokens that count in full; at least 1 unless the weight is 0
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public PrefixCacheScorer withMatchLength(double weight, int scaleTokens) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("matchLengthWeight: must be between 0 and 1, but was " + weight
                    + ".\nMaybe it is meant as the scorer's weight, which a profile sets.");
        }
        if (weight > 0 && scaleTokens < 1) {
            throw new IllegalArgumentException("matchLengthScaleTokens: must be at least 1 with a matchLengthWeight of "
                    + weight + ", but was " + scaleTokens + ".\nMaybe leave it out; " + DEFAULT_SCALE_TOKENS
                    + " is used then.");
        }
        return new PrefixCacheScorer(producer, weight, scaleTokens, asLlmD);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(matchKey, blocksKey);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(weightedKey);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        PrefixMatch match = cycle.attribute(matchKey);
        LongColumn matched = cycle.column(blocksKey);
        DoubleColumn weighted = cycle.column(weightedKey);
        for (int i = 0; i < candidates.size(); i++) {
            if (match == null) {
                scores[i] = unknown();
            } else {
                int slot = candidates.slot(i);
                long blocks = matched.get(slot);
                double known = blocks == LongColumn.MISSING ? MISSING : blocks;
                double weight = weighted.get(slot);
                double counted = asLlmD ? Math.floor(weight) : weight;
                scores[i] = score(match, Double.isNaN(counted) ? known : counted);
            }
        }
    }

    private double unknown() {
        return asLlmD ? 0 : MISSING;
    }

    private double score(PrefixMatch match, double matched) {
        if (match.totalBlocks() == 0) {
            return 0;
        }
        if (Double.isNaN(matched)) {
            return unknown();
        }
        double share = matched / match.totalBlocks();
        if (lengthWeight == 0) {
            return share;
        }
        double length = Math.min(1, matched * match.blockSize() / scaleTokens);
        return (1 - lengthWeight) * share + lengthWeight * length * length;
    }
}
