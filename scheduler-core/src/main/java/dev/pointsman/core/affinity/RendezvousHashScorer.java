// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

/**
 * Keeps requests with the same {@linkplain AffinityKey key} on the same endpoint by rendezvous hashing: each endpoint draws a number
 * for the key, and the least has it, unless that endpoint is loaded above a bound; then the next one has (as AIBrix does for {@code
 * session-affinity} by header).
 *
 * <p>Scores, bound and missing keys are as with {@link ConsistentHashScorer}. Keys are spread more evenly than on a ring, those of
 * an endpoint that leaves over all others, and an endpoint costs one hash and no points, so this is the one to take unless a ring
 * is wanted for its own sake.
 *
 * <p><b>Departures.</b> AIBrix hashes with FNV-1a, which is another hash than this one, and knows no bound.
 *
 * <p>Thread-safe, lock-free but for the first sight of an endpoint; its hash is released when it leaves. O(candidates), allocates
 * nothing.
 */
public final class RendezvousHashScorer extends HashScorer {
    /** Places requests by their sessions, and those without by the beginnings of their prompts. */
    public RendezvousHashScorer() {
        this(DEFAULT_KEY, ConsistentHashScorer.DEFAULT_LOAD_FACTOR);
    }

    /**
     * Places requests by any key.
     *
     * @param key what makes requests alike
     * @param loadFactor how many times the mean load an endpoint may have; finite and at least 1
     */
    public RendezvousHashScorer(AffinityKey key, double loadFactor) {
        super(new HashPlacement(key, loadFactor, 0));
    }
}
