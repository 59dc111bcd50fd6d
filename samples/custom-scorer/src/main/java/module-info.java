// SPDX-License-Identifier: Apache-2.0

import com.example.pointsman.ConcurrencyLimitFilterFactory;
import com.example.pointsman.HomeScorerFactory;

/** Plugins of your own. Discovery finds the factories here on the module path, and in META-INF/services on the class path. */
module com.example.pointsman {
    requires static org.jspecify;
    requires transitive dev.pointsman.api;

    // Parameters are bound to a public record by calling its constructor, so its package must be exported.
    exports com.example.pointsman;

    provides dev.pointsman.api.config.PluginFactory with
            HomeScorerFactory,
            ConcurrencyLimitFilterFactory;
}
