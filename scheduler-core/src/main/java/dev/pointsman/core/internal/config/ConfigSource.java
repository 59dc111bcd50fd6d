// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.request.RequestSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that has been read, and where its parts stand. Immutable.
 *
 * @param file what it is called
 * @param root the whole, or null if the text was empty
 * @param semantics whose reading it asks for
 * @param plugins in order
 * @param pluginSections where each plugin stands
 * @param profiles in order
 * @param profileSections where each profile stands
 * @param requests what it says about requests around their scheduling
 */
public record ConfigSource(
        String file,
        @Nullable Section root,
        Semantics semantics,
        List<DeclaredPlugin> plugins,
        List<Section> pluginSections,
        List<DeclaredProfile> profiles,
        List<Section> profileSections,
        RequestSettings requests) {
    /** Copies the lists. */
    public ConfigSource {
        plugins = List.copyOf(plugins);
        pluginSections = List.copyOf(pluginSections);
        profiles = List.copyOf(profiles);
        profileSections = List.copyOf(profileSections);
    }

    /** Returns a configuration that says nothing. */
    public static ConfigSource empty(String file) {
        return new ConfigSource(
                file, null, Semantics.LLM_D, List.of(), List.of(), List.of(), List.of(), RequestSettings.NONE);
    }
}
