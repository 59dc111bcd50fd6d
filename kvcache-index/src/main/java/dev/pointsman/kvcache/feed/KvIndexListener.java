// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.DropReason;

/**
 * Hears what happens to an index, for metrics and logs. Every method does nothing unless overridden.
 *
 * <p>The methods about events are called by the one thread that feeds the endpoint, so they must be quick; those about
 * look-ups by whoever looks up. They must not throw and must not call back into what calls them.
 */
public interface KvIndexListener {
    /** Hears nothing. */
    KvIndexListener NONE = new KvIndexListener() {};

    /**
     * An endpoint stored blocks.
     *
     * @param slot the endpoint
     * @param tier where they lie
     * @param blocks how many, in the engine's blocks
     */
    default void stored(int slot, Tier tier, int blocks) {}

    /**
     * An endpoint removed blocks.
     *
     * @param slot the endpoint
     * @param tier where they lay
     * @param blocks how many, in the engine's blocks
     */
    default void removed(int slot, Tier tier, int blocks) {}

    /**
     * All that was known of an endpoint was forgotten, because it cleared its cache or because it has to be learned
     * again.
     *
     * @param slot the endpoint
     */
    default void cleared(int slot) {}

    /**
     * Something that an engine said did not reach the index.
     *
     * @param slot the endpoint
     * @param reason why
     * @param count how many, in the reason's unit
     */
    default void dropped(int slot, DropReason reason, long count) {}

    /**
     * A batch was applied.
     *
     * @param slot the endpoint
     * @param timestamp when the engine made it, in seconds since 1970 by the engine's clock; NaN if it did not say
     * @param behind how many batches the engine is known to be ahead still, at least 0
     */
    default void batchApplied(int slot, double timestamp, long behind) {}

    /**
     * An endpoint is asked for its past.
     *
     * @param slot the endpoint
     * @param from the first batch wanted
     */
    default void replayBegan(int slot, long from) {}

    /**
     * A request for the past is over.
     *
     * @param slot the endpoint
     * @param whole whether the engine said that there is no more; if not, it was given up
     */
    default void replayEnded(int slot, boolean whole) {}

    /**
     * How much the index may be trusted about an endpoint changed.
     *
     * @param slot the endpoint
     * @param health what it is now
     */
    default void healthChanged(int slot, EndpointHealth health) {}

    /**
     * A prompt was looked up.
     *
     * @param blocks how many blocks it has
     * @param longest how many of them the endpoint with the most holds
     */
    default void lookedUp(int blocks, int longest) {}

    /**
     * A request goes to an endpoint that is thought to hold blocks of its prompt.
     *
     * @param slot the endpoint
     * @param tier where they lie
     * @param blocks how many, at least 1
     */
    default void hit(int slot, Tier tier, int blocks) {}

    /**
     * The size of the index, as whoever runs its background work reads it now and then.
     *
     * @param blocks distinct blocks
     * @param holderBlocks pairs of an endpoint and a block that it holds
     * @param bytes the memory of the index
     */
    default void sampled(long blocks, long holderBlocks, long bytes) {}
}
