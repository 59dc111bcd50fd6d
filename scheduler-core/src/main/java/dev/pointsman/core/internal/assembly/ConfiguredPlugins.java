// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.LaterFeatures;
import dev.pointsman.core.internal.config.Section;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the plugins that a configuration declares, each once. Their parameters may name each other in any order, but not in a
 * circle. One that an earlier configuration declared just so, and whose named plugins are the same as then, is used again.
 */
public final class ConfiguredPlugins {
    private final ConfigSource source;
    private final PluginTypes types;
    private final Map<DeclaredPlugin, Made> kept;
    private final Map<String, Plugin> inCode;
    private final Map<String, Integer> positions = new LinkedHashMap<>();
    private final Map<String, Made> made = new HashMap<>();

    /** Plugins that are being made, each because of the one before. */
    private final Set<String> underWay = new LinkedHashSet<>();

    /**
     * A plugin and what it was made of.
     *
     * @param named the plugins that its parameters name
     */
    public record Made(Plugin plugin, Map<String, Plugin> named) {
        /** Copies the map. */
        public Made {
            named = Map.copyOf(named);
        }
    }

    /**
     * Takes what there is to make.
     *
     * @param kept plugins of an earlier configuration, by their {@linkplain PluginTypes#completed completed} declarations
     * @param inCode plugins that the host declared besides any configuration, which parameters may name too
     */
    ConfiguredPlugins(
            ConfigSource source, PluginTypes types, Map<DeclaredPlugin, Made> kept, Map<String, Plugin> inCode) {
        this.source = source;
        this.types = types;
        this.kept = kept;
        this.inCode = inCode;
        for (int i = 0; i < source.plugins().size(); i++) {
            positions.put(source.plugins().get(i).name(), i);
        }
    }

    /** Makes all of them, in the order in which they are declared. */
    Map<DeclaredPlugin, Made> make() {
        Map<DeclaredPlugin, Made> inOrder = new LinkedHashMap<>();
        positions.forEach((name, position) -> inOrder.put(source.plugins().get(position), make(name, position)));
        return Collections.unmodifiableMap(inOrder);
    }

    private Made make(String name, int position) {
        Made already = made.get(name);
        if (already != null) {
            return already;
        }
        DeclaredPlugin declared = source.plugins().get(position);
        underWay.add(name);
        try {
            Section section = source.pluginSections().get(position);
            checkNames(declared, section);
            Made again = kept.get(types.completed(declared));
            Made next = again != null && standsAsBefore(again) ? again : make(declared, section);
            made.put(name, next);
            return next;
        } finally {
            underWay.remove(name);
        }
    }

    /** Tells whether the names that a plugin was made with still mean what they meant. */
    @SuppressWarnings("ReferenceEquality") // The plugin made with it holds that very object.
    private boolean standsAsBefore(Made again) {
        for (Map.Entry<String, Plugin> named : again.named().entrySet()) {
            String name = named.getKey();
            Integer position = positions.get(name);
            // One that waits for this plugin is refused where this one is made anew.
            if (underWay.contains(name)) {
                return false;
            }
            Plugin now =
                    position == null ? inCode.get(name) : make(name, position).plugin();
            if (now != named.getValue()) {
                return false;
            }
        }
        return true;
    }

    private void checkNames(DeclaredPlugin declared, Section section) {
        String type = declared.type();
        try {
            if (!types.has(type)) {
                Set<String> known = new HashSet<>(types.names());
                known.addAll(LaterFeatures.types()); // To be told of the feature, once the name is right.
                throw ParameterException.unknown(section.path("type"), "plugin type", type, known);
            }
            section.checkNamesWithoutValue("parameters", types.parameters(type));
            ParameterSpec.checkNames(
                    Parameters.of(section.path("parameters"), declared.parameters()), types.parameters(type));
        } catch (ParameterException e) {
            throw section.of(e);
        }
    }

    private Made make(DeclaredPlugin declared, Section section) {
        String type = declared.type();
        Map<String, Plugin> named = new HashMap<>();
        try {
            Plugin plugin = types.createAt(
                    section.path("parameters"), declared.name(), type, declared.parameters(), (path, name) -> {
                        Plugin found = named(path, name);
                        named.put(name, found);
                        return found;
                    });
            return new Made(plugin, named);
        } catch (ParameterException e) {
            throw section.of(e);
        } catch (ConfigurationException e) {
            throw e; // About another plugin, which this one names.
        } catch (RuntimeException e) {
            String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
            throw new ConfigurationException(
                    section.file(),
                    section.place().line(),
                    section.place().column(),
                    section.path(),
                    lines[0],
                    lines.length > 1 ? lines[1] : "Maybe the plugin type " + type + " needs other parameters.",
                    e);
        }
    }

    private Plugin named(String path, String name) {
        if (underWay.contains(name)) {
            throw new ParameterException(
                    path,
                    "names " + name + ", which is made only after this plugin: " + String.join(" -> ", underWay)
                            + " -> " + name + ".",
                    "Maybe one of them can do without the other.");
        }
        Integer position = positions.get(name);
        if (position != null) {
            return make(name, position).plugin();
        }
        if (inCode.containsKey(name)) {
            return requireNonNull(inCode.get(name));
        }
        if (types.has(name)) {
            throw new ParameterException(
                    path,
                    "names " + name + ", which is a plugin type, but no plugin of that name is declared.",
                    "Maybe add it to plugins, as \"- type: " + name + "\".");
        }
        List<String> there = new ArrayList<>(positions.keySet());
        there.addAll(inCode.keySet());
        throw ParameterException.unknown(path, "declared plugin", name, there);
    }
}
