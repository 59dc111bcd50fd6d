// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import java.util.List;

/**
 * Draws two candidates and picks the one with the better total, {@code power-of-two-picker}. It spreads nearly as evenly as
 * the best total does (Mitzenmacher, "The power of two choices in randomized load balancing", 2001), and does not herd: when
 * many decide on the same old signals, few of them draw the same two.
 *
 * <p>Each fallback is the better of the last loser and one more candidate drawn. Equal totals go to the one drawn first.
 * Totals of one profile are in one unit for all candidates, so that what is compared always is comparable; where that is in
 * question, a scorer such as {@code kv-usage-or-requests-scorer} settles it for all at once.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class PowerOfTwoPicker extends RankedPicker {
    static final List<ParameterSpec> PARAMETERS = List.of(MAX_ENDPOINTS);

    PowerOfTwoPicker(Parameters parameters) {
        super(parameters);
    }

    @Override
    public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        int wanted = wanted(picks);
        if (picks.length == 1) {
            rank(candidates, totals, draw, picks, 1, 0, 0);
            int second = secondDrawn(candidates, draw, picks[0]);
            if (second >= 0 && totals[second] > totals[picks[0]]) {
                picks[0] = second;
            }
            return 1;
        }
        int drawn = rank(candidates, totals, draw, picks, Math.max(2, wanted), 0, 0);
        for (int i = 1; i < drawn; i++) {
            if (totals[picks[i]] > totals[picks[i - 1]]) {
                int loser = picks[i - 1];
                picks[i - 1] = picks[i];
                picks[i] = loser;
            }
        }
        return Math.min(drawn, wanted);
    }

    private int secondDrawn(Candidates candidates, Draw draw, int first) {
        int second = -1;
        for (int i = 0; i < candidates.size(); i++) {
            if (i != first && (second < 0 || before(candidates, draw, i, second))) {
                second = i;
            }
        }
        return second;
    }

    private boolean before(Candidates candidates, Draw draw, int position, int other) {
        int slot = candidates.slot(position);
        int otherSlot = candidates.slot(other);
        double key = draw.unit(slot);
        double otherKey = draw.unit(otherSlot);
        return key > otherKey || (key == otherKey && draw.bits(slot) > draw.bits(otherSlot));
    }

    /** All that counts at first is the order in which candidates are drawn. */
    @Override
    double key(int slot, double total, Draw draw, double least, double range) {
        return draw.unit(slot);
    }

    @Override
    public boolean deterministic() {
        return false;
    }
}
