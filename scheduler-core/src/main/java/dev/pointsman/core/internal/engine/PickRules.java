// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;

/** What a picker's answer must be, and what stands in for it when it is not. */
final class PickRules {
    private PickRules() {}

    /**
     * Checks the positions that a picker wrote.
     *
     * @throws IllegalStateException if there are none or too many, one is no candidate, or one comes twice
     */
    static void check(String picker, int[] picks, int count, int size) {
        if (count < 1 || count > Math.min(picks.length, size)) {
            throw new IllegalStateException("picker " + picker + ": must pick between 1 and "
                    + Math.min(picks.length, size) + " of " + size + " candidates, but picked " + count
                    + ".\nMaybe it returns a position instead of how many it wrote.");
        }
        for (int i = 0; i < count; i++) {
            boolean twice = false;
            for (int j = 0; j < i; j++) {
                twice |= picks[j] == picks[i];
            }
            if (twice || picks[i] < 0 || picks[i] >= size) {
                throw new IllegalStateException("picker " + picker + ": picked position " + picks[i]
                        + (twice ? " twice" : ", but positions go from 0 to " + (size - 1))
                        + ".\nMaybe it writes slots; it must write positions, each at most once.");
            }
        }
    }

    /** Picks the greatest total alone, ties by the draw. */
    static int best(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        int best = 0;
        for (int i = 1; i < candidates.size(); i++) {
            if (totals[i] > totals[best]
                    || (totals[i] == totals[best]
                            && draw.bits(candidates.slot(i)) > draw.bits(candidates.slot(best)))) {
                best = i;
            }
        }
        picks[0] = best;
        return 1;
    }
}
