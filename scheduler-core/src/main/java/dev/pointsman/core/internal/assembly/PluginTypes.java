// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.config.PluginLookup;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.internal.config.EffectiveText;
import java.util.Collections;
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
public final class PluginTypes {
    private final Map<String, PluginFactory> byName = new HashMap<>();

    /**
     * Collects the types.
     *
     * @param builtIn the factories that every scheduler knows
     * @param registered the host's own factories
     * @param discover where to look for more, or null
     * @throws IllegalArgumentException if two factories make one type
     */
    public PluginTypes(List<PluginFactory> builtIn, List<PluginFactory> registered, @Nullable ClassLoader discover) {
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

    /** Tells whether there is a type of that name. */
    public boolean has(String type) {
        return byName.containsKey(type);
    }

    /**
     * Makes a plugin.
     *
     * @param place what names it, for error messages
     * @param plugins finds the plugins that its parameters name
     */
    Plugin create(String place, String name, String type, Map<String, Object> values, PluginLookup plugins) {
        PluginFactory factory = byName.get(type);
        if (factory == null) {
            throw ParameterException.unknown(place, "plugin or plugin type", type, byName.keySet());
        }
        return make(factory, name.equals(type) ? place : place + " (" + type + ")", name, values, plugins);
    }

    /**
     * Makes a plugin of a type that there is.
     *
     * @param path where its parameters stand, for error messages
     * @param plugins finds the plugins that its parameters name
     */
    Plugin createAt(String path, String name, String type, Map<String, Object> values, PluginLookup plugins) {
        return make(requireNonNull(byName.get(type)), path, name, values, plugins);
    }

    private static Plugin make(
            PluginFactory factory, String path, String name, Map<String, Object> values, PluginLookup plugins) {
        Parameters parameters = Parameters.of(path, values, plugins);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create(name, parameters);
    }

    /** Returns the parameters of a type that there is. */
    List<ParameterSpec> parameters(String type) {
        return requireNonNull(byName.get(type)).parameters();
    }

    /** Returns a declaration with every default that its type describes, so that two that mean the same are equal. */
    public DeclaredPlugin completed(DeclaredPlugin declared) {
        PluginFactory factory = byName.get(declared.type());
        return factory == null ? declared : EffectiveText.completed(declared, factory.parameters());
    }

    /** Returns the names that types go by, aliases included. */
    Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /** Returns the factory of a type, or null. */
    public @Nullable PluginFactory find(String type) {
        return byName.get(type);
    }
}
