// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.internal.builtin.Choice;
import java.util.List;
import java.util.Set;

/**
 * Keeps the candidates that have room, {@code weighted-load-filter}: those for which the same sum as {@code weighted-load}
 * adds up is at most a limit, the limit itself included. If none is left the profile finds nothing, and a host that queues
 * tries again later (the capacity of AIBrix's pulling SLO routers). Whoever packs requests, with {@code prefer: most}, needs
 * it in front.
 *
 * <p>A candidate of which a number is missing is kept, or with {@code missing: drop} removed. Immutable and thread-safe.
 * O(candidates * terms), allocates nothing.
 */
public final class WeightedLoadFilter implements Filter {
    private static final String[] DEFAULT_TERMS = {"kv-usage"};
    private static final double DEFAULT_LIMIT = 0.9;

    static final List<ParameterSpec> PARAMETERS = List.of(
            LoadTerms.parameter(DEFAULT_TERMS),
            ParameterSpec.optional(
                    "atMost", ParameterSpec.Type.NUMBER, "0.9", "The greatest sum with which a candidate is kept."),
            ParameterSpec.optional(
                    "missing",
                    ParameterSpec.Type.STRING,
                    "keep",
                    "What becomes of a candidate of which a number is missing: keep or drop."));

    private final LoadTerms terms;
    private final double atMost;
    private final boolean dropMissing;

    WeightedLoadFilter(Parameters parameters) {
        terms = LoadTerms.of(parameters, DEFAULT_TERMS);
        atMost = parameters.number("atMost", DEFAULT_LIMIT, -Double.MAX_VALUE, Double.MAX_VALUE);
        dropMissing = Choice.second(parameters, "missing", "keep", "drop");
    }

    @Override
    public Set<DataKey> consumes() {
        return terms.consumes();
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            double sum = terms.sum(cycle, candidates, i);
            if (sum > atMost || (dropMissing && Double.isNaN(sum))) {
                candidates.remove(i);
            }
        }
    }
}
