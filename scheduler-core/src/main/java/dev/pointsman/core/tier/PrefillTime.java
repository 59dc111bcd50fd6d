// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import dev.pointsman.accel.cost.Predictor;

/** Tells how long it takes to read some tokens of a prompt after others that are cached. */
@FunctionalInterface
public interface PrefillTime {
    /**
     * Returns the seconds on an idle engine.
     *
     * @param newTokens tokens to be read, at least 0
     * @param cachedTokens tokens before them, at least 0
     */
    double seconds(long newTokens, long cachedTokens);

    /** Returns a constant rate, whatever the length. */
    static PrefillTime atRate(double tokensPerSecond) {
        Amounts.positive("tokensPerSecond", tokensPerSecond);
        return (newTokens, cachedTokens) -> newTokens / tokensPerSecond;
    }

    /** Returns what a cost model predicts. */
    static PrefillTime predicted(Predictor predictor) {
        return (newTokens, cachedTokens) ->
                predictor.prefill(newTokens, cachedTokens).estimate();
    }
}
