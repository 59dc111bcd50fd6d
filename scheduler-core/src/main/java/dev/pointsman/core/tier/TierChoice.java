// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How a replica should come by the KV of a prompt. Immutable and thread-safe.
 *
 * @param how in one word
 * @param from what is fetched; null to recompute
 * @param seconds how long it takes, what remains to be read included
 * @param recomputeSeconds how long recomputing would take
 */
public record TierChoice(How how, @Nullable CachedPrefix from, double seconds, double recomputeSeconds) {
    /** Checks what is given. */
    public TierChoice {
        requireNonNull(how, "how");
    }

    /** Returns what fetching saves. */
    public double savedSeconds() {
        return recomputeSeconds - seconds;
    }

    /** The ways to come by KV. */
    public enum How {
        /** From a lower tier of the replica itself. */
        LOAD,
        /** From another replica. */
        PULL,
        /** Read the prompt again. */
        RECOMPUTE
    }
}
