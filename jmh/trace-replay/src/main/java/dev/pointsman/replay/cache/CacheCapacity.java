// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import static java.util.Objects.requireNonNull;

/**
 * How much prompt an endpoint's cache can hold. Immutable.
 *
 * @param tokens the capacity in tokens, at least 0; {@link Long#MAX_VALUE} for a cache that never evicts
 */
public record CacheCapacity(long tokens) {
    /** A cache that never evicts. */
    public static final CacheCapacity UNLIMITED = new CacheCapacity(Long.MAX_VALUE);

    public CacheCapacity {
        if (tokens < 0) {
            throw new IllegalArgumentException("capacity: must be at least 0 tokens, but was " + tokens
                    + ".\nMaybe use inf for a cache that never evicts.");
        }
    }

    /**
     * Reads a capacity as people write it: a number of tokens, or {@code inf} or {@code infinite}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static CacheCapacity parse(String text) {
        if (requireNonNull(text, "text").equals("inf") || text.equals("infinite")) {
            return UNLIMITED;
        }
        try {
            return new CacheCapacity(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "capacity: must be a whole number of tokens or inf, but was \"" + text
                            + "\".\nMaybe write it without separators or a unit, such as 500000.",
                    e);
        }
    }

    /** Tells whether the cache never evicts. */
    public boolean unlimited() {
        return tokens == Long.MAX_VALUE;
    }

    /**
     * Returns the capacity in whole blocks, {@code floor(tokens / blockTokens)}; {@link Long#MAX_VALUE} if unlimited.
     *
     * @param blockTokens tokens in a block, at least 1
     */
    public long blocks(int blockTokens) {
        return unlimited() ? Long.MAX_VALUE : tokens / blockTokens;
    }

    /** Returns the number of tokens, or {@code inf}. */
    @Override
    public String toString() {
        return unlimited() ? "inf" : Long.toString(tokens);
    }
}
