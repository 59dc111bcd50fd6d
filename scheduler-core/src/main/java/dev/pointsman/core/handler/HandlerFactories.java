// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;

/** The built-in profile handlers by type name, for the engine to register; a host names them in a configuration. */
public final class HandlerFactories {
    private HandlerFactories() {}

    /** Returns one factory for each type; unmodifiable. */
    public static List<PluginFactory> all() {
        return List.of(new SingleProfile());
    }

    private static final class SingleProfile implements PluginFactory {
        @Override
        public String type() {
            return "single-profile-handler";
        }

        @Override
        public String description() {
            return "Runs the scheduler's only profile.";
        }

        @Override
        public List<ParameterSpec> parameters() {
            return List.of();
        }

        @Override
        public ProfileHandler create(String name, Parameters parameters) {
            return new SingleProfileHandler();
        }
    }
}
