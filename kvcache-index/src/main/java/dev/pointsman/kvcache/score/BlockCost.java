// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

/**
 * What a request would cost on an endpoint, in blocks of work; the least wins (dynamo's router):
 *
 * <pre>{@code loadScale * max(0, prefill - credit) + decode + activeWeight * active}</pre>
 *
 * <p>The credit is what is cached of the prompt, weighted by tier ({@link TierWeights#weigh}); dynamo's own weights are 1.0,
 * 0.75 for host memory and 0.25 for disks. Immutable and thread-safe; constant time, allocates nothing.
 *
 * @param loadScale how much a block of prefill work counts against one of decode work; at least 0
 * @param activeWeight what a request in flight adds, in blocks; at least 0
 */
public record BlockCost(double loadScale, double activeWeight) {
    /** Prefill counts like decode, and requests in flight only by their blocks. */
    public static final BlockCost DEFAULT = new BlockCost(1, 0);

    /** Checks the weights. */
    public BlockCost {
        if (!(loadScale >= 0 && activeWeight >= 0)) {
            throw new IllegalArgumentException("block cost: needs weights >= 0, but got " + loadScale + " and "
                    + activeWeight + ".\nMaybe the sign is wrong; more work always costs more.");
        }
    }

    /**
     * Returns the cost.
     *
     * @param prefillBlocks blocks of prompt to be read, this request's and those before it
     * @param creditedBlocks how many of them are cached, weighted by tier
     * @param decodeBlocks blocks held by requests that decode there
     * @param activeRequests requests in flight there
     */
    public double of(double prefillBlocks, double creditedBlocks, double decodeBlocks, double activeRequests) {
        return loadScale * Math.max(0, prefillBlocks - creditedBlocks) + decodeBlocks + activeWeight * activeRequests;
    }
}
