// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.cycle.Draw;

/**
 * Picks candidates at random, each with a chance in proportion to its total (llm-d's {@code weighted-random-picker}). One
 * with a total of 0 is never picked, not even as a fallback, unless all totals are 0; then all are equally likely.
 *
 * <p>Each candidate gets the key {@code U^(1/total)} with its own uniform U, and the greatest keys win; the first pick then
 * has the chance {@code total / sum of totals}, and each further one the same among those that remain (Efraimidis and
 * Spirakis, "Weighted random sampling with a reservoir", 2006, algorithm A-Res). Keys are compared by their logarithm, as
 * the powers of small totals would all be 0.
 *
 * <p>llm-d, and a configuration with its semantics, lists one endpoint unless told otherwise; here it is up to four, as
 * in {@link MaxScorePicker}. llm-d draws from a generator that nobody can seed; here the same request, seed and totals
 * pick the same endpoints.
 *
 * <p>Immutable and thread-safe. O(candidates) for the few picks of a leg, allocates nothing.
 */
public final class WeightedRandomPicker extends RankingPicker {
    /** Picks a target and as many fallbacks as a leg has. */
    public WeightedRandomPicker() {
        this(DEFAULT_MAX_ENDPOINTS);
    }

    /**
     * Picks up to a given number of endpoints.
     *
     * @param maxEndpoints the target and its fallbacks together; at least 1, which means no fallbacks
     * @throws IllegalArgumentException if it is less
     */
    public WeightedRandomPicker(int maxEndpoints) {
        super(maxEndpoints);
    }

    @Override
    double key(int slot, double total, Draw draw) {
        if (total <= 0) {
            return Double.NEGATIVE_INFINITY;
        }
        // 1 - unit is in (0, 1] and exact. The quotient overflows for the tiniest totals only, which must not be left
        // out.
        return Math.max(Math.log(1 - draw.unit(slot)) / total, -Double.MAX_VALUE);
    }

    @Override
    public boolean deterministic() {
        return false;
    }

    @Override
    public boolean acceptsCosts() {
        return false;
    }
}
