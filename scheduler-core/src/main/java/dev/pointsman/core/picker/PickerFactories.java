// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.function.IntFunction;

/** The built-in pickers by type name, for the engine to register; a host names them in a configuration. */
public final class PickerFactories {
    private static final String MAX_ENDPOINTS = "maxNumOfEndpoints";

    private static final List<ParameterSpec> PARAMETERS = List.of(ParameterSpec.optional(
                    MAX_ENDPOINTS,
                    ParameterSpec.Type.INTEGER,
                    Integer.toString(RankingPicker.DEFAULT_MAX_ENDPOINTS),
                    "Most endpoints to pick, the target and its fallbacks together; 1 means no fallbacks.")
            .between(1, Integer.MAX_VALUE));

    private static final List<PluginFactory> ALL = List.of(
            picker("max-score-picker", "Picks the best totals; ties are broken by the draw.", MaxScorePicker::new),
            picker("random-picker", "Picks any candidates, all equally likely.", RandomPicker::new),
            picker(
                    "weighted-random-picker",
                    "Picks candidates at random, each with a chance in proportion to its total.",
                    WeightedRandomPicker::new));

    private PickerFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    /** All pickers have the same parameter. */
    private static PluginFactory picker(String type, String description, IntFunction<Picker> maker) {
        return BuiltInFactory.of(
                type,
                description,
                PARAMETERS,
                parameters -> maker.apply((int)
                        parameters.integer(MAX_ENDPOINTS, RankingPicker.DEFAULT_MAX_ENDPOINTS, 1, Integer.MAX_VALUE)));
    }
}
