// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.Map;

/** Makes a cost by its type, as a profile does. */
final class Costs {
    private Costs() {}

    static LoadCost of(String type, Map<String, ?> parameters) {
        return (LoadCost) plugin(type, parameters);
    }

    static Plugin plugin(String type, Map<String, ?> parameters) {
        PluginFactory factory = CostFactories.all().stream()
                .filter(candidate -> candidate.type().equals(type))
                .findFirst()
                .orElseThrow();
        return factory.create(type, Parameters.of("parameters", parameters));
    }
}
