// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

/**
 * How far one endpoint's events had been applied to an index, and how to tell its engine from another: what a channel over
 * a copy of that index goes on from.
 *
 * <p>There are two batches in it because a replay may be answered by an engine that has just taken another's place. What
 * came live is of the engine to which there was a connection, so that is what an engine is known again by.
 *
 * @param sequence the last batch that was applied, at least 0; the next one is the first to be asked for
 * @param fingerprint what tells that batch from another engine's of the same place
 * @param anchor the last batch of them that came live, from 0 to {@code sequence}
 * @param anchorFingerprint what tells that one from another engine's of the same place
 * @param complete whether nothing that the engine had said before is missing; if not, blocks may be missed, and none is
 *     invented
 * @param blocks how many blocks the endpoint held in all tiers and with copies, at least 0; only explanations need it
 */
public record ResumePoint(
        long sequence, long fingerprint, long anchor, long anchorFingerprint, boolean complete, long blocks) {
    /** Checks the ranges. */
    public ResumePoint {
        if (anchor < 0 || sequence < anchor || blocks < 0) {
            throw new IllegalArgumentException("resume point: must have 0 <= anchor <= sequence and at least 0 blocks,"
                    + " but has anchor " + anchor + ", sequence " + sequence + " and " + blocks
                    + " blocks.\nMaybe take it from a channel.");
        }
    }

    /** Returns this with another number of blocks. */
    ResumePoint holding(long held) {
        return new ResumePoint(sequence, fingerprint, anchor, anchorFingerprint, complete, held);
    }
}
