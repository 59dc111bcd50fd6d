// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import dev.pointsman.replay.trace.TraceRequest;

/**
 * The fixed policies, each with the exact rule that reference results were computed with.
 *
 * <p>Every tie ends at the lowest index. That is a hidden affinity (at low load, "least work" then places all requests of
 * a tick's first arrivals on endpoint 0), so compare policies at a load where it does not decide.
 *
 * <p>A trace without blocks has no prefixes to follow: there, prefix policies see runs of 0 everywhere and so become
 * their tie rule, and hash policies place by least work, then fewest uncached tokens.
 */
final class FixedPolicies {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private FixedPolicies() {}

    /** Request i goes to endpoint {@code i mod N}. */
    static ReplayPolicy roundRobin() {
        return (request, fleet) -> (int) (request.index() % fleet.size());
    }

    /** The (i+1)-th number of a SplitMix64 stream, unsigned, {@code mod N}; equal to {@code SplittableRandom(seed)}. */
    static ReplayPolicy random(long seed) {
        return (request, fleet) -> pick(seed + (request.index() + 1) * GOLDEN_GAMMA, fleet.size());
    }

    /** The id of the block at a depth, or of the last if there are fewer, mixed and taken {@code mod N}. */
    static ReplayPolicy hashDepth(int depth) {
        return (request, fleet) -> {
            long[] blocks = request.blocks();
            if (blocks.length == 0) {
                return leastLoaded(fleet);
            }
            return pick((blocks[Math.min(depth, blocks.length - 1)] + 1) * GOLDEN_GAMMA, fleet.size());
        };
    }

    /** Fewest input tokens placed so far; blind to caches. */
    static int leastInput(TraceRequest request, FleetView fleet) {
        int best = 0;
        for (int i = 1; i < fleet.size(); i++) {
            if (fleet.placedInputTokens(i) < fleet.placedInputTokens(best)) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Longest run among endpoints whose uncached tokens placed so far are at most the fewest plus a slack; ties: fewest
     * uncached tokens placed so far. Runs shorter than the least count as 0.
     */
    static ReplayPolicy greedyPrefix(int leastRun, long slack) {
        return (request, fleet) -> {
            long limit = slack == Long.MAX_VALUE ? slack : fewestUncached(fleet) + slack;
            int best = -1;
            int bestRun = -1;
            for (int i = 0; i < fleet.size(); i++) {
                if (fleet.placedUncachedTokens(i) > limit) {
                    continue;
                }
                int run = fleet.hitBlocks(i);
                run = run < leastRun ? 0 : run;
                if (run > bestRun
                        || (run == bestRun && fleet.placedUncachedTokens(i) < fleet.placedUncachedTokens(best))) {
                    best = i;
                    bestRun = run;
                }
            }
            return best;
        };
    }

    /** Least work waiting. */
    static int leastWork(TraceRequest request, FleetView fleet) {
        int best = 0;
        for (int i = 1; i < fleet.size(); i++) {
            if (fleet.workNanos(i) < fleet.workNanos(best)) {
                best = i;
            }
        }
        return best;
    }

    /** Longest run; ties: least work waiting. */
    static int longestPrefix(TraceRequest request, FleetView fleet) {
        int best = 0;
        for (int i = 1; i < fleet.size(); i++) {
            int more = fleet.hitBlocks(i) - fleet.hitBlocks(best);
            if (more > 0 || (more == 0 && fleet.workNanos(i) < fleet.workNanos(best))) {
                best = i;
            }
        }
        return best;
    }

    /** Earliest first token: least work waiting plus the time that the request itself would take there. */
    static int minEta(TraceRequest request, FleetView fleet) {
        int best = 0;
        long bestEta = Long.MAX_VALUE;
        for (int i = 0; i < fleet.size(); i++) {
            long eta = fleet.workNanos(i) + fleet.serviceNanos(i);
            // A sum beyond 292 years wraps to below 0; nobody waits that long for a first token.
            if (eta >= 0 && eta < bestEta) {
                best = i;
                bestEta = eta;
            }
        }
        return best;
    }

    private static int leastLoaded(FleetView fleet) {
        int best = 0;
        for (int i = 1; i < fleet.size(); i++) {
            long more = fleet.workNanos(i) - fleet.workNanos(best);
            if (more < 0 || (more == 0 && fleet.placedUncachedTokens(i) < fleet.placedUncachedTokens(best))) {
                best = i;
            }
        }
        return best;
    }

    private static long fewestUncached(FleetView fleet) {
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < fleet.size(); i++) {
            fewest = Math.min(fewest, fleet.placedUncachedTokens(i));
        }
        return fewest;
    }

    private static int pick(long state, int endpoints) {
        return (int) Long.remainderUnsigned(mix64(state), endpoints);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
    private static long mix64(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
