// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static java.util.Objects.requireNonNull;

/**
 * A prefix that could be fetched from somewhere. Immutable and thread-safe.
 *
 * @param link where it lies
 * @param peer whether that is another replica, not a tier of this one
 * @param tokens how long it is from the start of the prompt; at least 0
 * @param queuedBytes what else waits for the link before it; at least 0
 */
public record CachedPrefix(TierLink link, boolean peer, long tokens, double queuedBytes) {
    /** Checks the numbers. */
    public CachedPrefix {
        requireNonNull(link, "link");
        Amounts.notNegative("tokens", tokens);
        Amounts.notNegative("queuedBytes", queuedBytes);
    }
}
