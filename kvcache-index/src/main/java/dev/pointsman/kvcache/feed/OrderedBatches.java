// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.internal.recovery.HeldBatches;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One engine's batches in order: those applied since the last clear, each once and with a rising number, and the live ones
 * that came early and wait for those before them. It knows how far that goes and what an engine is known again by, and does
 * not decide what may be applied. Not thread-safe.
 */
final class OrderedBatches<B> {
    private static final long NONE = -1;

    private final RecoverySteps<B> steps;
    private final Judgement judgement;
    private final HeldBatches<B> held;

    /** The last sequence applied or skipped since the last clear, and what tells its batch from others. */
    private long applied = NONE;

    private long fingerprint;

    /** The last of them that came live, and so is surely of the engine to which there was a connection. */
    private long anchor = NONE;

    private long anchorFingerprint;

    /** Whether what is known was loaded, and no engine was asked yet whether it is its own. */
    private boolean unconfirmed;

    OrderedBatches(RecoverySteps<B> steps, Judgement judgement, HeldBatches<B> held) {
        this.steps = steps;
        this.judgement = judgement;
        this.held = held;
    }

    /** All up to this point was applied by another, and is to be confirmed by whoever can be asked, if anybody can. */
    void resume(ResumePoint from, boolean canBeAsked) {
        applied = from.sequence();
        fingerprint = from.fingerprint();
        anchor = from.anchor();
        anchorFingerprint = from.anchorFingerprint();
        unconfirmed = canBeAsked;
    }

    /** Returns the last sequence that was applied since the last clear, or -1 if none was. */
    long applied() {
        return applied;
    }

    /** Returns what tells the last batch applied from another engine's; whatever it was last if none is applied. */
    long fingerprint() {
        return fingerprint;
    }

    long next() {
        return applied + 1;
    }

    boolean none() {
        return applied == NONE;
    }

    /** Tells whether any of what was applied came live. */
    boolean anchored() {
        return anchor != NONE;
    }

    /** Returns the last one applied that came live; only if {@link #anchored}. */
    long anchor() {
        return anchor;
    }

    long anchorFingerprint() {
        return anchorFingerprint;
    }

    boolean unconfirmed() {
        return unconfirmed;
    }

    /** An engine is asked whether what is known is its own. */
    void confirming() {
        unconfirmed = false;
    }

    /** Returns from where another could go on, or nothing if it would not be safe. */
    Optional<ResumePoint> resumePoint() {
        if (!anchored() || judgement.doubts(Doubt.LOST_BATCHES) || judgement.doubts(Doubt.UNREADABLE_BATCH)) {
            return Optional.empty();
        }
        boolean complete = !judgement.doubts(Doubt.MISSING_HISTORY);
        return Optional.of(new ResumePoint(applied, fingerprint, anchor, anchorFingerprint, complete, 0));
    }

    void applyLive(long sequence, B batch, long batchFingerprint) {
        anchor = sequence;
        anchorFingerprint = batchFingerprint;
        apply(sequence, batch, batchFingerprint);
    }

    /** Applies a batch that a replay brought; null for one that cannot be read, which is skipped. */
    void apply(long sequence, @Nullable B batch, long batchFingerprint) {
        if (sequence == 0) {
            // There was nothing before it.
            judgement.dispel(Doubt.MISSING_HISTORY);
        }
        applied = sequence;
        fingerprint = batchFingerprint;
        if (batch == null) {
            steps.dropped(DropReason.MALFORMED_BATCH, 1);
            judgement.doubt(Doubt.UNREADABLE_BATCH);
        } else {
            steps.apply(sequence, batch);
        }
    }

    /** Lets a live batch wait, or turns it away if no more may wait. */
    void hold(long sequence, B batch, int bytes, long batchFingerprint) {
        if (!held.add(sequence, batch, bytes, batchFingerprint)) {
            steps.dropped(DropReason.QUEUE_FULL, 1);
        }
    }

    int waiting() {
        return held.size();
    }

    /** Returns the last one that waits; only if any does. */
    long lastWaiting() {
        return held.lastSequence();
    }

    /** Tells whether none waits and none was turned away since {@link #forgetOverflow}. */
    boolean caughtUp() {
        return held.isEmpty() && !held.overflowed();
    }

    /** What was turned away so far is asked for again. */
    void forgetOverflow() {
        held.forgetOverflow();
    }

    /** Applies what waits, as far as nothing is missing. */
    void drain() {
        while (!held.isEmpty() && held.firstSequence() <= applied + 1) {
            if (held.firstSequence() <= applied) {
                steps.dropped(DropReason.DUPLICATE_BATCH, 1);
            } else {
                applyLive(held.firstSequence(), held.firstBatch(), held.firstFingerprint());
            }
            held.removeFirst();
        }
    }

    /** What was before those that wait is gone for good: begins anew with them; only if any waits. */
    void beginWithWhatWaits() {
        forget();
        judgement.doubt(Doubt.MISSING_HISTORY);
        applyLive(held.firstSequence(), held.firstBatch(), held.firstFingerprint());
        held.removeFirst();
        drain();
    }

    /** What waits may be of an engine that is gone. If it is not, a replay brings it again. */
    void dropWaiting() {
        held.clear();
    }

    /** Forgets all that is known of the engine's cache, and what speaks against it. */
    void forget() {
        if (applied != NONE) {
            steps.clear();
        }
        applied = NONE;
        anchor = NONE;
        unconfirmed = false;
        judgement.forget();
    }
}
