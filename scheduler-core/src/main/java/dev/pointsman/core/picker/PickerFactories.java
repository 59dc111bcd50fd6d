// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The built-in pickers by type name, for the engine to register; a host names them in a configuration.
 *
 * <p>With {@link Semantics#LLM_D} they pick one endpoint unless told otherwise, and a {@code maxNumOfEndpoints} of 0 or less
 * means one, as in llm-d. With our own semantics they pick a target and as many fallbacks as a leg has, and such a number is
 * an error.
 */
public final class PickerFactories {
    private static final String MAX_ENDPOINTS = "maxNumOfEndpoints";

    private static final List<PluginFactory> CORRECTED = make(1, RankingPicker.DEFAULT_MAX_ENDPOINTS);
    private static final List<PluginFactory> LLM_D = make(Integer.MIN_VALUE, 1);

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
        return semantics == Semantics.LLM_D ? LLM_D : CORRECTED;
    }

    private static List<PluginFactory> make(int least, int usual) {
        return List.of(
                picker(
                        "max-score-picker",
                        "Picks the best totals; ties are broken by the draw.",
                        least,
                        usual,
                        MaxScorePicker::new),
                picker("random-picker", "Picks any candidates, all equally likely.", least, usual, RandomPicker::new),
                picker(
                        "weighted-random-picker",
                        "Picks candidates at random, each with a chance in proportion to its total.",
                        least,
                        usual,
                        WeightedRandomPicker::new));
    }

    /** All pickers have the same parameter. */
    private static PluginFactory picker(
            String type, String description, int least, int usual, IntFunction<Picker> maker) {
        ParameterSpec most = ParameterSpec.optional(
                        MAX_ENDPOINTS,
                        ParameterSpec.Type.INTEGER,
                        Integer.toString(usual),
                        "Most endpoints to pick, the target and its fallbacks together; 1 means no fallbacks.")
                .between(least, Integer.MAX_VALUE);
        return BuiltInFactory.of(
                type,
                description,
                List.of(most),
                parameters -> maker.apply(
                        (int) Math.max(1, parameters.integer(MAX_ENDPOINTS, usual, least, Integer.MAX_VALUE))));
    }
}
