// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a host knows of its traffic and its metrics and a configuration does not say, so that the two can be held against each
 * other. Immutable.
 *
 * @param longestPromptTokens the longest prompt that is expected, or 0 if unknown
 * @param pollInterval how often metrics come, or null if unknown
 * @param freshFor how old metrics may be and still count in full, or null if unknown
 */
public record Expectations(
        long longestPromptTokens,
        @Nullable Duration pollInterval,
        @Nullable Duration freshFor) {
    /** Nothing is known. */
    public static final Expectations NONE = new Expectations(0, null, null);

    /** Checks the values. */
    public Expectations {
        if (longestPromptTokens < 0) {
            throw new IllegalArgumentException("longestPromptTokens: must be at least 0, but was " + longestPromptTokens
                    + ".\nMaybe 0, if it is not known.");
        }
    }

    /** Returns the same, with the longest prompt that is expected. */
    public Expectations longestPromptTokens(long tokens) {
        return new Expectations(tokens, pollInterval, freshFor);
    }

    /** Returns the same, with how often metrics come, and how old they may be and still count in full. */
    public Expectations metrics(Duration pollInterval, Duration freshFor) {
        return new Expectations(longestPromptTokens, pollInterval, freshFor);
    }
}
