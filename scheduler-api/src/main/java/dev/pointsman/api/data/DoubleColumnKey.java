// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

import static java.util.Objects.requireNonNull;

/**
 * Names a column of {@code double} numbers, one for each endpoint. Immutable.
 *
 * @param name what the numbers are, with their unit
 * @param producer who writes them
 */
public record DoubleColumnKey(String name, String producer) implements DataKey {
    public DoubleColumnKey {
        requireNonNull(name, "name");
        requireNonNull(producer, "producer");
    }
}
