// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plugin types that a builder knows: what the host registered, before all else; then the built-in ones and those that were
 * discovered, which may not share a name.
 */
final class PluginTypes {
    private final Map<String, PluginFactory> byName = new HashMap<>();

    PluginTypes(List<PluginFactory> builtIn, List<PluginFactory> registered, @Nullable ClassLoader discover) {
        registered.forEach(factory -> add(factory, Set.of()));
        Set<String> settled = Set.copyOf(byName.keySet());
        builtIn.forEach(factory -> add(factory, settled));
        if (discover != null) {
            ServiceLoader.load(PluginFactory.class, discover).forEach(factory -> add(factory, settled));
        }
    }

    private void add(PluginFactory factory, Set<String> settled) {
        add(factory.type(), factory, settled);
        factory.aliases().forEach(alias -> add(alias, factory, settled));
    }

    private void add(String name, PluginFactory factory, Set<String> settled) {
        PluginFactory other = settled.contains(name) ? null : byName.putIfAbsent(name, factory);
        if (other != null) {
            throw new IllegalArgumentException(
                    "plugin type " + name + ": both " + other.getClass().getName() + " and "
                            + factory.getClass().getName()
                            + " make it.\nMaybe a jar is there twice; to replace a type, register your factory explicitly.");
        }
    }

    boolean has(String type) {
        return byName.containsKey(type);
    }

    Plugin create(String place, String name, String type, Map<String, Object> values) {
        PluginFactory factory = byName.get(type);
        if (factory == null) {
            throw ParameterException.unknown(place, "plugin or plugin type", type, byName.keySet());
        }
        Parameters parameters = Parameters.of(name.equals(type) ? place : place + " (" + type + ")", values);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create(name, parameters);
    }
}
