// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import dev.pointsman.api.plugin.Plugin;
import java.util.List;
import java.util.Set;

/**
 * Makes plugins of one type from parameters.
 *
 * <p>Found through {@link java.util.ServiceLoader} when the host asks for discovery: name the implementation in {@code
 * META-INF/services/dev.pointsman.api.config.PluginFactory} and, in a module, in a {@code provides} clause. It then needs a
 * public constructor without parameters. Thread-safe.
 */
public interface PluginFactory {
    /** Returns the type name that configurations use, such as {@code queue-scorer}. */
    String type();

    /** Returns older or shorter type names that still work. */
    default Set<String> aliases() {
        return Set.of();
    }

    /** Returns one sentence on what the plugin does. */
    String description();

    /** Describes the parameters; any other parameter given is an error. */
    List<ParameterSpec> parameters();

    /**
     * Makes a plugin.
     *
     * @param name what this instance is called; equal to the type unless the host named it
     * @param parameters the parameters given
     * @return an instance of one or more of the interfaces in {@link dev.pointsman.api.plugin}
     * @throws ParameterException if a parameter is wrong
     */
    Plugin create(String name, Parameters parameters);
}
