// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.internal.recovery.AuditClock;
import dev.pointsman.kvcache.internal.recovery.EngineCheck;
import dev.pointsman.kvcache.internal.recovery.LiveSequence;
import dev.pointsman.kvcache.internal.recovery.ReplayEndpoint;
import dev.pointsman.kvcache.internal.recovery.ReplayPatience;
import org.jspecify.annotations.Nullable;

/**
 * Has an engine say again what is missing: waits for a place among the replays that run, asks, asks again for what did not
 * come, and puts what comes in its place, until nothing is missing or it has failed. When there is cause for a replay is for
 * {@link SequenceTracker} to say.
 *
 * <p><b>What begins it.</b> A plain replay brings all after the last batch applied. One that <em>verifies</em> begins with a
 * batch that is known, so that it shows whether the engine is still the same; an <em>audit</em> is one of these that casts
 * no doubt until it finds something. A <em>probe</em> asks only whether anybody answers now, and live batches are followed
 * meanwhile.
 *
 * <p><b>What ends it.</b> The engine's word that there is no more, if nothing is missing then; silence, if what waited is all
 * here by then; a live batch, if it says what an audit was to say. Otherwise the replay is asked for again, and fails after
 * some requests in a row that brought nothing new, or when it takes too long in all. Then all is forgotten, and after a
 * cool-down all is asked for from 0.
 *
 * <p>It has a place at the limiter exactly while a replay or a probe runs. Not thread-safe.
 */
final class Replay<B> {
    private enum Phase {
        /** No replay is wanted: live batches are applied as they come. */
        NONE,
        /** A replay is wanted and too many others run. */
        WAITING,
        RUNNING,
        COOLING_DOWN
    }

    private final RecoverySteps<B> steps;
    private final OrderedBatches<B> batches;
    private final LiveSequence live;
    private final AuditClock audits;
    private final Judgement judgement;
    private final ReplayLimiter.Permit permit;
    private final ReplayPatience patience;
    private final ReplayEndpoint endpoint;
    private final EngineCheck check = new EngineCheck();

    private Phase phase = Phase.NONE;

    /** Whether the replay under way is an audit. */
    private boolean audit;

    /** Whether the request under way brought a batch that was in its place. */
    private boolean anyReply;

    Replay(
            RecoverySettings settings,
            ReplayLimiter limiter,
            RecoverySteps<B> steps,
            OrderedBatches<B> batches,
            LiveSequence live,
            AuditClock audits,
            Judgement judgement) {
        this.steps = steps;
        this.batches = batches;
        this.live = live;
        this.audits = audits;
        this.judgement = judgement;
        this.permit = limiter.permit();
        this.patience = new ReplayPatience(
                settings.tries(), settings.idleNanos(), settings.totalNanos(), settings.coolDownNanos());
        this.endpoint = new ReplayEndpoint(settings.replay(), settings.idleNanos());
    }

    /** Tells whether live batches are applied as they come: no replay is wanted, but for a probe. */
    boolean following() {
        return phase == Phase.NONE;
    }

    /** Tells whether a replay runs, other than a probe: its replies are waited for. */
    boolean running() {
        return phase == Phase.RUNNING;
    }

    boolean coolingDown() {
        return phase == Phase.COOLING_DOWN;
    }

    /** Tells whether the replay that is wanted or runs is an audit; only unless {@link #following}. */
    boolean auditing() {
        return audit;
    }

    /** Tells whether the engine was asked, or is to be, whether it is still the same, and has not answered. */
    boolean verifying() {
        return check.pending();
    }

    /** Tells whether what is missing can be asked for. */
    boolean possible() {
        return endpoint.available();
    }

    /** Tells whether the engine is followed without replay for now, because nobody answers. */
    boolean unanswered() {
        return endpoint.unanswered();
    }

    boolean probing() {
        return endpoint.probing();
    }

    /** Asks for all after the last batch applied, and first whether the engine is the same if that was never asked. */
    void start(long now) {
        if (batches.unconfirmed()) {
            verify(now);
        } else {
            check.settle();
            begin(false, now);
        }
    }

    /** Asks for all after the last batch that came live, and by that one whether the engine is still the same. */
    void verify(long now) {
        verify(batches.anchor(), batches.anchorFingerprint(), false, now);
    }

    /** Asks whether anything was missed after the last batch applied, if there is a place to spare. */
    void audit(long now) {
        if (permit.takeSpare()) {
            audits.settled();
            if (batches.none()) {
                start(now);
            } else {
                verify(batches.applied(), batches.fingerprint(), true, now);
            }
        }
    }

    private void verify(long sequence, long fingerprint, boolean asAudit, long now) {
        batches.confirming();
        check.demand(sequence, fingerprint);
        begin(asAudit, now);
    }

    private void begin(boolean asAudit, long now) {
        audit = asAudit;
        endpoint.wanted();
        patience.wanted();
        judgement.lookedInto();
        phase = Phase.WAITING;
        request(now);
    }

    /** Lets a live batch wait for the replay to end, which from here on is one for something that is missing. */
    void hold(long sequence, B batch, int bytes, long fingerprint) {
        audit = false;
        batches.hold(sequence, batch, bytes, fingerprint);
    }

    /** The next live batch came, which says the same as the audit would: nothing was missed. */
    void cutAuditShort() {
        stop();
        permit.giveBack();
        audit = false;
        check.settle();
        phase = Phase.NONE;
    }

    /** Gives up the replay and what waits for it, because another follows or the engine cannot be asked. */
    void abandon() {
        stop();
        batches.dropWaiting();
    }

    /** Gives up all that runs or waits, for good. */
    void close(long now) {
        endProbe(now);
        stop();
        permit.giveBack();
        batches.dropWaiting();
        phase = Phase.NONE;
    }

    /**
     * The replay that runs brought a batch; null for one that cannot be read. Returns whether it was more than the proof that
     * the engine is the same.
     */
    boolean reply(long sequence, @Nullable B batch, long fingerprint, long now) {
        endpoint.brought();
        patience.heard(now);
        switch (check.judge(sequence, fingerprint)) {
            case SAME -> {
                check.settle();
                anyReply = true;
                return false;
            }
            case ANOTHER -> {
                forgetTheOtherEngine();
                request(now);
                return true;
            }
            case GONE -> {
                batches.forget();
                check.settle();
                audit = false;
            }
            case NOTHING -> {}
        }
        if (sequence <= batches.applied()) {
            steps.dropped(DropReason.DUPLICATE_BATCH, 1);
        } else if (sequence == batches.next() || !anyReply) {
            if (sequence > batches.next()) {
                batches.forget();
                judgement.doubt(Doubt.MISSING_HISTORY);
            }
            audit = false;
            batches.apply(sequence, batch, fingerprint);
            anyReply = true;
        } else {
            retry("batches are missing in the replay", now);
        }
        return true;
    }

    /** The engine said that there is no more. */
    void ended(long now) {
        patience.heard(now);
        endpoint.answered();
        if (check.pending()) {
            endedWithoutWhatIsKnown(now);
            return;
        }
        batches.drain();
        if (batches.caughtUp()) {
            finish(now);
        } else if (!endpoint.keepsBatches() && patience.lastTry() && batches.waiting() > 0) {
            goOnWithWhatWaits(now);
        } else {
            retry("the replay ended before the batches that are missing", now);
        }
    }

    private void endedWithoutWhatIsKnown(long now) {
        if (audit && !endpoint.keepsBatches()) {
            // Perhaps it keeps no batches at all: then this says nothing of what is known.
            judgement.failed("it was asked and keeps none");
            endAuditInDoubt(now);
        } else {
            // The engine has nothing where it must have a batch that is known: it began anew, or keeps none.
            forgetTheOtherEngine();
            if (!endpoint.keepsBatches()) {
                judgement.doubt(Doubt.MISSING_HISTORY);
            }
            request(now);
        }
    }

    /** The replay that runs cannot go on. */
    void failed(String why, long now) {
        retry(why, now);
    }

    /** Lets time pass, unless it is {@link #following}. */
    void tick(long now) {
        switch (phase) {
            case NONE -> {}
            case WAITING -> request(now);
            case RUNNING -> {
                if (patience.tookTooLong(now)) {
                    giveUp("it took longer than it may in all", now);
                } else if (patience.idle(now)) {
                    idle(now);
                }
            }
            case COOLING_DOWN -> coolDownOver(now);
        }
    }

    /** Tells whether the cool-down is over, and then asks for all; only while {@link #coolingDown}. */
    boolean coolDownOver(long now) {
        boolean over = patience.coolDownOver(now);
        if (over) {
            start(now);
        }
        return over;
    }

    /** A connection was made to an engine that nobody answers for: whoever may answer now is asked soon. */
    void probeSoon(long now) {
        endProbe(now);
        endpoint.probeSoon(now);
    }

    /** Asks now and then whether somebody answers after all, and gives up soon; only while {@link #unanswered}. */
    void probe(long now) {
        if (endpoint.probeIdle(now)) {
            endProbe(now);
        } else if (endpoint.probeDue(now) && judgement.connected() && permit.takeSpare()) {
            endpoint.probe(now);
            ask(batches.next());
        }
    }

    void endProbe(long now) {
        if (endpoint.probing()) {
            endpoint.probeOver();
            steps.stopReplay();
            permit.giveBack();
            endpoint.probeLater(now);
        }
    }

    /** The probe was answered: from here on the endpoint is asked as others are. What was missed is had from the start. */
    void answersAgain(long now) {
        endpoint.probeOver();
        steps.stopReplay();
        endpoint.answersAgain();
        judgement.unanswered(false);
        live.asked();
        if (!batches.anchored()
                || judgement.doubts(Doubt.LOST_BATCHES)
                || judgement.doubts(Doubt.UNREADABLE_BATCH)
                || judgement.doubts(Doubt.MISSING_HISTORY)) {
            batches.forget();
            start(now);
        } else {
            verify(now);
        }
    }

    private void request(long now) {
        if (!permit.take()) {
            return;
        }
        if (phase == Phase.WAITING) {
            patience.begins(now);
            phase = Phase.RUNNING;
        }
        anyReply = false;
        patience.asked(batches.applied(), now);
        batches.forgetOverflow();
        ask(check.pending() ? check.sequence() : batches.next());
    }

    /** Asks from a number on. After the highest there is no other, so that one is asked for again. */
    private void ask(long from) {
        steps.replay(from < 0 ? Long.MAX_VALUE : from);
    }

    private void retry(String why, long now) {
        if (patience.onceMore(batches.applied())) {
            request(now);
        } else {
            giveUp(why + ", " + patience.tries() + " times in a row", now);
        }
    }

    /** Nothing came of a replay for some time. Perhaps all is here and only the end was lost. */
    private void idle(long now) {
        boolean waited = batches.waiting() > 0;
        if (!check.pending()) {
            batches.drain();
        }
        if (waited && batches.caughtUp()) {
            steps.stopReplay();
            finish(now);
        } else {
            retry("the engine did not answer in time", now);
        }
    }

    /** The engine says again and again that it keeps nothing: what was before the batches that wait is gone for good. */
    private void goOnWithWhatWaits(long now) {
        batches.beginWithWhatWaits();
        patience.madeProgress();
        if (batches.caughtUp()) {
            finish(now);
        } else {
            request(now);
        }
    }

    /** Of the engine that answers, no more is known than what waits. */
    private void forgetTheOtherEngine() {
        batches.forget();
        check.settle();
        audit = false;
        live.forget();
        if (batches.waiting() > 0) {
            live.heard(batches.lastWaiting());
        }
    }

    private void finish(long now) {
        permit.giveBack();
        phase = Phase.NONE;
        audit = false;
        judgement.informed();
        audits.heard(now);
    }

    private void giveUp(String why, long now) {
        stop();
        permit.giveBack();
        judgement.failed(why);
        if (audit) {
            // Nothing speaks against what is known, but that nobody answers.
            endAuditInDoubt(now);
            return;
        }
        batches.dropWaiting();
        batches.forget();
        check.settle();
        if (endpoint.failed(now)) {
            // Nobody answers: goes on as if there were nobody to ask.
            judgement.unanswered(true);
            judgement.doubt(Doubt.MISSING_HISTORY);
            phase = Phase.NONE;
        } else {
            phase = Phase.COOLING_DOWN;
            patience.coolDown(now);
        }
    }

    private void endAuditInDoubt(long now) {
        check.settle();
        judgement.doubt(Doubt.UNVERIFIED);
        permit.giveBack();
        audit = false;
        phase = Phase.NONE;
        audits.heard(now);
    }

    private void stop() {
        if (phase == Phase.RUNNING) {
            steps.stopReplay();
        }
    }
}
