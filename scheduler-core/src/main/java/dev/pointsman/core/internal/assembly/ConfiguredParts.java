// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.Section;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration comes to once its plugins are made: the same parts that a host would declare in code.
 *
 * @param plugins every plugin declared, as an instance
 * @param profiles those declared, or the default one
 * @param handler the handler declared, or null if none is
 */
public record ConfiguredParts(
        List<PluginRef> plugins,
        List<Profile> profiles,
        @Nullable PluginRef handler) {
    private static final String DEFAULT_PROFILE = "default";

    /** Copies the lists. */
    public ConfiguredParts {
        plugins = List.copyOf(plugins);
        profiles = List.copyOf(profiles);
    }

    /**
     * Makes the plugins.
     *
     * @param source the configuration
     * @param types the plugin types that there are
     * @param kept plugins of an earlier configuration; one that is declared just so again is used again
     * @throws ConfigurationException if a type is unknown, a parameter is wrong, or the parts do not fit together
     */
    public static ConfiguredParts of(ConfigSource source, PluginTypes types, Map<DeclaredPlugin, Plugin> kept) {
        Map<String, Plugin> made = new LinkedHashMap<>();
        for (int i = 0; i < source.plugins().size(); i++) {
            DeclaredPlugin declared = source.plugins().get(i);
            Plugin again = kept.get(declared);
            made.put(
                    declared.name(),
                    again != null
                            ? again
                            : make(declared, source.pluginSections().get(i), types));
        }
        List<PluginRef> plugins = new ArrayList<>();
        made.forEach((name, plugin) -> plugins.add(PluginRef.instance(name, plugin)));
        return new ConfiguredParts(plugins, profiles(source, made), handler(source, made));
    }

    private static Plugin make(DeclaredPlugin declared, Section section, PluginTypes types) {
        try {
            if (!types.has(declared.type())) {
                throw ParameterException.unknown(section.path("type"), "plugin type", declared.type(), types.names());
            }
            return types.createAt(section.path("parameters"), declared.name(), declared.type(), declared.parameters());
        } catch (ParameterException e) {
            throw section.of(e);
        } catch (RuntimeException e) {
            String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
            throw new ConfigurationException(
                    section.file(),
                    section.place().line(),
                    section.place().column(),
                    section.path(),
                    lines[0],
                    lines.length > 1
                            ? lines[1]
                            : "Maybe the plugin type " + declared.type() + " needs other parameters.",
                    e);
        }
    }

    private static List<Profile> profiles(ConfigSource source, Map<String, Plugin> made) {
        if (!source.profiles().isEmpty()) {
            List<Profile> profiles = new ArrayList<>();
            for (int i = 0; i < source.profiles().size(); i++) {
                profiles.add(profile(
                        source.profiles().get(i), source.profileSections().get(i), made));
            }
            return profiles;
        }
        Profile.Builder profile = Profile.builder(DEFAULT_PROFILE);
        if (made.isEmpty()) {
            return List.of(profile.scorer("queue-scorer", 2)
                    .scorer("kv-cache-utilization-scorer", 2)
                    .scorer("prefix-cache-scorer", 3)
                    .build());
        }
        made.forEach((name, plugin) -> {
            if (plugin instanceof Filter) {
                profile.filter(name);
            }
            if (plugin instanceof Scorer) {
                profile.scorer(name, 1);
            }
        });
        firstPicker(made, profile);
        return List.of(profile.build());
    }

    private static Profile profile(DeclaredProfile declared, Section section, Map<String, Plugin> made) {
        Profile.Builder profile = Profile.builder(declared.name());
        String picker = null;
        for (int i = 0; i < declared.plugins().size(); i++) {
            DeclaredProfile.Use use = declared.plugins().get(i);
            Plugin plugin = made.get(use.plugin());
            if (plugin instanceof Filter) {
                profile.filter(use.plugin());
            }
            if (plugin instanceof Scorer) {
                profile.scorer(use.plugin(), use.weight() == null ? 1 : use.weight());
            }
            if (plugin instanceof Picker) {
                if (picker != null) {
                    throw section.error(
                            "plugins",
                            "has two pickers, " + picker + " and " + use.plugin() + ", and one of them must choose.",
                            "Maybe remove one.");
                }
                picker = use.plugin();
                profile.picker(picker);
            }
        }
        if (picker == null) {
            firstPicker(made, profile);
        }
        return profile.build();
    }

    /** llm-d takes any picker that is declared, in random order. */
    private static void firstPicker(Map<String, Plugin> made, Profile.Builder profile) {
        made.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Picker)
                .findFirst()
                .ifPresent(entry -> profile.picker(entry.getKey()));
    }

    private static @Nullable PluginRef handler(ConfigSource source, Map<String, Plugin> made) {
        String handler = null;
        for (int i = 0; i < source.plugins().size(); i++) {
            String name = source.plugins().get(i).name();
            if (made.get(name) instanceof ProfileHandler) {
                if (handler != null) {
                    throw source.pluginSections()
                            .get(i)
                            .error(
                                    "is a second profile handler, beside " + handler + ".",
                                    "Maybe remove one; one of them must say which profiles run.");
                }
                handler = name;
            }
        }
        return handler == null ? null : PluginRef.named(handler);
    }
}
