// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.Picker;

/**
 * Picks the candidates with the greatest keys, in that order; equal keys are ordered by the draw of their slots, which no two
 * slots share.
 *
 * <p>One pass keeps the best so far in the caller's array by insertion. Once the array is full a candidate costs one key and
 * one comparison, unless it is better than the last pick: O(candidates * picks) at worst, near O(candidates) for the few
 * picks of a leg. Keys of picks are computed anew when an insertion needs them, so nothing is allocated.
 */
abstract class RankingPicker implements Picker {
    /** A leg's target and all its fallbacks. */
    static final int DEFAULT_MAX_ENDPOINTS = 1 + Leg.MAX_FALLBACKS;

    private final int maxEndpoints;

    RankingPicker(int maxEndpoints) {
        if (maxEndpoints < 1) {
            throw new IllegalArgumentException("maxNumOfEndpoints: must be at least 1, but was " + maxEndpoints
                    + ".\nMaybe leave it out; a target and " + Leg.MAX_FALLBACKS + " fallbacks are picked then.");
        }
        this.maxEndpoints = maxEndpoints;
    }

    /**
     * Returns what a candidate is ranked by: not NaN, and negative infinity to leave it out unless all are.
     *
     * @param slot the candidate's slot
     * @param total its total
     * @param draw the source of chance
     */
    abstract double key(int slot, double total, Draw draw);

    @Override
    public final int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        int count = pickExcept(Double.NEGATIVE_INFINITY, candidates, totals, draw, picks);
        // If all were left out their keys are equal, and the draw alone decides among them. NaN is equal to no key.
        return count > 0 ? count : pickExcept(Double.NaN, candidates, totals, draw, picks);
    }

    /** Picks among the candidates whose key is not the given one. */
    private int pickExcept(double leftOut, Candidates candidates, double[] totals, Draw draw, int[] picks) {
        int wanted = Math.min(maxEndpoints, picks.length);
        int count = 0;
        double lastKey = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            double key = key(slot, totals[i], draw);
            if (key == leftOut || (count == wanted && key < lastKey)) {
                continue;
            }
            int place = count;
            while (place > 0 && before(slot, key, candidates, totals, draw, picks[place - 1])) {
                place--;
            }
            if (place < wanted) {
                count = Math.min(count + 1, wanted);
                System.arraycopy(picks, place, picks, place + 1, count - 1 - place);
                picks[place] = i;
                int last = picks[count - 1];
                lastKey = key(candidates.slot(last), totals[last], draw);
            }
        }
        return count;
    }

    /** Tells whether a candidate is better than one that was picked. */
    private boolean before(int slot, double key, Candidates candidates, double[] totals, Draw draw, int pick) {
        int pickedSlot = candidates.slot(pick);
        double pickedKey = key(pickedSlot, totals[pick], draw);
        return key > pickedKey || (key == pickedKey && draw.bits(slot) > draw.bits(pickedSlot));
    }
}
