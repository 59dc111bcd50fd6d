// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.core.internal.builtin.Greatest;
import dev.pointsman.core.internal.builtin.Pool;
import java.util.List;

/**
 * Picks any of the k best totals, all equally likely, {@code top-k-picker}; with {@code within} only of those that are no
 * further than that from the best. Requests decided on the same old signals then spread over what was nearly as good
 * (AIBrix's least-request-top-k picks one of 5 within 4 requests).
 *
 * <p>Totals equal to the k-th best count as well. Fallbacks are the others of these, then the rest, best first.
 * Thread-safe. O(candidates), times the logarithm of k at worst; allocates nothing.
 */
public final class TopKPicker extends RankedPicker {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional("k", ParameterSpec.Type.INTEGER, "5", "How many of the best to draw from.")
                    .between(1, 1000),
            ParameterSpec.optional(
                            "within",
                            ParameterSpec.Type.NUMBER,
                            null,
                            "How far from the best total one may be, in the totals' unit; any distance if left out.")
                    .between(0, 1e300),
            MAX_ENDPOINTS);

    private final int k;
    private final double within;
    private final Pool<Greatest> working = new Pool<>(Greatest::new);

    TopKPicker(Parameters parameters) {
        super(parameters);
        k = (int) parameters.integer("k", 5, 1, 1000);
        within = parameters.number("within", 1e300, 0, 1e300);
    }

    @Override
    public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        Greatest best = working.borrow();
        best.start(k);
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            best.add(totals[i]);
            greatest = Math.max(greatest, totals[i]);
        }
        double least = Math.max(best.last(), greatest - within);
        working.giveBack(best);
        return rank(candidates, totals, draw, picks, wanted(picks), least, 0);
    }

    /** The draw alone orders those that are good enough, and what they lack the others. */
    @Override
    double key(int slot, double total, Draw draw, double least, double range) {
        return total >= least ? 1 + draw.unit(slot) : total - least;
    }

    @Override
    public boolean deterministic() {
        return k == 1;
    }
}
