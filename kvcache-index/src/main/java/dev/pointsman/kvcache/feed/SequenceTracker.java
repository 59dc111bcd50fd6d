// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.internal.recovery.AuditClock;
import dev.pointsman.kvcache.internal.recovery.HeldBatches;
import dev.pointsman.kvcache.internal.recovery.LiveSequence;
import dev.pointsman.kvcache.internal.recovery.ReplayEndpoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides, from nothing but sequence numbers and times, what to do with each batch of one endpoint's rank: apply it, hold
 * it, drop it, ask the engine for what is missing, forget everything, or say that the index cannot be trusted. It does
 * none of that itself: {@link RecoverySteps} does.
 *
 * <p><b>What holds.</b> Since the last clear, each sequence is applied once and in order. Otherwise a removal that was
 * missed, or a store that is applied again after its block's removal, would make the index count a block that is gone.
 * Whenever the health is fresh, nothing between the engine's first batch (or the last clear of its cache) and the
 * last one applied is missing.
 *
 * <p><b>Gaps.</b> A live batch that is not the next one waits, with all live ones after it, while the engine replays from
 * the one that is missing. The first live batch is no exception: it is only applied at once if it is number 0. On a
 * connection the past is asked for at once, without waiting for a live batch. Without a replay endpoint the batch is
 * applied and the endpoint is degraded for ever, that is until the engine restarts or clears its cache.
 *
 * <p><b>Restarts.</b> A live sequence below the last live one means that the engine began anew: everything is forgotten
 * and replayed from 0. The same sequence again, or one that a replay brought already, is a duplicate (llm-d's rule).
 * That alone would miss an engine that restarts and passes the old number while the connection is down. So after a
 * connection was lost, the replay begins with the last batch that came live (replies may be another engine's already),
 * and if the engine's batch of that number has another fingerprint, or there is none, then it is another engine. The
 * last batch applied is asked for in that way after some quiet too (an audit), because nothing follows a last batch that
 * is lost. Without a replay endpoint a batch that is the next one by its number is taken for that, though an engine may
 * have restarted and come to just that number unseen.
 *
 * <p><b>No connection.</b> All of this rests on the connection: an engine that restarts breaks it, and what a replay
 * brings without one may be of two engines, one after the other, if the replay was asked for again in between. So
 * nothing is fresh before {@link #connected} or a live batch, and a connection asks for all from 0 or from what came
 * live. A host that passes on live batches and never tells of connections is believed to have one; then a restart is
 * seen only by a sequence that goes back, and an engine that began anew and passed the last number unseen is taken for
 * the old one.
 *
 * <p><b>Replays that fall short.</b> Engines keep some thousands of batches. A replay whose first batch is later than the
 * one asked for means that those between are gone for good: everything is forgotten, the rest is applied, and the
 * endpoint is degraded, but only misses blocks ({@link Doubt#MISSING_HISTORY}). A hole further on is asked for again. A
 * replay that brings nothing new some times in a row, or takes too long in all, has failed: everything is forgotten, and
 * after a cool-down, in which live batches are dropped, all is asked for from 0.
 *
 * <p>An engine that keeps nothing at all ends every replay at once: what waits is applied then, as after a replay that begins
 * late, and an audit of such an engine tells nothing.
 *
 * <p><b>Replay endpoints that do not answer.</b> Engines have none unless told to, whatever a host has been told. After
 * {@value #SILENT_COOL_DOWNS} replays in a row that nothing at all answered, with cool-downs between, the engine is
 * followed as if it had none. On a new connection, and every ten minutes, it is asked once more; when it answers, all is
 * forgotten and asked for from 0 if anything was missed.
 *
 * <p><b>Going on from a snapshot.</b> A tracker of an endpoint whose blocks were loaded begins at a {@link ResumePoint}, as
 * if it had just lost the connection: what it knows is in doubt until the engine's batch of the anchor's number turns out
 * to have the anchor's fingerprint; then all after the last batch applied is replayed, and otherwise all is forgotten.
 * Without a replay endpoint the next number goes on, a later one degrades, and any other is a restart.
 *
 * <p><b>Overflow.</b> When no more live batches may wait, later ones are turned away. Nothing is wrong in the index then,
 * since what was turned away is not applied; it is asked for again once those that wait are applied.
 *
 * <p>Not thread-safe, except {@link #health}: one thread at a time calls it. Times are nanoseconds of any one clock of
 * the caller, such as {@link System#nanoTime}. Constant time per batch, or logarithmic in the number of those that wait.
 *
 * @param <B> a batch
 */
public final class SequenceTracker<B> {
    // Here it is decided what a live batch is, and when there is cause for a replay, which then has its own way. The
    // batches
    // know their order, and the judgement remembers what speaks against the endpoint.

    /** The least time between two replays that an unreadable batch causes. */
    private static final long SUSPICION_NANOS = 1_000_000_000L;

    /** How many replays in a row of which nothing was heard make it go on without. */
    static final int SILENT_COOL_DOWNS = ReplayEndpoint.SILENT_REPLAYS;

    private final RecoverySteps<B> steps;
    private final Judgement judgement;
    private final OrderedBatches<B> batches;
    private final LiveSequence live = new LiveSequence();
    private final AuditClock audits;
    private final Replay<B> replay;

    /** When an unreadable batch caused a replay last, if one ever did. */
    private long lastSuspicion;

    private boolean everSuspect;

    /**
     * Makes a tracker of an endpoint that nothing was heard of.
     *
     * @param settings how patient it is
     * @param limiter bounds the replays of all trackers that share it
     * @param steps does what it decides
     * @param now the caller's time in nanoseconds
     */
    public SequenceTracker(RecoverySettings settings, ReplayLimiter limiter, RecoverySteps<B> steps, long now) {
        this(settings, limiter, steps, null, now);
    }

    /**
     * Makes a tracker that goes on where another one was, over a copy of all that the other had applied.
     *
     * @param settings how patient it is
     * @param limiter bounds the replays of all trackers that share it
     * @param steps does what it decides
     * @param from where the other one was, or null to begin anew with nothing applied
     * @param now the caller's time in nanoseconds
     */
    public SequenceTracker(
            RecoverySettings settings,
            ReplayLimiter limiter,
            RecoverySteps<B> steps,
            @Nullable ResumePoint from,
            long now) {
        requireNonNull(settings, "settings");
        requireNonNull(limiter, "limiter");
        this.steps = requireNonNull(steps, "steps");
        this.judgement = new Judgement(now);
        this.batches =
                new OrderedBatches<>(steps, judgement, new HeldBatches<>(settings.heldBatches(), settings.heldBytes()));
        this.audits = new AuditClock(settings.auditNanos(), now);
        this.replay = new Replay<>(settings, limiter, steps, batches, live, audits, judgement);
        if (from != null) {
            resume(from, now);
        }
    }

    private void resume(ResumePoint from, long now) {
        batches.resume(from, replay.possible());
        judgement.doubt(Doubt.UNVERIFIED);
        if (!from.complete()) {
            judgement.doubt(Doubt.MISSING_HISTORY);
        }
        if (!replay.possible()) {
            // Nobody can be asked, so as after a lost connection all but higher numbers are a restart.
            live.heard(from.sequence());
            live.reconnected();
        }
        judgement.following(from.sequence(), now);
    }

    /** Returns how much the index may be trusted about this endpoint. May be called on any thread. */
    public EndpointHealth health() {
        return judgement.health();
    }

    /** Returns the last sequence that was applied since the last clear, or -1 if none was. */
    public long applied() {
        return batches.applied();
    }

    /**
     * Returns from where another tracker could go on over a copy of what was applied so far. Empty if that would not be
     * safe: before the first live batch, because nothing is surely of the engine then, and when blocks may be counted that
     * are gone ({@link Doubt#LOST_BATCHES}, {@link Doubt#UNREADABLE_BATCH}), which beginning anew mends.
     */
    public Optional<ResumePoint> resumePoint() {
        return batches.resumePoint();
    }

    /** Returns the last live sequence heard of the engine since it started, or -1 if none was. */
    public long lastLive() {
        return live.last();
    }

    /** Returns how many batches the index is known to be behind the engine, at least 0. */
    public long lag() {
        return Math.max(0, live.last() - batches.applied());
    }

    /** Returns how many live batches wait for a replay to end. */
    public int held() {
        return batches.waiting();
    }

    /**
     * A connection to the engine's live batches was made, for the first time or again. To be told before the first live
     * batch of that connection: this is what an unseen restart is found by.
     *
     * @param now the caller's time in nanoseconds
     */
    public void connected(long now) {
        judgement.connected(true);
        audits.heard(now);
        if (!replay.possible()) {
            replay.probeSoon(now);
            if (live.any()) {
                live.reconnected();
                judgement.doubt(Doubt.UNVERIFIED);
            }
        } else if (!replay.coolingDown()) {
            audits.settling();
            replay.abandon();
            if (batches.anchored()) {
                replay.verify(now);
            } else {
                batches.forget();
                live.forget();
                replay.start(now);
            }
        }
        settle(now);
    }

    /**
     * The connection to the engine's live batches was lost.
     *
     * @param now the caller's time in nanoseconds
     */
    public void disconnected(long now) {
        judgement.connected(false);
        settle(now);
    }

    /**
     * A live batch came.
     *
     * @param sequence its place, at least 0
     * @param batch the batch
     * @param bytes its size, for the bound on what waits
     * @param batchFingerprint what tells it from another engine's batch of the same place, such as a hash of its bytes
     * @param now the caller's time in nanoseconds
     * @throws IllegalArgumentException if the sequence is negative
     */
    public void live(long sequence, B batch, int bytes, long batchFingerprint, long now) {
        checkSequence(sequence);
        audits.heard(now);
        judgement.heard();
        if (replay.coolingDown() && !replay.coolDownOver(now)) {
            live.heard(sequence);
            steps.dropped(DropReason.COOL_DOWN, 1);
            return;
        }
        if (batches.unconfirmed()) {
            replay.start(now);
        }
        if (live.tellsOfRestart(sequence)) {
            restarted(now);
        } else if (!replay.verifying() && sequence <= batches.applied()) {
            live.heard(sequence);
            steps.dropped(DropReason.DUPLICATE_BATCH, 1);
            return;
        }
        live.heard(sequence);
        if (replay.following()) {
            follow(sequence, batch, bytes, batchFingerprint, now);
        } else if (replay.auditing() && sequence == batches.next()) {
            replay.cutAuditShort();
            follow(sequence, batch, bytes, batchFingerprint, now);
        } else {
            replay.hold(sequence, batch, bytes, batchFingerprint);
        }
        settle(now);
    }

    /**
     * A live batch came that cannot be read. It counts as lost: if it was the engine's, then the next one or a replay
     * shows the gap, and if it was not, then no harm was done.
     *
     * @param now the caller's time in nanoseconds
     */
    public void unreadable(long now) {
        steps.dropped(DropReason.MALFORMED_BATCH, 1);
        if (!replay.coolingDown()) {
            judgement.suspect();
        }
        if (replay.following()) {
            lookIntoSuspicion(now);
        }
        settle(now);
    }

    /**
     * A replay brought a batch.
     *
     * @param sequence its place, at least 0
     * @param batch the batch, or null if it cannot be read
     * @param batchFingerprint what tells it from another engine's batch of the same place
     * @param now the caller's time in nanoseconds
     * @throws IllegalArgumentException if the sequence is negative
     */
    public void replayed(long sequence, @Nullable B batch, long batchFingerprint, long now) {
        checkSequence(sequence);
        if (replay.probing()) {
            steps.dropped(DropReason.DUPLICATE_BATCH, 1);
            replay.answersAgain(now);
            settle(now);
        } else if (!replay.running()) {
            steps.dropped(DropReason.DUPLICATE_BATCH, 1);
        } else if (replay.reply(sequence, batch, batchFingerprint, now)) {
            settle(now);
        }
    }

    /**
     * A replay ended as it should: the engine said that there is no more.
     *
     * @param now the caller's time in nanoseconds
     */
    public void replayEnded(long now) {
        if (replay.probing()) {
            replay.answersAgain(now);
            settle(now);
        } else if (replay.running()) {
            replay.ended(now);
            settle(now);
        }
    }

    /**
     * A replay cannot go on.
     *
     * @param why half a sentence for people
     * @param now the caller's time in nanoseconds
     */
    public void replayFailed(String why, long now) {
        replay.endProbe(now);
        if (replay.running()) {
            replay.failed(why, now);
            settle(now);
        }
    }

    /**
     * Lets time pass: gives up what takes too long and begins what has waited long enough. To be called some times a
     * second.
     *
     * @param now the caller's time in nanoseconds
     */
    public void tick(long now) {
        if (!replay.following()) {
            replay.tick(now);
        } else if (replay.unanswered()) {
            replay.probe(now);
        } else if (judgement.suspicious()) {
            lookIntoSuspicion(now);
        } else if (replay.possible()
                && judgement.connected()
                && audits.due(batches.fingerprint() + batches.applied(), now)) {
            replay.audit(now);
        }
        settle(now);
    }

    /** The batch that is being applied told that the engine's cache is empty: all before it no longer matters. */
    public void emptied() {
        judgement.emptied();
    }

    /** Something that may have been a removal could not be read in the batch that is being applied. */
    public void doubtful() {
        judgement.doubt(Doubt.UNREADABLE_BATCH);
    }

    /** A store in the batch that is being applied could not be read, and nothing else is wrong with it. */
    public void incomplete() {
        judgement.doubt(Doubt.MISSING_HISTORY);
    }

    /**
     * The endpoint is no longer followed: stops what runs. What the index holds of it stays.
     *
     * @param now the caller's time in nanoseconds
     */
    public void close(long now) {
        replay.close(now);
        judgement.connected(false);
        settle(now);
    }

    private void follow(long sequence, B batch, int bytes, long batchFingerprint, long now) {
        if (sequence == batches.next()) {
            audits.settled();
            judgement.verified();
            batches.applyLive(sequence, batch, batchFingerprint);
        } else if (replay.possible()) {
            replay.hold(sequence, batch, bytes, batchFingerprint);
            replay.start(now);
        } else {
            judgement.verified();
            judgement.doubt(batches.none() ? Doubt.MISSING_HISTORY : Doubt.LOST_BATCHES);
            batches.applyLive(sequence, batch, batchFingerprint);
        }
    }

    /** The engine began anew. */
    private void restarted(long now) {
        replay.abandon();
        batches.forget();
        if (replay.possible()) {
            replay.start(now);
        }
    }

    private void lookIntoSuspicion(long now) {
        if (replay.possible() && (!everSuspect || now - lastSuspicion >= SUSPICION_NANOS)) {
            everSuspect = true;
            lastSuspicion = now;
            replay.start(now);
        }
    }

    /** Tells whether the engine is followed without replay for now, because nobody answers. */
    boolean unanswered() {
        return replay.unanswered();
    }

    /** Says what the health is now, if that changed. */
    private void settle(long now) {
        boolean changed;
        if (replay.coolingDown()) {
            changed = judgement.coolingDown(batches.applied(), now);
        } else if (replay.following() || replay.auditing()) {
            changed = judgement.following(batches.applied(), now);
        } else {
            changed = judgement.replaying(batches.applied(), now);
        }
        if (changed) {
            steps.healthChanged(judgement.health());
        }
    }

    private static void checkSequence(long sequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException(
                    "sequence: must be at least 0, but was " + Long.toUnsignedString(sequence)
                            + ".\nMaybe it is the end of a replay, or not a sequence at all.");
        }
    }
}
