// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import java.util.List;

/**
 * Picks candidates at random, better ones more often, {@code softmax-picker}: with s = (total - least) / (greatest - least),
 * each has the chance {@code exp(s / temperature) / sum of all}, and each fallback the same among those that remain. A
 * temperature of 0, the default, always picks the best, ties by the draw; the higher it is, the more evenly it spreads (the
 * choice of NVIDIA Dynamo's KV router).
 *
 * <p>Totals are brought to [0, 1] by their range, so that a temperature means the same for scores, seconds and blocks. What
 * costs as good as infinitely much has no part in the range and is picked only when all else is, for it would make all
 * others look alike.
 *
 * <p>Each candidate's key is {@code s / temperature} plus its own Gumbel-distributed number; the greatest keys then are a
 * sample of those chances (Gumbel-max; Yellott, 1977). Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class SoftmaxPicker extends RankedPicker {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                            "temperature",
                            ParameterSpec.Type.NUMBER,
                            "0",
                            "How evenly to spread, in ranges of the totals; 0 picks the best.")
                    .between(0, 1e6),
            MAX_ENDPOINTS);

    /** What costs more counts as infinite; the engine caps costs at ten times this. */
    private static final double HOPELESS = -1e299;

    /** What is colder would divide every difference to infinity, and make all but the worst alike. */
    private static final double COLDEST = 1e-300;

    private final double temperature;

    SoftmaxPicker(Parameters parameters) {
        super(parameters);
        double given = parameters.number("temperature", 0, 0, 1e6);
        temperature = given < COLDEST ? 0 : given;
    }

    @Override
    public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            if (totals[i] > HOPELESS) {
                least = Math.min(least, totals[i]);
                greatest = Math.max(greatest, totals[i]);
            }
        }
        return rank(candidates, totals, draw, picks, wanted(picks), least, Math.max(0, greatest - least));
    }

    @Override
    double key(int slot, double total, Draw draw, double least, double range) {
        if (temperature == 0) {
            return total;
        }
        if (total <= HOPELESS) {
            return Double.NEGATIVE_INFINITY; // Among each other the draw decides.
        }
        double scaled = range > 0 ? (total - least) / range / temperature : 0;
        // In (0, 1), so that neither logarithm is infinite; half a step more would round the greatest up to 1.
        double uniform = draw.unit(slot) + 0x1.0p-55;
        return scaled - Math.log(-Math.log(uniform));
    }

    @Override
    public boolean deterministic() {
        return temperature == 0;
    }
}
