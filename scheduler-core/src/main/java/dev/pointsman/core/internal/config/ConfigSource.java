// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import static java.util.Objects.requireNonNull;

import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.EndpointPickerConfig;
import dev.pointsman.core.config.Semantics;
import java.util.List;
import java.util.function.Function;
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
 */
public record ConfigSource(
        String file,
        @Nullable Section root,
        Semantics semantics,
        List<DeclaredPlugin> plugins,
        List<Section> pluginSections,
        List<DeclaredProfile> profiles,
        List<Section> profileSections) {
    /** How to look into a configuration; it sets this itself, so that what is internal is in no public signature. */
    private static volatile @Nullable Function<EndpointPickerConfig, ConfigSource> reader;

    /** Copies the lists. */
    public ConfigSource {
        plugins = List.copyOf(plugins);
        pluginSections = List.copyOf(pluginSections);
        profiles = List.copyOf(profiles);
        profileSections = List.copyOf(profileSections);
    }

    /** For {@link EndpointPickerConfig} only. */
    public static void readBy(Function<EndpointPickerConfig, ConfigSource> reader) {
        ConfigSource.reader = reader;
    }

    /** Returns what a configuration was read from. */
    public static ConfigSource of(EndpointPickerConfig config) {
        return requireNonNull(reader).apply(config); // Set, since the class of the argument has been initialized.
    }

    /** Returns a configuration that says nothing. */
    public static ConfigSource empty(String file) {
        return new ConfigSource(file, null, Semantics.LLM_D, List.of(), List.of(), List.of(), List.of());
    }
}
