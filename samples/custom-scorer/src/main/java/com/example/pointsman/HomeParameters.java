// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static java.util.Objects.requireNonNullElse;

import java.util.Locale;

/**
 * What a {@link HomeScorer} can be told. Immutable.
 *
 * <p>{@link dev.pointsman.api.config.Parameters#bind} makes it: an absent parameter arrives as null and gets its default here,
 * and what the constructor says of a wrong value is shown with the value's place in the configuration.
 *
 * @param header the header whose value is the key, in lower case; empty to go by the prompt alone
 * @param prefixTokens tokens of the prompt's beginning that are the key; 1 to {@value #MOST_PREFIX_TOKENS}
 * @param homes endpoints that are home to one key; 1 to {@value #MOST_HOMES}
 */
public record HomeParameters(String header, Integer prefixTokens, Integer homes) {
    static final int DEFAULT_PREFIX_TOKENS = 1024;
    static final int MOST_PREFIX_TOKENS = 65_536;
    static final int DEFAULT_HOMES = 1;
    static final int MOST_HOMES = 16;

    public HomeParameters {
        header = requireNonNullElse(header, "").toLowerCase(Locale.ROOT);
        prefixTokens = requireNonNullElse(prefixTokens, DEFAULT_PREFIX_TOKENS);
        homes = requireNonNullElse(homes, DEFAULT_HOMES);
        if (prefixTokens < 1 || prefixTokens > MOST_PREFIX_TOKENS) {
            throw new IllegalArgumentException("prefixTokens: must be 1 to " + MOST_PREFIX_TOKENS + ", but was "
                    + prefixTokens + ".\nMaybe the length of the shared system prompt is right.");
        }
        if (homes < 1 || homes > MOST_HOMES) {
            throw new IllegalArgumentException("homes: must be 1 to " + MOST_HOMES + ", but was " + homes
                    + ".\nMaybe 2, so that a busy home has a stand-in.");
        }
    }
}
