// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.event.DropReason;

/**
 * What a {@link SequenceTracker} asks to be done, at once and in this order. An implementation does not call the tracker
 * from within, except {@link SequenceTracker#emptied}, {@link SequenceTracker#doubtful} and {@link
 * SequenceTracker#incomplete} while it applies a batch.
 *
 * @param <B> a batch
 */
public interface RecoverySteps<B> {
    /**
     * Apply a batch. Since the last {@link #clear}, each sequence is applied at most once, in rising order.
     *
     * @param sequence its place
     * @param batch the batch
     */
    void apply(long sequence, B batch);

    /** Forget all that the endpoint holds. */
    void clear();

    /**
     * Ask the engine for its batches from a sequence on. A replay that runs is over: none of its replies may reach the
     * tracker any more.
     *
     * @param from the first sequence wanted, at least 0
     */
    void replay(long from);

    /** Give up the replay that runs: none of its replies may reach the tracker any more. */
    void stopReplay();

    /**
     * Batches were not applied and will not be, or not by this.
     *
     * @param reason why
     * @param batches how many
     */
    default void dropped(DropReason reason, long batches) {}

    /**
     * The endpoint's health changed.
     *
     * @param health what it is now
     */
    default void healthChanged(EndpointHealth health) {}
}
