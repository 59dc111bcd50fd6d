// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.cycle.Draw;

/**
 * Picks any candidates, all equally likely, whatever their totals (llm-d's {@code random-picker}).
 *
 * <p>llm-d, and a configuration with its semantics, lists one endpoint unless told otherwise; here it is up to four, as
 * in {@link MaxScorePicker}. llm-d draws from a generator that nobody can seed; here the same request and seed pick the
 * same endpoints.
 *
 * <p>Immutable and thread-safe. O(candidates) for the few picks of a leg, allocates nothing.
 */
public final class RandomPicker extends RankingPicker {
    /** Picks a target and as many fallbacks as a leg has. */
    public RandomPicker() {
        this(DEFAULT_MAX_ENDPOINTS);
    }

    /**
     * Picks up to a given number of endpoints.
     *
     * @param maxEndpoints the target and its fallbacks together; at least 1, which means no fallbacks
     * @throws IllegalArgumentException if it is less
     */
    public RandomPicker(int maxEndpoints) {
        super(maxEndpoints);
    }

    /** All are equal, so that the draw of the slots decides; as those are independent, every order is equally likely. */
    @Override
    double key(int slot, double total, Draw draw) {
        return 0;
    }

    @Override
    public boolean deterministic() {
        return false;
    }
}
