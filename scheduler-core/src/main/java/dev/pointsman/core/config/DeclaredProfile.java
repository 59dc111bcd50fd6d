// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile that a configuration declares. Immutable.
 *
 * @param name unique in its configuration
 * @param plugins what it uses, filters in the order in which they run
 */
public record DeclaredProfile(String name, List<Use> plugins) {
    /** Copies the list. */
    public DeclaredProfile {
        plugins = List.copyOf(plugins);
    }

    /**
     * One plugin in a profile.
     *
     * @param plugin the name of a {@link DeclaredPlugin}
     * @param weight finite and at least 0, or null if none is given, which is 1 for a scorer
     */
    public record Use(String plugin, @Nullable Double weight) {}
}
