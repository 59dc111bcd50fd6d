// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

import static java.util.Objects.requireNonNull;

/**
 * Names a typed value of one request. Immutable.
 *
 * @param <T> the value's type; values should be immutable
 * @param name what the value is
 * @param producer who writes it
 * @param type the value's class
 */
public record AttributeKey<T>(String name, String producer, Class<T> type) implements DataKey {
    public AttributeKey {
        requireNonNull(name, "name");
        requireNonNull(producer, "producer");
        requireNonNull(type, "type");
    }
}
