// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.Scorer;
import java.util.Set;

/**
 * Prefers endpoints with little work in flight, in tokens: {@code 1 - min(t, threshold) / threshold}, where t is what is in
 * flight there plus what this request would add there (llm-d's {@code token-load-scorer}).
 *
 * <p>llm-d counts missing tokens as 0. Here the score is missing without the tokens in flight, because nobody knows; and
 * what the request would add is left out for all candidates if it is missing for one of them, because the gap would
 * otherwise look like a cached prompt.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class TokenLoadScorer implements Scorer {
    /** The work from which the score is 0, in tokens, unless told otherwise: 128 requests of 32 Ki tokens. */
    public static final long DEFAULT_THRESHOLD = 4_194_304;

    private final long threshold;

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
        if (queueThresholdTokens < 1) {
            throw new IllegalArgumentException("queueThresholdTokens: must be at least 1, but was "
                    + queueThresholdTokens + ".\nMaybe leave it out; " + DEFAULT_THRESHOLD + " is used then.");
        }
        this.threshold = queueThresholdTokens;
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
        boolean addedKnown = knownForAll(added, candidates);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            long tokens = inFlight.get(slot);
            if (tokens == LongColumn.MISSING) {
                scores[i] = MISSING;
            } else {
                // In double, because the sum of two longs may not fit a third.
                double work = (double) tokens + (addedKnown ? (double) added.get(slot) : 0);
                scores[i] = 1 - Math.min(Math.max(work, 0), scale) / scale;
            }
        }
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
