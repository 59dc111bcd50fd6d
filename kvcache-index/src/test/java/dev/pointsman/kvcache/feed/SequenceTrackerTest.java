// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The recovery rules, one by one; the steps are written down as words. */
class SequenceTrackerTest {
    private final DropCounts drops = new DropCounts();
    private final StepsInWords words = new StepsInWords(drops::add);
    private final List<String> steps = words.done();
    private final ReplayLimiter limiter = new ReplayLimiter();
    private SequenceTracker<String> tracker = tracker(RecoverySettings.defaults());
    private long now;

    private SequenceTracker<String> tracker(RecoverySettings settings) {
        return new SequenceTracker<>(settings, limiter, words, now);
    }

    /** Begins at batch 5, which came live, or at a later one. */
    private void resumed(RecoverySettings settings, long sequence) {
        ResumePoint from = new ResumePoint(sequence, sequence, 5, 5, true, 0);
        tracker = new SequenceTracker<>(settings, limiter, words, from, now);
    }

    private void withoutReplay() {
        tracker = tracker(RecoverySettings.builder().replay(false).build());
    }

    private void live(long... sequences) {
        for (long sequence : sequences) {
            tracker.live(sequence, "live", 10, sequence, now);
        }
    }

    private void replayed(long... sequences) {
        for (long sequence : sequences) {
            tracker.replayed(sequence, "replayed", sequence, now);
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
        tracker.tick(now);
    }

    private State state() {
        return tracker.health().state();
    }

    @Test
    void batchesInOrder_areApplied() {
        live(0, 1, 2);

        assertThat(steps).containsExactly("apply 0", "apply 1", "apply 2");
        assertThat(state()).isEqualTo(State.FRESH);
        assertThat(tracker.lag()).isZero();
    }

    @Test
    void gap_isReplayedAndLiveBatchesWaitForIt() {
        live(0, 1, 5);
        assertThat(state()).isEqualTo(State.REPLAYING);
        assertThat(tracker.lag()).isEqualTo(4);
        replayed(2, 3);
        live(6);
        replayed(4, 5);
        tracker.replayEnded(now);

        assertThat(steps)
                .containsExactly(
                        "apply 0", "apply 1", "replay from 2", "apply 2", "apply 3", "apply 4", "apply 5", "apply 6");
        assertThat(state()).isEqualTo(State.FRESH);
        assertThat(limiter.running()).isZero();
    }

    @Test
    void firstLiveBatchOfALaterSequence_asksForThePast() {
        live(7);

        assertThat(steps).containsExactly("replay from 0");
    }

    @Test
    void connection_asksForThePastAtOnce() {
        tracker.connected(now);
        assertThat(state()).isEqualTo(State.REPLAYING);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 0");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void publisherRestart_forgetsAndReplays() {
        live(0, 1, 2, 3, 0);

        assertThat(steps.subList(4, 6)).containsExactly("clear", "replay from 0");
        replayed(0);
        tracker.replayEnded(now);
        assertThat(steps.subList(6, 7)).containsExactly("apply 0");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void liveBatchesThatAReplayBroughtAlready_areDuplicates() {
        live(5);
        replayed(0, 1, 2, 3, 4, 5, 6, 7);
        tracker.replayEnded(now);
        live(6, 7, 8);

        assertThat(steps)
                .containsExactly(
                        "replay from 0",
                        "apply 0",
                        "apply 1",
                        "apply 2",
                        "apply 3",
                        "apply 4",
                        "apply 5",
                        "apply 6",
                        "apply 7",
                        "apply 8");
        assertThat(drops.count(DropReason.DUPLICATE_BATCH)).isEqualTo(3);
    }

    @Test
    void sameLiveSequenceAgain_isADuplicate() {
        live(0, 1, 1, 2);

        assertThat(steps).containsExactly("apply 0", "apply 1", "apply 2");
    }

    @Test
    void gapWithoutReplayEndpoint_isAppliedAndDegrades() {
        withoutReplay();

        live(0, 1, 5);

        assertThat(steps).containsExactly("apply 0", "apply 1", "apply 5");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.LOST_BATCHES);
        live(6);
        assertThat(state()).isEqualTo(State.DEGRADED);
    }

    @Test
    void gapWithoutReplayEndpoint_isMendedByARestart() {
        withoutReplay();

        live(0, 1, 5, 0);

        assertThat(steps).containsExactly("apply 0", "apply 1", "apply 5", "clear", "apply 0");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void gapWithoutReplayEndpoint_isMendedByAClearOfTheCache() {
        withoutReplay();
        live(0, 5);

        tracker.emptied();
        live(6);

        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void reconnectionWithoutReplayEndpoint_isDoubtedUntilTheNextBatch() {
        withoutReplay();
        tracker.connected(now);
        live(0, 1);
        tracker.disconnected(now);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.DISCONNECTED);

        tracker.connected(now);

        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        live(2);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void reconnectionWithoutReplayEndpoint_lastSequenceAgain_isARestart() {
        withoutReplay();
        tracker.connected(now);
        live(0);
        tracker.connected(now);

        live(0);

        assertThat(steps).containsExactly("apply 0", "clear", "apply 0");
    }

    @Test
    void failedReplay_forgetsAndCoolsDown() {
        live(0, 4);
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));

        assertThat(steps)
                .containsExactly("apply 0", "replay from 1", "replay from 1", "replay from 1", "stop replay", "clear");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.REPLAY_FAILED);
        assertThat(limiter.running()).isZero();
        live(5, 6);
        assertThat(drops.count(DropReason.COOL_DOWN)).isEqualTo(2);
        pass(Duration.ofSeconds(29));
        assertThat(steps).hasSize(6);
        pass(Duration.ofSeconds(1));
        assertThat(steps.get(6)).isEqualTo("replay from 0");
        replayed(0, 1, 2, 3, 4, 5, 6);
        tracker.replayEnded(now);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void replayThatMakesProgress_mayTakeMoreTries() {
        live(0, 9);
        for (int i = 1; i < 9; i++) {
            replayed(i);
            tracker.replayFailed("its connection broke", now);
        }
        tracker.replayEnded(now);

        assertThat(tracker.applied()).isEqualTo(9);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void replayThatTakesTooLongInAll_fails() {
        live(0, 1_000);
        for (int i = 1; i < 130; i++) {
            pass(Duration.ofSeconds(1));
            replayed(i);
        }

        assertThat(tracker.health().doubt()).isEqualTo(Doubt.REPLAY_FAILED);
    }

    @Test
    void replayThatBeginsLate_forgetsAndMissesHistoryOnly() {
        live(0, 1, 20);
        replayed(15, 16, 17, 18, 19, 20);
        tracker.replayEnded(now);

        assertThat(steps.subList(2, 5)).containsExactly("replay from 2", "clear", "apply 15");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
        assertThat(Doubt.MISSING_HISTORY.mayOvercount()).isFalse();
    }

    @Test
    void holeInAReplay_isAskedForAgain() {
        live(9);
        replayed(0, 1, 2, 5);
        replayed(3, 4, 5, 6, 7, 8, 9);
        tracker.replayEnded(now);

        assertThat(steps.subList(0, 6))
                .containsExactly("replay from 0", "apply 0", "apply 1", "apply 2", "replay from 3", "apply 3");
        assertThat(tracker.applied()).isEqualTo(9);
    }

    @Test
    void replayThatEndsBeforeWhatIsHeld_isAskedForAgain() {
        live(0, 5);
        replayed(1, 2);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("apply 0", "replay from 1", "apply 1", "apply 2", "replay from 3");
    }

    @Test
    void lostEndOfAReplay_isNoHarmOnceAllIsHere() {
        live(0, 3);
        replayed(1, 2);
        pass(Duration.ofSeconds(2));

        assertThat(tracker.applied()).isEqualTo(3);
        assertThat(state()).isEqualTo(State.FRESH);
        assertThat(limiter.running()).isZero();
    }

    @Test
    void moreLiveBatchesThanMayWait_areAskedForAfterwards() {
        tracker = tracker(RecoverySettings.builder().heldBatches(2).build());
        live(0, 2, 3, 4, 5);
        assertThat(tracker.held()).isEqualTo(2);
        assertThat(drops.count(DropReason.QUEUE_FULL)).isEqualTo(2);
        replayed(1);
        tracker.replayEnded(now);
        replayed(4, 5);
        tracker.replayEnded(now);

        assertThat(steps)
                .containsExactly(
                        "apply 0",
                        "replay from 1",
                        "apply 1",
                        "apply 2",
                        "apply 3",
                        "replay from 4",
                        "apply 4",
                        "apply 5");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void moreLiveBytesThanMayWait_areTurnedAway() {
        tracker = tracker(RecoverySettings.builder().heldBytes(25).build());

        live(1, 2, 3);

        assertThat(tracker.held()).isEqualTo(2);
    }

    @Test
    void restartBehindALostConnection_isSeenByTheFingerprint() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0, 1, 2);
        tracker.disconnected(now);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.DISCONNECTED);
        tracker.connected(now);
        live(6);
        tracker.replayed(2, "another engine's", -2, now);
        replayed(0, 1, 2, 3, 4, 5, 6);
        tracker.replayEnded(now);

        assertThat(steps.subList(4, 8)).containsExactly("replay from 2", "clear", "replay from 0", "apply 0");
        assertThat(tracker.applied()).isEqualTo(6);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void restartBehindALostConnection_isSeenByAReplayOfNothing() {
        live(0, 1, 2);
        tracker.connected(now);
        tracker.replayEnded(now);
        replayed(0);
        tracker.replayEnded(now);

        assertThat(steps.subList(3, 7)).containsExactly("replay from 2", "clear", "replay from 0", "apply 0");
        live(1);
        assertThat(tracker.applied()).isEqualTo(1);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void lostConnectionToTheSameEngine_goesOnWhereItWas() {
        live(0, 1, 2);
        tracker.connected(now);
        replayed(2, 3, 4);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("apply 0", "apply 1", "apply 2", "replay from 2", "apply 3", "apply 4");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void lostConnectionForLongerThanTheEngineRemembers_forgets() {
        live(0, 1, 2);
        tracker.connected(now);
        replayed(10, 11);
        tracker.replayEnded(now);

        assertThat(steps.subList(3, 7)).containsExactly("replay from 2", "clear", "apply 10", "apply 11");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
    }

    @Test
    void liveBatchWhileTheEngineIsChecked_isNoDuplicateOfAnotherEngines() {
        live(0, 2);
        replayed(1, 2, 3, 4);
        tracker.replayEnded(now);
        tracker.connected(now);
        live(3);

        tracker.replayed(0, "of another engine", 77, now);
        replayed(0, 1, 2);
        tracker.replayEnded(now);

        assertThat(steps.subList(steps.size() - 6, steps.size()))
                .containsExactly("clear", "replay from 0", "apply 0", "apply 1", "apply 2", "apply 3");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void liveBatchWhileItCoolsDown_isHeardThoughDropped() {
        live(0, 4);
        tracker.tick(now + Duration.ofMinutes(2).toNanos());

        live(7);

        assertThat(tracker.lastLive()).isEqualTo(7);
        assertThat(tracker.lag()).isEqualTo(8);
    }

    @Test
    void lastBatchBeforeAPauseIsLost_isFoundByTheAudit() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0, 1);
        pass(Duration.ofSeconds(44));
        assertThat(steps).hasSize(3);
        pass(Duration.ofSeconds(16));
        assertThat(state()).as("an audit casts no doubt").isEqualTo(State.FRESH);
        replayed(1, 2);
        tracker.replayEnded(now);

        assertThat(steps.subList(3, 5)).containsExactly("replay from 1", "apply 2");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void newConnectionThatStaysQuiet_isAuditedSoon() {
        tracker.connected(now);
        replayed(0);
        tracker.replayEnded(now);
        pass(Duration.ofSeconds(2));
        replayed(0, 1);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 0", "apply 0", "replay from 0", "apply 1");
        pass(Duration.ofSeconds(44));
        assertThat(steps).hasSize(4);
    }

    @Test
    void auditThatNobodyAnswers_keepsWhatIsKnownAndDoubtsIt() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0);
        pass(Duration.ofSeconds(60));
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));

        assertThat(steps).doesNotContain("clear");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        live(1);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void nextLiveBatch_endsAnAudit() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0);
        pass(Duration.ofSeconds(60));
        live(1, 1, 2);

        assertThat(steps)
                .containsExactly("replay from 0", "apply 0", "replay from 0", "stop replay", "apply 1", "apply 2");
        assertThat(limiter.running()).isZero();
    }

    @Test
    void unreadableLiveBatch_countsAsLost() {
        live(0);
        tracker.unreadable(now);
        replayed(1);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("apply 0", "replay from 1", "apply 1");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void unreadableBatchInAReplay_isSkippedAndDegrades() {
        live(0, 3);
        replayed(1);
        tracker.replayed(2, null, 2, now);
        tracker.replayEnded(now);

        assertThat(tracker.applied()).isEqualTo(3);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNREADABLE_BATCH);
    }

    @Test
    void manyUnreadableBatches_causeOneReplayASecond() {
        live(0);
        for (int i = 0; i < 100; i++) {
            tracker.unreadable(now);
            tracker.replayEnded(now);
        }

        assertThat(steps).containsExactly("apply 0", "replay from 1");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        pass(Duration.ofSeconds(1));
        tracker.replayEnded(now);
        assertThat(steps).containsExactly("apply 0", "replay from 1", "replay from 1");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void tooManyReplaysAtOnce_waitForAPlace() {
        List<SequenceTracker<String>> others = new ArrayList<>();
        for (int i = 0; i < ReplayLimiter.DEFAULT_PARALLEL; i++) {
            others.add(tracker(RecoverySettings.defaults()));
            others.get(i).connected(now);
        }
        steps.clear();

        tracker.connected(now);
        live(0, 1);

        assertThat(steps).isEmpty();
        assertThat(state()).isEqualTo(State.REPLAYING);
        others.get(3).replayEnded(now);
        pass(Duration.ofMillis(100));
        assertThat(steps).containsExactly("replay from 0");
    }

    @Test
    void closing_givesItsPlaceBack() {
        tracker.connected(now);

        tracker.close(now);

        assertThat(steps).containsExactly("replay from 0", "stop replay");
        assertThat(limiter.running()).isZero();
    }

    @Test
    void resumed_goesOnOnceTheEngineIsKnownAgain() {
        resumed(RecoverySettings.defaults(), 5);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        assertThat(tracker.applied()).isEqualTo(5);

        tracker.connected(now);
        live(8, 9);
        assertThat(state()).isEqualTo(State.REPLAYING);
        replayed(5, 6, 7, 8);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 5", "apply 6", "apply 7", "apply 8", "apply 9");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void resumedAfterWhatAReplayBrought_isKnownAgainByWhatCameLive() {
        resumed(RecoverySettings.defaults(), 7);

        tracker.connected(now);
        replayed(5, 6, 7, 8);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 5", "apply 8");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void resumedWithAnotherEngine_forgetsAndBeginsAnew() {
        resumed(RecoverySettings.defaults(), 5);

        tracker.connected(now);
        live(9);
        tracker.replayed(5, "another engine's", -5, now);
        replayed(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        tracker.replayEnded(now);

        assertThat(steps.subList(0, 4)).containsExactly("replay from 5", "clear", "replay from 0", "apply 0");
        assertThat(tracker.applied()).isEqualTo(9);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void resumedWithAnEngineThatBeganAnew_forgets() {
        resumed(RecoverySettings.defaults(), 5);

        tracker.connected(now);
        live(2);
        tracker.replayEnded(now);
        replayed(0, 1, 2);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 5", "clear", "replay from 0", "apply 0", "apply 1", "apply 2");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void resumedWithAnEngineThatNoLongerHasThePast_forgetsAndMissesHistory() {
        resumed(RecoverySettings.defaults(), 5);

        tracker.connected(now);
        replayed(9, 10);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 5", "clear", "apply 9", "apply 10");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
    }

    @Test
    void resumedWithoutAllOfHistory_stillMissesIt() {
        tracker = new SequenceTracker<>(
                RecoverySettings.defaults(), limiter, words, new ResumePoint(5, 5, 5, 5, false, 0), now);

        tracker.connected(now);
        replayed(5, 6);
        tracker.replayEnded(now);

        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
        assertThat(tracker.resumePoint()).contains(new ResumePoint(6, 6, 5, 5, false, 0));
    }

    @Test
    void resumed_liveBatchBeforeAnyConnection_waitsUntilTheEngineIsKnownAgain() {
        resumed(RecoverySettings.defaults(), 5);

        live(6);

        assertThat(steps).containsExactly("replay from 5");
        assertThat(state()).isEqualTo(State.REPLAYING);
        replayed(5);
        tracker.replayEnded(now);
        assertThat(steps).containsExactly("replay from 5", "apply 6");
    }

    @Test
    void resumed_unreadableBatchBeforeAnyConnection_alsoAsksWhetherTheEngineIsTheSame() {
        resumed(RecoverySettings.defaults(), 5);

        tracker.unreadable(now);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 5", "clear", "replay from 0");
    }

    @Test
    void resumed_replayBeforeAnyConnection_isNotFreshThoughTheEngineIsTheSame() {
        resumed(RecoverySettings.defaults(), 5);

        tracker.unreadable(now);
        replayed(5, 6);
        tracker.replayEnded(now);

        assertThat(tracker.health().doubt()).isEqualTo(Doubt.DISCONNECTED);
        tracker.connected(now);
        replayed(5);
        tracker.replayEnded(now);
        assertThat(steps).containsExactly("replay from 5", "apply 6", "replay from 5");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void restartBetweenTwoTriesOfAReplay_beforeAnyConnection_isNotFresh_andAConnectionMendsIt() {
        tracker.unreadable(now);
        tracker.replayed(0, "replayed", 100, now);
        tracker.replayed(1, "replayed", 101, now);
        pass(Duration.ofSeconds(2));
        // The engine began anew and is past that number already.
        tracker.replayed(2, "replayed", 202, now);
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 0", "apply 0", "apply 1", "replay from 2", "apply 2");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.DISCONNECTED);
        steps.clear();
        tracker.connected(now);
        tracker.replayed(0, "replayed", 200, now);
        tracker.replayed(1, "replayed", 201, now);
        tracker.replayed(2, "replayed", 202, now);
        tracker.replayEnded(now);
        assertThat(steps).containsExactly("clear", "replay from 0", "apply 0", "apply 1", "apply 2");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void replayOfNothing_beforeAnyConnection_isNotFresh() {
        tracker.unreadable(now);
        tracker.replayEnded(now);

        assertThat(tracker.health().doubt()).isEqualTo(Doubt.DISCONNECTED);
        assertThat(tracker.health().why()).isEqualTo("There is no connection.");
        live(0);
        assertThat(state()).as("a live batch shows a connection").isEqualTo(State.FRESH);
    }

    @Test
    void resumedWithAnEngineThatDoesNotAnswer_forgetsAndCoolsDown() {
        resumed(RecoverySettings.defaults(), 5);
        pass(Duration.ofHours(1));
        assertThat(steps).as("without a connection nobody is asked").isEmpty();

        tracker.connected(now);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(2));
        }

        assertThat(steps).endsWith("stop replay", "clear");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.REPLAY_FAILED);
    }

    @Test
    void resumedWithoutReplayEndpoint_goesOnWithTheNextBatch() {
        resumed(RecoverySettings.builder().replay(false).build(), 5);
        tracker.connected(now);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);

        live(6, 7);

        assertThat(steps).containsExactly("apply 6", "apply 7");
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void resumedWithoutReplayEndpoint_laterBatchDegrades() {
        resumed(RecoverySettings.builder().replay(false).build(), 5);
        tracker.connected(now);

        live(8);

        assertThat(steps).containsExactly("apply 8");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.LOST_BATCHES);
    }

    @Test
    void resumedWithoutReplayEndpoint_anyOtherBatchIsARestart() {
        for (long sequence = 0; sequence <= 5; sequence++) {
            steps.clear();
            resumed(RecoverySettings.builder().replay(false).build(), 5);
            tracker.connected(now);

            live(sequence);

            assertThat(steps).containsExactly("clear", "apply " + sequence);
        }
    }

    @Test
    void resumePoint_isWhereItIs_andTheLastThatCameLive() {
        tracker.connected(now);
        replayed(0, 1);
        tracker.replayEnded(now);
        assertThat(tracker.resumePoint()).as("nothing came live").isEmpty();

        live(2);
        assertThat(tracker.resumePoint()).contains(new ResumePoint(2, 2, 2, 2, true, 0));

        live(5);
        replayed(3, 4, 5);
        assertThat(tracker.resumePoint()).contains(new ResumePoint(5, 5, 2, 2, true, 0));
    }

    @Test
    void resumePoint_whereBlocksMayBeCountedThatAreGone_isNone() {
        withoutReplay();
        live(0, 4);
        assertThat(tracker.resumePoint()).as("lost batches").isEmpty();
        tracker.emptied();
        assertThat(tracker.resumePoint()).isPresent();

        tracker.doubtful();
        assertThat(tracker.resumePoint()).as("an unreadable batch").isEmpty();
    }

    @Test
    void engineThatKeepsNoBatches_whatWaitsIsApplied_andHistoryIsMissing() {
        live(0, 1, 5, 6);
        tracker.replayEnded(now);
        tracker.replayEnded(now);
        tracker.replayEnded(now);

        assertThat(steps)
                .containsExactly(
                        "apply 0",
                        "apply 1",
                        "replay from 2",
                        "replay from 2",
                        "replay from 2",
                        "clear",
                        "apply 5",
                        "apply 6");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
        assertThat(limiter.running()).isZero();
    }

    @Test
    void auditOfAnEngineThatKeepsNoBatches_keepsWhatIsKnownAndDoubtsIt() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0, 1);
        pass(Duration.ofSeconds(60));
        tracker.replayEnded(now);

        assertThat(steps).containsExactly("replay from 0", "apply 0", "apply 1", "replay from 1");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        assertThat(limiter.running()).isZero();
        live(2);
        assertThat(state()).isEqualTo(State.FRESH);
    }

    @Test
    void newConnectionToAnEngineThatKeepsNoBatches_isNotFreshForWantOfHistory() {
        live(0, 1);
        tracker.connected(now);
        tracker.replayEnded(now);
        tracker.replayEnded(now);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);

        live(0);

        assertThat(state()).as("it had begun anew").isEqualTo(State.FRESH);
    }

    /** Lets three replays of three tries each go unanswered. */
    private void nobodyAnswers() {
        for (int replay = 0; replay < SequenceTracker.SILENT_COOL_DOWNS; replay++) {
            for (int i = 0; i < 3; i++) {
                pass(Duration.ofSeconds(2));
            }
            if (replay < SequenceTracker.SILENT_COOL_DOWNS - 1) {
                assertThat(tracker.health().doubt()).isEqualTo(Doubt.REPLAY_FAILED);
                pass(Duration.ofSeconds(30));
            }
        }
    }

    @Test
    void replayEndpointThatNeverAnswers_isDoneWithoutAfterSomeCoolDowns() {
        tracker.connected(now);
        nobodyAnswers();
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);
        assertThat(tracker.health().why()).contains("does not answer");
        assertThat(limiter.running()).isZero();
        steps.clear();

        live(7, 8, 12);

        assertThat(steps).containsExactly("apply 7", "apply 8", "apply 12");
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.LOST_BATCHES);
        live(0, 1);
        assertThat(steps.subList(3, 6)).containsExactly("clear", "apply 0", "apply 1");
        assertThat(state()).as("a restart mends all").isEqualTo(State.FRESH);
    }

    @Test
    void replayEndpointThatNeverAnswered_isAskedNowAndThen() {
        tracker.connected(now);
        nobodyAnswers();
        live(7);
        steps.clear();

        pass(Duration.ofMinutes(10));
        live(8);
        pass(Duration.ofSeconds(2));
        assertThat(steps).containsExactly("replay from 8", "apply 8", "stop replay");
        assertThat(limiter.running()).isZero();
        steps.clear();

        pass(Duration.ofMinutes(10));
        replayed(9);
        assertThat(steps).containsExactly("replay from 9", "stop replay", "clear", "replay from 0");
        replayed(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        tracker.replayEnded(now);
        assertThat(state()).isEqualTo(State.FRESH);
        assertThat(limiter.running()).isZero();
    }

    @Test
    void replayEndpointThatNeverAnswered_isAskedOnANewConnection() {
        tracker.connected(now);
        nobodyAnswers();
        live(0, 1);
        steps.clear();

        tracker.disconnected(now);
        tracker.connected(now);
        assertThat(tracker.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
        pass(Duration.ofMillis(50));
        tracker.replayEnded(now);
        assertThat(steps).containsExactly("replay from 2", "stop replay", "replay from 1");
        replayed(1, 2);
        tracker.replayEnded(now);

        assertThat(state()).isEqualTo(State.FRESH);
        assertThat(tracker.applied()).isEqualTo(2);
    }

    @Test
    void closingWhileItAsksOnceMore_givesItsPlaceBack() {
        tracker.connected(now);
        nobodyAnswers();
        pass(Duration.ofMinutes(10));
        assertThat(limiter.running()).isEqualTo(1);

        tracker.close(now);

        assertThat(limiter.running()).isZero();
    }

    @Test
    void audits_takeHalfOfThePlacesAtMost() {
        ReplayLimiter few = new ReplayLimiter(2);
        assertThat(few.tryAcquireSpare()).isTrue();
        assertThat(few.tryAcquireSpare()).isFalse();
        assertThat(few.tryAcquire()).isTrue();
        assertThat(few.tryAcquire()).isFalse();
        few.release();
        few.release();
        assertThat(few.tryAcquireSpare()).isTrue();
    }

    @Test
    void auditWithoutASparePlace_waitsWithoutDoubt() {
        tracker.connected(now);
        tracker.replayEnded(now);
        live(0);
        for (int i = 0; i < 4; i++) {
            assertThat(limiter.tryAcquire()).isTrue();
        }

        pass(Duration.ofSeconds(60));
        assertThat(steps).containsExactly("replay from 0", "apply 0");
        assertThat(state()).isEqualTo(State.FRESH);
        limiter.release();
        pass(Duration.ofMillis(50));

        assertThat(steps).endsWith("replay from 0");
    }

    @Test
    void negativeSequence_isRefused() {
        assertThatThrownBy(() -> live(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("18446744073709551615");
    }
}
