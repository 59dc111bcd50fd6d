// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

/**
 * Keeps requests with the same {@linkplain AffinityKey key} on the same endpoint by consistent hashing: endpoints have points on a
 * ring, and the first point after the key's hash has it, unless its endpoint is loaded above a bound; then the next one has (as
 * {@code consistent_hashing} and {@code prefix_hash} of SMG and the session router of vLLM's production-stack do).
 *
 * <p>That endpoint scores 1, the next three around the ring 1/2, 1/4 and 1/8, so that fallbacks are the same for all requests
 * with the key; all others score 0, and so do those above the bound. With n candidates, of which {@code total} requests of this
 * scheduler are in flight, the bound is {@code (total + 1) / n * loadFactor} requests. An endpoint that joins or leaves moves
 * only keys of its own. A request without a key has no scores: it goes where the other scorers say.
 *
 * <p><b>Departures.</b> SMG hashes with XXH3 and vLLM's router with MurmurHash; the hash here is another one, so keys are placed
 * as evenly and not in the same places. SMG chooses at random without a key, and production-stack the endpoint with the least
 * queries a second.
 *
 * <p>Thread-safe, lock-free but for the first sight of an endpoint; its points are released when it leaves. O(candidates *
 * log(points)), allocates nothing; 8 bytes a point.
 */
public final class ConsistentHashScorer extends HashScorer {
    /** An endpoint's points on the ring unless told otherwise. */
    public static final int DEFAULT_POINTS = 64;

    /** How many times the mean load an endpoint may have unless told otherwise. */
    public static final double DEFAULT_LOAD_FACTOR = 1.25;

    static final int MOST_POINTS = 4096;

    /** Places requests by their sessions, and those without by the beginnings of their prompts. */
    public ConsistentHashScorer() {
        this(DEFAULT_KEY, DEFAULT_LOAD_FACTOR, DEFAULT_POINTS);
    }

    /**
     * Places requests by any key.
     *
     * @param key what makes requests alike
     * @param loadFactor how many times the mean load an endpoint may have; finite and at least 1
     * @param points each endpoint's points on the ring, 1 to 4096; the more, the more evenly keys are spread
     */
    public ConsistentHashScorer(AffinityKey key, double loadFactor, int points) {
        super(new HashPlacement(key, loadFactor, checked(points)));
    }

    private static int checked(int points) {
        if (points < 1 || points > MOST_POINTS) {
            throw new IllegalArgumentException("points: must be between 1 and " + MOST_POINTS + ", but was " + points
                    + ".\nMaybe leave it out; " + DEFAULT_POINTS + " is used then.");
        }
        return points;
    }
}
