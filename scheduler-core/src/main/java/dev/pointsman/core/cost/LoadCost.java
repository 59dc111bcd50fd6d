// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.Scorer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all loads of this package have in common: they are costs in a cost profile, and scores in one of weighted scores.
 *
 * <p>A subclass writes a load for each candidate. {@linkplain Preferences Preferred} endpoints have theirs multiplied. The
 * cost is the load times what a unit of it is worth; the score is {@code (greatest - load) / (greatest - least)}, 1 if all
 * are equal. A load that is missing stays missing and has no part in the least and the greatest; nor has one that is
 * {@linkplain #PROHIBITIVE prohibitive}, which scores 0.
 *
 * <p>Thread-safe if the subclass is. Adds O(candidates) to it, and allocates nothing.
 */
abstract class LoadCost implements CostScorer, Scorer {
    /** A load that only other prohibitive ones are equal to: what the engine counts an infinite cost as. */
    static final double PROHIBITIVE = 1e300;

    /** A parameter of loads that are not in seconds. */
    static final ParameterSpec SECONDS_PER_UNIT = ParameterSpec.optional(
                    "secondsPerUnit",
                    ParameterSpec.Type.NUMBER,
                    "1",
                    "Seconds that one unit is worth beside other costs of a cost profile; without effect on scores.")
            .between(1e-12, 1e12);

    /** A parameter of all loads. */
    static final ParameterSpec PREFERENCES = Preferences.PARAMETER;

    private final Preferences preferences;
    private final double unit;

    /** Makes a load that is in seconds. */
    LoadCost(Parameters parameters) {
        this(parameters, 1);
    }

    /**
     * Makes a load of another unit.
     *
     * @param unit seconds that one unit is worth in a cost profile; above 0
     */
    LoadCost(Parameters parameters, double unit) {
        this.preferences = Preferences.of(parameters);
        this.unit = unit;
    }

    static double secondsPerUnit(Parameters parameters) {
        return parameters.number("secondsPerUnit", 1, 1e-12, 1e12);
    }

    /**
     * Writes one load for each candidate: at least 0, less is better, NaN if nobody knows.
     *
     * @param loads NaN at first
     */
    abstract void load(SchedulingCycle cycle, Candidates candidates, double[] loads);

    @Override
    public final void cost(SchedulingCycle cycle, Candidates candidates, double[] costs) {
        load(cycle, candidates, costs);
        preferences.apply(candidates, costs);
        for (int i = 0; i < candidates.size(); i++) {
            costs[i] = costs[i] >= PROHIBITIVE ? PROHIBITIVE : Math.min(costs[i] * unit, PROHIBITIVE);
        }
    }

    @Override
    public final void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        load(cycle, candidates, scores);
        preferences.apply(candidates, scores);
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            // Comparisons with NaN are false, so a missing load moves neither end.
            if (scores[i] < PROHIBITIVE) {
                least = Math.min(least, scores[i]);
                greatest = Math.max(greatest, scores[i]);
            }
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (scores[i] >= PROHIBITIVE) {
                scores[i] = 0;
            } else if (!Double.isNaN(scores[i])) {
                scores[i] = greatest > least ? (greatest - scores[i]) / (greatest - least) : 1;
            }
        }
    }

    /**
     * Endpoints that are to look cheaper or dearer than they are, by label: the load of one is multiplied by {@code 1 -
     * preference} for each preference that it meets, as Dynamo does for preferred taints. With 0.85 it looks like 15 of 100, with
     * -0.25 like 125.
     *
     * <p>Immutable and thread-safe. O(candidates * preferences), allocates nothing.
     */
    private static final class Preferences {
        private static final ParameterSpec PARAMETER = ParameterSpec.objects(
                "preferences",
                "Endpoints whose load is multiplied by 1 - preference: a list of label, value (any if left out) and"
                        + " preference (at most 1).",
                ParameterSpec.required("label", ParameterSpec.Type.STRING, "The label that an endpoint has."),
                ParameterSpec.optional("value", ParameterSpec.Type.STRING, null, "Its value; any if left out."),
                ParameterSpec.required("preference", ParameterSpec.Type.NUMBER, "At most 1; below 0 makes it dearer.")
                        .between(-1e9, 1));

        private final List<Preference> preferences;

        private Preferences(List<Preference> preferences) {
            this.preferences = preferences;
        }

        static Preferences of(Parameters parameters) {
            return new Preferences(parameters.objects(PARAMETER.name()).stream()
                    .map(Preferences::preference)
                    .toList());
        }

        private static Preference preference(Parameters parameters) {
            return new Preference(
                    parameters.requiredString("label"),
                    parameters.string("value"),
                    1 - parameters.requiredNumber("preference", -1e9, 1));
        }

        void apply(Candidates candidates, double[] loads) {
            for (int p = 0; p < preferences.size(); p++) {
                Preference preference = preferences.get(p);
                for (int i = 0; i < candidates.size(); i++) {
                    String value = candidates.endpoint(i).labels().get(preference.label);
                    boolean meets = value != null && (preference.value == null || preference.value.equals(value));
                    if (meets && loads[i] < PROHIBITIVE) {
                        loads[i] *= preference.factor;
                    }
                }
            }
        }

        private record Preference(String label, @Nullable String value, double factor) {}
    }
}
