// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

import static java.util.Objects.requireNonNull;

/**
 * Names a column of {@code long} numbers, one for each endpoint. Immutable.
 *
 * @param name what the numbers are, with their unit
 * @param producer who writes them
 */
public record LongColumnKey(String name, String producer) implements DataKey {
    public LongColumnKey {
        requireNonNull(name, "name");
        requireNonNull(producer, "producer");
    }
}
