// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.cycle.Draw;

/**
 * Picks the candidates with the greatest totals, and so the least costs in a cost profile (llm-d's {@code
 * max-score-picker}). Ties are broken by the draw.
 *
 * <p>llm-d, and a configuration with its semantics, lists one endpoint unless told otherwise; here it is up to four, a target
 * and three fallbacks, because a dispatch can then move on without being scheduled again.
 *
 * <p>Immutable and thread-safe. O(candidates) for the few picks of a leg, allocates nothing.
 */
public final class MaxScorePicker extends RankingPicker {
    /** Picks a target and as many fallbacks as a leg has. */
    public MaxScorePicker() {
        this(DEFAULT_MAX_ENDPOINTS);
    }

    /**
     * Picks up to a given number of endpoints.
     *
     * @param maxEndpoints the target and its fallbacks together; at least 1, which means no fallbacks
     * @throws IllegalArgumentException if it is less
     */
    public MaxScorePicker(int maxEndpoints) {
        super(maxEndpoints);
    }

    @Override
    double key(int slot, double total, Draw draw) {
        return total;
    }
}
