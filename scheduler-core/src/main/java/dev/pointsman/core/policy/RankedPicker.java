// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.Picker;

/**
 * Ranks candidates by a key in one pass, by insertion into the caller's array; equal keys are ordered by the draw of their
 * slots, which no two slots share. Keys of those ranked are computed anew when an insertion needs them, so nothing is
 * allocated: O(candidates) for the few picks of a leg.
 */
abstract class RankedPicker implements Picker {
    private static final int DEFAULT_MAX_ENDPOINTS = 1 + Leg.MAX_FALLBACKS;

    static final ParameterSpec MAX_ENDPOINTS = ParameterSpec.optional(
                    "maxNumOfEndpoints",
                    ParameterSpec.Type.INTEGER,
                    Integer.toString(DEFAULT_MAX_ENDPOINTS),
                    "Most endpoints to pick, the target and its fallbacks together; 1 means no fallbacks.")
            .between(1, Integer.MAX_VALUE);

    private final int maxEndpoints;

    RankedPicker(Parameters parameters) {
        maxEndpoints = (int) parameters.integer(MAX_ENDPOINTS.name(), DEFAULT_MAX_ENDPOINTS, 1, Integer.MAX_VALUE);
    }

    /** Returns how many endpoints to pick at most. */
    final int wanted(int[] picks) {
        return Math.min(maxEndpoints, picks.length);
    }

    /**
     * Returns what a candidate is ranked by, greatest first; not NaN.
     *
     * @param slot the candidate's slot
     * @param total its total
     * @param draw the source of chance
     * @param least the least of the totals that count
     * @param range what is between it and the greatest, at least 0
     */
    abstract double key(int slot, double total, Draw draw, double least, double range);

    /**
     * Writes the positions of the candidates with the greatest keys, best first.
     *
     * @param wanted how many at most, no more than {@code picks} has room for
     * @return how many were written
     */
    final int rank(
            Candidates candidates, double[] totals, Draw draw, int[] picks, int wanted, double least, double range) {
        int count = 0;
        double lastKey = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            double key = key(candidates.slot(i), totals[i], draw, least, range);
            if (count == wanted && key < lastKey) {
                continue;
            }
            int place = count;
            while (place > 0) {
                int other = picks[place - 1];
                double otherKey = key(candidates.slot(other), totals[other], draw, least, range);
                if (otherKey > key
                        || (otherKey == key && draw.bits(candidates.slot(other)) > draw.bits(candidates.slot(i)))) {
                    break;
                }
                place--;
            }
            if (place < wanted) {
                count = Math.min(count + 1, wanted);
                System.arraycopy(picks, place, picks, place + 1, count - 1 - place);
                picks[place] = i;
                int last = picks[count - 1];
                lastKey = key(candidates.slot(last), totals[last], draw, least, range);
            }
        }
        return count;
    }
}
