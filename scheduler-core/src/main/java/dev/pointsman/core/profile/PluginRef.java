// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.profile;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.Plugin;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plugin as a profile or a builder names it: an instance, or a type and its parameters. Immutable.
 *
 * @param name what the plugin is called in explanations and logs
 * @param type the type name to make it from, or null for an instance
 * @param parameters what to make it with; empty for an instance
 * @param instance the instance, or null to make one
 */
public record PluginRef(
        String name,
        @Nullable String type,
        Map<String, Object> parameters,
        @Nullable Plugin instance) {
    public PluginRef {
        requireNonNull(name, "name");
        if (name.isBlank() || (type == null) == (instance == null)) {
            throw new IllegalArgumentException("plugin " + name + ": needs a name, and either a type or an instance.\n"
                    + "Maybe use PluginRef.type or PluginRef.instance.");
        }
        // Not Map.copyOf: order is kept, and a null value is refused later with its path.
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Names a plugin that was declared under a name, or a plugin type with its defaults. */
    public static PluginRef named(String nameOrType) {
        return new PluginRef(nameOrType, nameOrType, Map.of(), null);
    }

    /** Names a plugin type and its parameters; the plugin is called after its type. */
    public static PluginRef type(String type, Map<String, ?> parameters) {
        return new PluginRef(type, type, new LinkedHashMap<>(parameters), null);
    }

    /** Names a plugin type and its parameters, and calls the plugin something else. */
    public static PluginRef type(String name, String type, Map<String, ?> parameters) {
        return new PluginRef(name, type, new LinkedHashMap<>(parameters), null);
    }

    /** Wraps an instance. */
    public static PluginRef instance(String name, Plugin instance) {
        return new PluginRef(name, null, Map.of(), requireNonNull(instance, "instance"));
    }

    /**
     * Wraps an instance that is called after its class ({@code ZoneScorer} is {@code zone-scorer}), or after what it is if
     * it is a lambda or an anonymous class.
     *
     * @param instance the plugin
     * @param kind what it is, such as {@code scorer}
     */
    public static PluginRef instance(Plugin instance, String kind) {
        Class<?> type = instance.getClass();
        boolean nameless = type.isAnonymousClass() || type.isHidden() || type.isSynthetic();
        String name = nameless
                ? kind
                : type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        return instance(name, instance);
    }
}
