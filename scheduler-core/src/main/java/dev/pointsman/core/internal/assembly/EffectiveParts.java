// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An assembly in the words of a configuration: what was declared, and what was added by default. Plugins that a host brought as
 * instances are left out, since no configuration can name them.
 */
public record EffectiveParts(List<DeclaredPlugin> plugins, List<DeclaredProfile> profiles) {
    /** Copies the lists. */
    public EffectiveParts {
        plugins = List.copyOf(plugins);
        profiles = List.copyOf(profiles);
    }

    /**
     * Takes down what runs.
     *
     * @param declared the plugins that the configuration declared
     * @param assembly what it was made into
     * @param profiles the profiles that run
     */
    public static EffectiveParts of(List<DeclaredPlugin> declared, Assembly assembly, List<Profile> profiles) {
        Map<String, DeclaredPlugin> plugins = new LinkedHashMap<>();
        declared.forEach(plugin -> plugins.put(plugin.name(), plugin));
        for (String name : assembly.plugins().keySet()) {
            PluginRef ref = assembly.ref(name);
            String type = ref == null
                    ? null
                    : ref.type() != null ? ref.type() : assembly.defaults().containsKey(name) ? name : null;
            if (ref != null && type != null) {
                plugins.putIfAbsent(name, new DeclaredPlugin(name, type, ref.parameters()));
            }
        }
        List<DeclaredProfile> uses = new ArrayList<>();
        profiles.forEach(profile -> uses.add(new DeclaredProfile(profile.name(), uses(profile))));
        return new EffectiveParts(List.copyOf(plugins.values()), uses);
    }

    /** A plugin that both filters and scores is named once, as a configuration names it. */
    private static List<DeclaredProfile.Use> uses(Profile profile) {
        Map<String, @Nullable Double> weights = new HashMap<>();
        profile.scorers().forEach(scorer -> weights.put(scorer.scorer().name(), scorer.weight()));
        Map<String, DeclaredProfile.Use> uses = new LinkedHashMap<>();
        for (PluginRef filter : profile.filters()) {
            uses.put(filter.name(), new DeclaredProfile.Use(filter.name(), weights.get(filter.name())));
        }
        for (Profile.WeightedRef scorer : profile.scorers()) {
            uses.putIfAbsent(
                    scorer.scorer().name(),
                    new DeclaredProfile.Use(scorer.scorer().name(), scorer.weight()));
        }
        uses.put(
                profile.picker().name(),
                new DeclaredProfile.Use(profile.picker().name(), null));
        return List.copyOf(uses.values());
    }
}
