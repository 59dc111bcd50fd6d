// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One built-in type of plugin, written down in one place. What an accessor returns is what the factory says of itself.
 *
 * @param maker makes an instance from its name and parameters
 */
public record BuiltInFactory(
        String type,
        Set<String> aliases,
        String description,
        List<ParameterSpec> parameters,
        BiFunction<String, Parameters, Plugin> maker)
        implements PluginFactory {
    /** Copies the collections. */
    public BuiltInFactory {
        aliases = Set.copyOf(aliases);
        parameters = List.copyOf(parameters);
    }

    /** Describes a type without parameters. */
    public static BuiltInFactory of(String type, String description, Supplier<Plugin> maker) {
        return of(type, description, List.of(), parameters -> maker.get());
    }

    /** Describes a type whose instances do not care what they are called. */
    public static BuiltInFactory of(
            String type, String description, List<ParameterSpec> parameters, Function<Parameters, Plugin> maker) {
        return new BuiltInFactory(type, Set.of(), description, parameters, (name, values) -> maker.apply(values));
    }

    @Override
    public Plugin create(String name, Parameters given) {
        // Makers read what is described and look for nothing else, whoever calls them.
        ParameterSpec.checkNames(given, parameters);
        return maker.apply(name, given);
    }
}
