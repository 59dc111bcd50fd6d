// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.lint;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.Section;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration under review, and what came of it.
 *
 * @param source the configuration
 * @param plugins all plugins by name, those that were added by default included
 * @param named the plugins that other plugins' parameters name
 * @param addedTypes the types of plugins that were added by default, by name
 * @param parametersOfType the parameters that a plugin type has
 * @param profilesRun the profiles that the handler may run
 * @param handler the profile handler's name
 */
public record Reviewed(
        ConfigSource source,
        Map<String, Plugin> plugins,
        Set<String> named,
        Map<String, String> addedTypes,
        Function<String, List<ParameterSpec>> parametersOfType,
        Set<String> profilesRun,
        String handler) {
    /** Copies the collections. */
    public Reviewed {
        plugins = Map.copyOf(plugins);
        named = Set.copyOf(named);
        addedTypes = Map.copyOf(addedTypes);
        profilesRun = Set.copyOf(profilesRun);
    }

    /** Returns the parameters that a plugin was declared with; none if it was added by default. */
    Map<String, Object> parameters(String name) {
        for (DeclaredPlugin plugin : source.plugins()) {
            if (plugin.name().equals(name)) {
                return plugin.parameters();
            }
        }
        return Map.of();
    }

    /** Returns the type of a plugin, or an empty text if the host brought it. */
    String type(String name) {
        for (DeclaredPlugin plugin : source.plugins()) {
            if (plugin.name().equals(name)) {
                return plugin.type();
            }
        }
        return addedTypes.getOrDefault(name, "");
    }

    /** Returns where a plugin is declared, or null if it was added by default. */
    @Nullable
    Section section(String name) {
        for (int i = 0; i < source.plugins().size(); i++) {
            if (source.plugins().get(i).name().equals(name)) {
                return source.pluginSections().get(i);
            }
        }
        return null;
    }

    /** Returns the number that a plugin's parameter has or has by default; 0 if there is none. */
    double number(String name, String parameter) {
        if (parameters(name).get(parameter) instanceof BigDecimal given) {
            return given.doubleValue();
        }
        for (ParameterSpec spec : parametersOfType.apply(type(name))) {
            if (parameter.equals(spec.newerName()) && parameters(name).get(spec.name()) instanceof BigDecimal older) {
                return older.doubleValue();
            }
        }
        for (ParameterSpec spec : parametersOfType.apply(type(name))) {
            if (spec.name().equals(parameter) && spec.defaultValue() != null) {
                return Double.parseDouble(spec.defaultValue());
            }
        }
        return 0;
    }

    /** Returns what a plugin's parameter that is true or false is, or is by default; false if there is none. */
    boolean flag(String name, String parameter) {
        if (parameters(name).get(parameter) instanceof Boolean given) {
            return given;
        }
        return parametersOfType.apply(type(name)).stream()
                .anyMatch(spec -> spec.name().equals(parameter) && "true".equals(spec.defaultValue()));
    }
}
