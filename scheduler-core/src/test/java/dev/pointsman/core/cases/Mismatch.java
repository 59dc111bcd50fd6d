// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a case expects did not come, or what it says is not understood. */
final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
        super(message);
    }

    /** Compares whole values: numbers, text, lists and maps of them. */
    static void require(String place, @Nullable Object expected, @Nullable Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new Mismatch(place + ": expected " + told(expected) + ", actual " + told(actual));
        }
    }

    static String told(@Nullable Object value) {
        return value instanceof Map<?, ?> || value instanceof List<?> || value instanceof String
                ? JsonTree.write(value)
                : String.valueOf(value);
    }
}
