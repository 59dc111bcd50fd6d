// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.internal.builtin.Choice;
import java.util.List;
import java.util.Set;

/**
 * Adds up whatever numbers of an endpoint one names, {@code weighted-load}: {@code cost = sum of weight * number}, least wins.
 * It says in one line what others have a policy for: least busy, least utilized, least KV usage over two tiers, least
 * throughput ({@code 2 * prompt + output} tokens), waiting requests that count four times a running one, requests that wait,
 * run and are on their way.
 *
 * <p>With {@code prefer: most} the candidate with the greatest sum has no cost, and any other what it lacks: so that
 * requests are packed where there are some, or a gauge of which more is better counts. A candidate of which a number is
 * missing has a missing cost, or with {@code missing: worst} a prohibitive one.
 *
 * <p>Its unit is the terms'. Immutable and thread-safe. O(candidates * terms), allocates nothing.
 */
public final class WeightedLoadCost extends LoadCost {
    private static final String[] DEFAULT_TERMS = {"waiting-requests", "running-requests"};

    static final List<ParameterSpec> PARAMETERS = List.of(
            LoadTerms.parameter(DEFAULT_TERMS),
            ParameterSpec.optional("prefer", ParameterSpec.Type.STRING, "least", "Which sum is best: least or most."),
            ParameterSpec.optional(
                    "missing",
                    ParameterSpec.Type.STRING,
                    "neutral",
                    "What a candidate counts as of which a number is missing: neutral or worst."),
            SECONDS_PER_UNIT,
            PREFERENCES);

    private final LoadTerms terms;
    private final boolean most;
    private final boolean missingIsWorst;

    WeightedLoadCost(Parameters parameters) {
        super(parameters, secondsPerUnit(parameters));
        terms = LoadTerms.of(parameters, DEFAULT_TERMS);
        most = Choice.second(parameters, "prefer", "least", "most");
        missingIsWorst = Choice.second(parameters, "missing", "neutral", "worst");
    }

    @Override
    public Set<DataKey> consumes() {
        return terms.consumes();
    }

    @Override
    public Set<Signal> signals() {
        return terms.signals();
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        terms.sums(cycle, candidates, loads);
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            // Finite, so that there is a difference from the greatest.
            loads[i] = Math.min(PROHIBITIVE, Math.max(0, loads[i]));
            if (loads[i] > greatest) {
                greatest = loads[i];
            }
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (most) {
                loads[i] = greatest - loads[i];
            }
            if (missingIsWorst && Double.isNaN(loads[i])) {
                loads[i] = PROHIBITIVE;
            }
        }
    }
}
