// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import dev.pointsman.replay.trace.TraceRequest;

/**
 * What the caches of a replay did, all endpoints together. Immutable.
 *
 * <p>There are several defensible hit rates, and on one trace they differ by points; hence the ratio methods say in
 * their names what they weigh.
 *
 * @param hitBlocks blocks found: the sum over requests of the leading run of its blocks that were resident
 * @param totalBlocks blocks asked for
 * @param hitTokens tokens found: the sum over requests of {@code min(block size * hit blocks, input tokens)}
 * @param totalTokens input tokens
 * @param requestsWithHit requests that found at least one block
 * @param requestsWithHitOverOneBlock requests that found at least two blocks
 * @param evictions blocks evicted
 * @param residentBlocks blocks resident at the end
 */
public record CacheCounts(
        long hitBlocks,
        long totalBlocks,
        long hitTokens,
        long totalTokens,
        long requestsWithHit,
        long requestsWithHitOverOneBlock,
        long evictions,
        long residentBlocks) {

    /** Returns {@code hitBlocks / totalBlocks}, or 0 if there were no blocks. */
    public double blockHitRatio() {
        return ratio(hitBlocks, totalBlocks);
    }

    /** Returns {@code hitTokens / totalTokens}, or 0 if there were no tokens. */
    public double tokenHitRatio() {
        return ratio(hitTokens, totalTokens);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /** Adds up the cache hits of a replay. Not thread-safe. */
    static final class Counter {
        private long hitBlocks;
        private long totalBlocks;
        private long hitTokens;
        private long totalTokens;
        private long requestsWithHit;
        private long requestsWithHitOverOneBlock;

        void add(TraceRequest request, int run, long tokens) {
            hitBlocks += run;
            totalBlocks += request.blocks().length;
            hitTokens += tokens;
            totalTokens += request.inputTokens();
            requestsWithHit += run > 0 ? 1 : 0;
            requestsWithHitOverOneBlock += run > 1 ? 1 : 0;
        }

        /** Returns the tokens of a request that a run of blocks covers. */
        static long tokens(TraceRequest request, int run, int blockTokens) {
            return Math.min((long) run * blockTokens, request.inputTokens());
        }

        CacheCounts counts(long evictions, long residentBlocks) {
            return new CacheCounts(
                    hitBlocks,
                    totalBlocks,
                    hitTokens,
                    totalTokens,
                    requestsWithHit,
                    requestsWithHitOverOneBlock,
                    evictions,
                    residentBlocks);
        }
    }
}
