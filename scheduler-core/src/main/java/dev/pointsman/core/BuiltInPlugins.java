// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.affinity.AffinityFactories;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.DeciderFactories;
import dev.pointsman.core.disagg.DisaggFactories;
import dev.pointsman.core.filter.FilterFactories;
import dev.pointsman.core.handler.HandlerFactories;
import dev.pointsman.core.latency.LatencyFactories;
import dev.pointsman.core.picker.PickerFactories;
import dev.pointsman.core.policy.PolicyFactories;
import dev.pointsman.core.producer.ProducerFactories;
import dev.pointsman.core.request.RequestFactories;
import dev.pointsman.core.scorer.ScorerFactories;
import java.util.List;
import java.util.stream.Stream;

/** The plugin types that every scheduler knows. */
public final class BuiltInPlugins {
    private BuiltInPlugins() {}

    /** Returns a factory for each type; they describe themselves. Semantics are our own. */
    public static List<PluginFactory> factories() {
        return factories(Semantics.CORRECTED);
    }

    /**
     * Returns a factory for each type; they describe themselves.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> factories(Semantics semantics) {
        return Stream.of(
                        FilterFactories.all(semantics),
                        ScorerFactories.all(semantics),
                        PickerFactories.all(semantics),
                        HandlerFactories.all(semantics),
                        DeciderFactories.all(semantics),
                        DisaggFactories.all(semantics),
                        ProducerFactories.all(semantics),
                        LatencyFactories.all(semantics),
                        RequestFactories.all(semantics),
                        PolicyFactories.all(semantics),
                        AffinityFactories.all(semantics))
                .flatMap(List::stream)
                .toList();
    }
}
