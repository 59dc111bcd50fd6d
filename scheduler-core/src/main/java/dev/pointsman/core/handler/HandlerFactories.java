// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;

/** The built-in profile handlers by type name, for the engine to register; a host names them in a configuration. */
public final class HandlerFactories {
    private static final List<PluginFactory> ALL = List.of(BuiltInFactory.of(
            "single-profile-handler", "Runs the scheduler's only profile.", SingleProfileHandler::new));

    private HandlerFactories() {}

    /** Returns one factory for each type; unmodifiable. */
    public static List<PluginFactory> all() {
        return ALL;
    }
}
