// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.ArrayList;
import java.util.List;

/** Makes markers and remembers under which names. */
class MarkerFactory implements PluginFactory {
    final List<String> made = new ArrayList<>();
    private final String type;

    MarkerFactory(String type) {
        this.type = type;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String description() {
        return "Scores all alike.";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public Plugin create(String name, Parameters parameters) {
        made.add(name);
        return new Marker();
    }
}
