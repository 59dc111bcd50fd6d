// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.internal.recovery.AuditClock;
import dev.pointsman.kvcache.internal.recovery.HeldBatches;
import dev.pointsman.kvcache.internal.recovery.LiveSequence;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A replay without a tracker around it; the fingerprint of each batch is its sequence. */
class ReplayTest {
    private static final long IDLE = Duration.ofSeconds(2).toNanos();
    private static final long QUIET = Duration.ofMinutes(1).toNanos();
    private static final long COOL_DOWN = Duration.ofSeconds(30).toNanos();

    private final StepsInWords steps = new StepsInWords();
    private final ReplayLimiter limiter = new ReplayLimiter(1);
    private final Judgement judgement = new Judgement(0);
    private final LiveSequence live = new LiveSequence();
    private final AuditClock audits = new AuditClock(QUIET, 0);
    private final OrderedBatches<String> batches = new OrderedBatches<>(steps, judgement, new HeldBatches<>(10, 1_000));
    private final Replay<String> replay =
            new Replay<>(RecoverySettings.defaults(), limiter, steps, batches, live, audits, judgement);

    private boolean reply(long sequence) {
        return replay.reply(sequence, "replayed", sequence, 0);
    }

    @Test
    void wanted_asksForAllAfterTheLastBatchApplied_andEndsOnceNothingIsMissing() {
        batches.applyLive(0, "live", 0);
        replay.hold(3, "held", 1, 3);
        replay.start(0);
        assertThat(replay.running()).isTrue();
        assertThat(limiter.running()).isEqualTo(1);

        reply(1);
        reply(2);
        replay.ended(0);

        assertThat(steps.done()).containsExactly("apply 0", "replay from 1", "apply 1", "apply 2", "apply 3");
        assertThat(replay.following()).isTrue();
        assertThat(limiter.running()).isZero();
    }

    @Test
    void highestNumber_isAskedForAgain_sinceThereIsNoNext() {
        batches.applyLive(0, "live", 0);
        replay.hold(5, "held", 1, 5);
        replay.start(0);

        reply(Long.MAX_VALUE);
        replay.ended(0);

        assertThat(steps.done()).last().isEqualTo("replay from " + Long.MAX_VALUE);
    }

    @Test
    void noPlaceIsFree_asksOnceThereIs() {
        ReplayLimiter.Permit other = limiter.permit();
        other.take();
        replay.start(0);
        assertThat(replay.running()).isFalse();
        assertThat(replay.following()).isFalse();

        replay.tick(0);
        assertThat(steps.done()).isEmpty();
        other.giveBack();
        replay.tick(0);

        assertThat(steps.done()).containsExactly("replay from 0");
        assertThat(replay.running()).isTrue();
    }

    @Test
    void verifying_theKnownBatchIsOnlyTheProof_andIsNotAppliedAgain() {
        batches.applyLive(0, "live", 0);
        replay.verify(0);
        assertThat(replay.verifying()).isTrue();

        assertThat(reply(0)).isFalse();

        assertThat(replay.verifying()).isFalse();
        assertThat(steps.done()).containsExactly("apply 0", "replay from 0");
    }

    @Test
    void verifying_anotherBatchOfThatNumber_forgetsAllButWhatWaits_andAsksFromTheStart() {
        batches.applyLive(0, "live", 0);
        live.heard(0);
        replay.verify(0);
        replay.hold(4, "held", 1, 4);

        replay.reply(0, "of another engine", 77, 0);

        assertThat(steps.done()).containsExactly("apply 0", "replay from 0", "clear", "replay from 0");
        assertThat(live.last()).isEqualTo(4);
        assertThat(replay.verifying()).isFalse();
    }

    @Test
    void afterTheProof_aHoleIsAskedForAgain_andNothingIsForgotten() {
        batches.applyLive(0, "live", 0);
        replay.verify(0);
        reply(0);

        reply(2);

        assertThat(steps.done()).containsExactly("apply 0", "replay from 0", "replay from 1");
    }

    @Test
    void plainReplayWhileOneVerifies_demandsNothing() {
        batches.applyLive(0, "live", 0);
        batches.applyLive(1, "live", 1);
        replay.verify(0);

        replay.abandon();
        batches.forget();
        replay.start(0);

        assertThat(steps.done())
                .containsExactly("apply 0", "apply 1", "replay from 1", "stop replay", "clear", "replay from 0");
        assertThat(replay.verifying()).isFalse();
    }

    @Test
    void ended_theQuietBeforeAnAuditBeginsAnew() {
        replay.start(0);

        replay.ended(IDLE);

        assertThat(audits.due(0, QUIET)).isFalse();
        assertThat(audits.due(0, QUIET + IDLE)).isTrue();
    }

    @Test
    void engineThatKeepsNothing_eachGapIsAskedForAsOften_beforeWhatWaitsIsApplied() {
        replay.hold(5, "held", 1, 5);
        replay.hold(8, "held", 1, 8);
        replay.start(0);

        for (int i = 0; i < 6; i++) {
            replay.ended(0);
        }

        assertThat(steps.done())
                .containsExactly(
                        "replay from 0",
                        "replay from 0",
                        "replay from 0",
                        "apply 5",
                        "replay from 6",
                        "replay from 6",
                        "replay from 6",
                        "clear",
                        "apply 8");
        assertThat(replay.following()).isTrue();
    }

    @Test
    void auditWhileALiveBatchWaits_isAReplayLikeOthers() {
        batches.applyLive(0, "live", 0);
        replay.audit(0);

        replay.hold(5, "held", 1, 5);

        assertThat(replay.auditing()).isFalse();
        assertThat(replay.running()).isTrue();
    }

    @Test
    void audit_takesOnlyASparePlace_andTheNextLiveBatchCutsItShort() {
        batches.applyLive(0, "live", 0);
        ReplayLimiter.Permit other = limiter.permit();
        other.take();
        replay.audit(0);
        assertThat(replay.following()).isTrue();
        other.giveBack();

        replay.audit(0);
        assertThat(replay.auditing()).isTrue();
        replay.cutAuditShort();

        assertThat(steps.done()).containsExactly("apply 0", "replay from 0", "stop replay");
        assertThat(replay.following()).isTrue();
        assertThat(replay.verifying()).isFalse();
        assertThat(limiter.running()).isZero();
    }

    @Test
    void auditThatFindsSomething_isAReplayLikeOthers() {
        batches.applyLive(0, "live", 0);
        replay.audit(0);
        reply(0);

        reply(1);

        assertThat(replay.auditing()).isFalse();
        assertThat(batches.applied()).isEqualTo(1);
    }

    @Test
    void silence_failsAfterSomeTries_andAllIsAskedForAfterTheCoolDown() {
        batches.applyLive(0, "live", 0);
        replay.start(0);
        long now = 0;
        for (int i = 0; i < 3; i++) {
            now += IDLE;
            replay.tick(now);
        }
        assertThat(replay.coolingDown()).isTrue();
        assertThat(limiter.running()).isZero();

        assertThat(replay.coolDownOver(now + COOL_DOWN - 1)).isFalse();
        assertThat(replay.coolDownOver(now + COOL_DOWN)).isTrue();

        assertThat(steps.done())
                .containsExactly(
                        "apply 0",
                        "replay from 1",
                        "replay from 1",
                        "replay from 1",
                        "stop replay",
                        "clear",
                        "replay from 0");
    }

    @Test
    void replayThatWasAnsweredOnce_saysNothingOfThoseAfterIt() {
        replay.start(0);
        reply(0);
        int coolDowns = 0;
        long now = 0;

        while (!replay.unanswered() && coolDowns < 100) {
            coolDowns += replay.coolingDown() ? 1 : 0;
            now += COOL_DOWN;
            replay.tick(now);
        }

        // One after the replay that was answered, and one between each two of the three that were not.
        assertThat(coolDowns).isEqualTo(3);
    }

    @Test
    void nobodyAnswers_goesOnWithout_andAProbeThatIsAnsweredAsksForAll() {
        long now = 0;
        while (!replay.unanswered()) {
            if (replay.following()) {
                replay.start(now);
            }
            now += COOL_DOWN;
            replay.tick(now);
        }
        assertThat(replay.possible()).isFalse();
        assertThat(judgement.doubts(Doubt.MISSING_HISTORY)).isTrue();
        steps.forget();
        judgement.connected(true);
        live.heard(3);
        live.reconnected();
        replay.probeSoon(now);
        replay.probe(now);
        assertThat(replay.probing()).isTrue();
        assertThat(replay.following()).isTrue();

        replay.answersAgain(now);

        assertThat(steps.done()).containsExactly("replay from 0", "stop replay", "replay from 0");
        assertThat(replay.possible()).isTrue();
        assertThat(limiter.running()).isEqualTo(1);
        assertThat(live.tellsOfRestart(3)).as("a replay tells what was missed").isFalse();
    }

    @Test
    void closed_givesUpWhatRunsAndWaits() {
        replay.hold(4, "held", 1, 4);
        replay.start(0);

        replay.close(0);

        assertThat(steps.done()).containsExactly("replay from 0", "stop replay");
        assertThat(batches.waiting()).isZero();
        assertThat(replay.following()).isTrue();
        assertThat(limiter.running()).isZero();
    }
}
