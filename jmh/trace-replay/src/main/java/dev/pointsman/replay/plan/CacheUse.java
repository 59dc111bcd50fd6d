// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import java.util.Locale;

/**
 * With what cache the hits of a trace were counted, and what that means for queues. Immutable.
 *
 * @param tokens of one LRU cache, at least 0
 * @param pinned whether requests go where their prefix is, and wait there, each replica with a queue of its own; if not, they go where
 *     least waits, and replicas of a role share a queue
 */
public record CacheUse(long tokens, boolean pinned) {
    /** Checks the size. */
    public CacheUse {
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "cache: must have at least 0 tokens, but has " + tokens + ".\nMaybe write 0 for none.");
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                pinned
                        ? "hits as a cache of %,d tokens finds them, half of what is held; requests wait where their prefix is"
                        : "hits as a cache of %,d tokens finds them; requests go where least waits",
                tokens);
    }
}
