// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import dev.pointsman.api.plugin.Plugin;

/** Finds the plugins that parameters name: what {@link Parameters#plugin} asks. The scheduler that makes plugins brings one. */
@FunctionalInterface
public interface PluginLookup {
    /**
     * Returns a plugin by its name, and makes it first if that has not happened yet.
     *
     * @param path where it is named, for error messages
     * @param name the name
     * @throws ParameterException if there is none, or if it waits itself for the plugin whose parameters name it
     */
    Plugin find(String path, String name);
}
