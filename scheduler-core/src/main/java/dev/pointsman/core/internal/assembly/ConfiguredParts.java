// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

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
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration comes to once its plugins are made: the same parts that a host would declare in code.
 *
 * @param made every plugin declared, in order
 * @param profiles those declared, or the default one
 * @param handler the handler declared, or null if none is
 */
public record ConfiguredParts(
        Map<DeclaredPlugin, ConfiguredPlugins.Made> made,
        List<Profile> profiles,
        @Nullable PluginRef handler) {
    private static final String DEFAULT_PROFILE = "default";

    /** Copies the collections. */
    public ConfiguredParts {
        made = Collections.unmodifiableMap(new LinkedHashMap<>(made));
        profiles = List.copyOf(profiles);
    }

    /**
     * Makes the plugins.
     *
     * @param source the configuration
     * @param types the plugin types that there are
     * @param kept plugins of an earlier configuration, by their {@linkplain PluginTypes#completed completed} declarations; one
     *     that is declared so again is used again
     * @param inCode plugins that the host declared besides any configuration, as instances
     * @throws ConfigurationException if a type is unknown, a parameter is wrong, or the parts do not fit together
     */
    public static ConfiguredParts of(
            ConfigSource source,
            PluginTypes types,
            Map<DeclaredPlugin, ConfiguredPlugins.Made> kept,
            List<PluginRef> inCode) {
        Map<String, Plugin> besides = new HashMap<>();
        inCode.forEach(ref -> besides.put(ref.name(), requireNonNull(ref.instance())));
        Map<DeclaredPlugin, ConfiguredPlugins.Made> made = new ConfiguredPlugins(source, types, kept, besides).make();
        Map<String, Plugin> byName = new LinkedHashMap<>();
        made.forEach((declared, plugin) -> byName.put(declared.name(), plugin.plugin()));
        return new ConfiguredParts(made, profiles(source, byName), handler(source, byName));
    }

    /** Returns the plugins declared, as instances, in order. */
    public List<PluginRef> plugins() {
        return made.entrySet().stream()
                .map(entry -> PluginRef.instance(
                        entry.getKey().name(), entry.getValue().plugin()))
                .toList();
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
        if (source.root() == null) {
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
