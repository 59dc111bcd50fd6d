// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds a request header by name, so that a host's own header map is read in place. Thread-safe if the host's is. */
@FunctionalInterface
public interface HeaderLookup {
    /** Finds nothing. */
    HeaderLookup NONE = name -> null;

    /**
     * Returns the first value of a header, or null if the request has none.
     *
     * @param lowerCaseName the header's name in lower case
     */
    @Nullable
    String first(String lowerCaseName);

    /**
     * Copies a map; names are matched without regard to case. Of two names that differ only in case, the one that the
     * map iterates over first is found.
     *
     * @param headers one value a name
     */
    static HeaderLookup of(Map<String, String> headers) {
        Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        requireNonNull(headers, "headers")
                .forEach((name, value) -> byName.putIfAbsent(
                        requireNonNull(name, "header name"), requireNonNull(value, () -> "value of header " + name)));
        return byName::get;
    }
}
