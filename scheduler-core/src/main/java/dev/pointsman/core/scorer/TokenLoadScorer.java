// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import java.util.Set;

/**
 * Prefers endpoints with little work in flight, in tokens: {@code 1 - min(t, threshold) / threshold}, where t is what is in
 * flight there plus what this request would add there (llm-d's {@code token-load-scorer}).
 *
 * <p>llm-d, and {@link Semantics#LLM_D} here, counts missing tokens as 0. Otherwise the score is missing without the tokens in flight, because nobody knows; and
 * what the request would add is left out for all candidates if it is missing for one of them, because the gap would
 * otherwise look like a cached prompt.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class TokenLoadScorer implements Scorer {
    /** The work from which the score is 0, in tokens, unless told otherwise: 128 requests of 32 Ki tokens. */
    public static final long DEFAULT_THRESHOLD = 4_194_304;

    private final long threshold;
    private final boolean asLlmD;

    /** Scores on the scale of {@value #DEFAULT_THRESHOLD} tokens. */
    public TokenLoadScorer() {
        this(DEFAULT_THRESHOLD);
    }

    /**
     * Scores on a given scale.
     *
     * @param queueThresholdTokens tokens from which the score is 0; at least 1
     * @throws IllegalArgumentException if it is less
     */
    public TokenLoadScorer(long queueThresholdTokens) {
        this(queueThresholdTokens, Semantics.CORRECTED);
    }

    /**
     * Scores on a given scale, in one way or the other.
     *
     * @param queueThresholdTokens tokens from which the score is 0; at least 1
     * @param semantics what missing tokens count as
     * @throws IllegalArgumentException if the threshold is less
     */
    public TokenLoadScorer(long queueThresholdTokens, Semantics semantics) {
        if (queueThresholdTokens < 1) {
            throw new IllegalArgumentException("queueThresholdTokens: must be at least 1, but was "
                    + queueThresholdTokens + ".\nMaybe leave it out; " + DEFAULT_THRESHOLD + " is used then.");
        }
        this.threshold = queueThresholdTokens;
        this.asLlmD = semantics == Semantics.LLM_D;
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.TOKENS, InFlightLoad.REQUEST_TOKENS);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        LongColumn inFlight = cycle.column(InFlightLoad.TOKENS);
        LongColumn added = cycle.column(InFlightLoad.REQUEST_TOKENS);
        double scale = (double) threshold;
        boolean addedCounts = asLlmD || knownForAll(added, candidates);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            long tokens = inFlight.get(slot);
            if (tokens == LongColumn.MISSING && !asLlmD) {
                scores[i] = MISSING;
            } else {
                // In double, because the sum of two longs may not fit a third.
                double work = zeroIfMissing(tokens) + (addedCounts ? zeroIfMissing(added.get(slot)) : 0);
                scores[i] = 1 - Math.min(Math.max(work, 0), scale) / scale;
            }
        }
    }

    private static double zeroIfMissing(long tokens) {
        return tokens == LongColumn.MISSING ? 0 : tokens;
    }

    private static boolean knownForAll(LongColumn column, Candidates candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (column.get(candidates.slot(i)) == LongColumn.MISSING) {
                return false;
            }
        }
        return true;
    }
}
