// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.filter.FilterFactories;
import dev.pointsman.core.handler.HandlerFactories;
import dev.pointsman.core.latency.LatencyFactories;
import dev.pointsman.core.picker.PickerFactories;
import dev.pointsman.core.producer.ProducerFactories;
import dev.pointsman.core.scorer.ScorerFactories;
import java.util.List;
import java.util.stream.Stream;

/** The plugin types that every scheduler knows. */
public final class BuiltInPlugins {
    private BuiltInPlugins() {}

    /** Returns a factory for each type; they describe themselves. */
    public static List<PluginFactory> factories() {
        return Stream.of(
                        FilterFactories.all(),
                        ScorerFactories.all(),
                        PickerFactories.all(),
                        HandlerFactories.all(),
                        ProducerFactories.all(),
                        LatencyFactories.all())
                .flatMap(List::stream)
                .toList();
    }
}
