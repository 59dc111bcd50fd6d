// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;

/** The built-in profile handlers by type name, for the engine to register; a host names them in a configuration. */
public final class HandlerFactories {
    private static final List<PluginFactory> ALL = List.of(BuiltInFactory.of(
            "single-profile-handler", "Runs the scheduler's only profile.", SingleProfileHandler::new));

    private HandlerFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }
}
