// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;

/**
 * How much a cached block counts in each tier, relative to one that is computed anew (0) and one in accelerator memory
 * (usually 1): a block in slower memory has to be loaded first.
 *
 * <p>A block in several tiers counts as in the fastest of them, so the weighted length of a match is the sum over its blocks
 * of the best weight that any holder tier has (llm-d's longest-prefix scorer). A prefix may change tiers back and forth.
 *
 * <p>Immutable and thread-safe; every method takes constant time and allocates nothing.
 */
public final class TierWeights {
    /** Every tier counts in full. */
    public static final TierWeights EQUAL = new TierWeights(1, 1, 1, 1);

    /**
     * What is used unless told otherwise: llm-d's 1.0 for accelerator and 0.8 for host memory, and 0.25 for the slower tiers,
     * which is dynamo's credit for a block on disk. llm-d itself counts what it has no weight for in full.
     */
    public static final TierWeights DEFAULT = new TierWeights(1, 0.8, 0.25, 0.25);

    private static final Tier[] TIERS = Tier.values();

    private final double accelerator;
    private final double host;
    private final double storage;
    private final double remote;

    private TierWeights(double accelerator, double host, double storage, double remote) {
        this.accelerator = accelerator;
        this.host = host;
        this.storage = storage;
        this.remote = remote;
    }

    /**
     * Makes weights.
     *
     * @param accelerator for accelerator memory; finite and at least 0, as all of them
     * @param host for host memory; at most the one before, as the next two
     * @param storage for disks
     * @param remote for stores and peers on the network
     * @throws IllegalArgumentException if one is out of its range
     */
    public static TierWeights of(double accelerator, double host, double storage, double remote) {
        check(Tier.ACCELERATOR, accelerator, Double.MAX_VALUE);
        check(Tier.HOST, host, accelerator);
        check(Tier.STORAGE, storage, host);
        check(Tier.REMOTE, remote, storage);
        return new TierWeights(accelerator, host, storage, remote);
    }

    private static void check(Tier tier, double weight, double most) {
        if (!(weight >= 0 && weight <= most)) {
            throw new IllegalArgumentException("weight of tier " + tier + ": must be from 0 to "
                    + (most == Double.MAX_VALUE ? "any finite number" : String.valueOf(most)) + ", but was " + weight
                    + ".\nMaybe two were swapped; a block in a slower tier cannot be worth more than in a faster one.");
        }
    }

    /** Returns a tier's weight, at least 0. */
    public double weight(Tier tier) {
        return switch (tier) {
            case ACCELERATOR -> accelerator;
            case HOST -> host;
            case STORAGE -> storage;
            case REMOTE -> remote;
        };
    }

    /** Tells whether every tier counts the same. */
    public boolean equal() {
        return accelerator == remote; // They do not grow from the first to the last.
    }

    /**
     * Returns the weighted length of an endpoint's match, in blocks, at least 0; without a match 0.
     *
     * @param matches an answer for any tier
     * @param slot the endpoint, at least 0
     */
    public double weigh(PrefixMatches matches, int slot) {
        double blocks = 0;
        for (Tier tier : TIERS) {
            blocks += weight(tier) * matches.blocks(slot, tier);
        }
        return blocks;
    }

    @Override
    public String toString() {
        return "TierWeights[accelerator=" + accelerator + ", host=" + host + ", storage=" + storage + ", remote="
                + remote + "]";
    }
}
