// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A plugin that a configuration declares. Immutable.
 *
 * @param name what it is called, unique in its configuration
 * @param type what it is
 * @param parameters text, {@code BigDecimal}, {@code Boolean}, {@code List} and {@code Map}, in the order given
 */
public record DeclaredPlugin(String name, String type, Map<String, Object> parameters) {
    /** Keeps the order of the parameters. */
    public DeclaredPlugin {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
}
