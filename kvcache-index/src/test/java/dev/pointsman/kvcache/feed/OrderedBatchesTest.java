// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.internal.recovery.HeldBatches;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OrderedBatchesTest {
    private final StepsInWords steps = new StepsInWords();
    private final Judgement judgement = new Judgement(0);
    private final OrderedBatches<String> batches = batches(3);

    private OrderedBatches<String> batches(int mayWait) {
        return new OrderedBatches<>(steps, judgement, new HeldBatches<>(mayWait, 1_000));
    }

    private void hold(long... sequences) {
        for (long sequence : sequences) {
            batches.hold(sequence, "held", 1, 100 + sequence);
        }
    }

    @Test
    void nothingApplied_theFirstIsNext_andThereIsNothingToGoOnFrom() {
        assertThat(batches.none()).isTrue();
        assertThat(batches.next()).isZero();
        assertThat(batches.anchored()).isFalse();
        assertThat(batches.resumePoint()).isEmpty();
    }

    @Test
    void whatCameLive_isWhatTheEngineIsKnownAgainBy_whateverAReplayBringsAfterIt() {
        batches.applyLive(0, "live", 100);
        batches.apply(1, "replayed", 101);
        batches.apply(2, "replayed", 102);

        assertThat(batches.anchor()).isZero();
        assertThat(batches.anchorFingerprint()).isEqualTo(100);
        assertThat(batches.resumePoint()).contains(new ResumePoint(2, 102, 0, 100, true, 0));
    }

    @Test
    void onlyWhatAReplayBrought_isNothingToGoOnFrom() {
        batches.apply(0, "replayed", 100);

        assertThat(batches.anchored()).isFalse();
        assertThat(batches.resumePoint()).isEmpty();
    }

    @Test
    void whereBlocksMayBeCountedThatAreGone_isNothingToGoOnFrom() {
        batches.applyLive(0, "live", 100);
        judgement.doubt(Doubt.MISSING_HISTORY);
        assertThat(batches.resumePoint()).contains(new ResumePoint(0, 100, 0, 100, false, 0));

        judgement.doubt(Doubt.LOST_BATCHES);

        assertThat(batches.resumePoint()).isEmpty();
    }

    @Test
    void unreadableBatch_isSkippedAndDoubted() {
        batches.apply(0, null, 100);

        assertThat(batches.applied()).isZero();
        assertThat(steps.done()).containsExactly("drop MALFORMED_BATCH");
        assertThat(judgement.doubts(Doubt.UNREADABLE_BATCH)).isTrue();
    }

    @Test
    void firstBatchOfAnEngine_noHistoryIsMissingBeforeIt() {
        judgement.doubt(Doubt.MISSING_HISTORY);

        batches.apply(0, "replayed", 100);

        assertThat(judgement.doubts(Doubt.MISSING_HISTORY)).isFalse();
    }

    @Test
    void whatWaits_isAppliedUpToTheFirstThatIsMissing_andDroppedIfItIsHereAlready() {
        hold(2, 0, 5);
        batches.apply(0, "replayed", 100);
        batches.apply(1, "replayed", 101);

        batches.drain();

        assertThat(steps.done()).containsExactly("apply 0", "apply 1", "drop DUPLICATE_BATCH", "apply 2");
        assertThat(batches.anchor()).isEqualTo(2);
        assertThat(batches.waiting()).isEqualTo(1);
        assertThat(batches.lastWaiting()).isEqualTo(5);
        assertThat(batches.caughtUp()).isFalse();
    }

    @Test
    void moreThanMayWait_areTurnedAway_andThatIsNotCaughtUpUntilTheyAreAskedForAgain() {
        hold(0, 1, 2, 3);
        assertThat(steps.done()).containsExactly("drop QUEUE_FULL");
        batches.drain();
        assertThat(batches.waiting()).isZero();
        assertThat(batches.caughtUp()).isFalse();

        batches.forgetOverflow();

        assertThat(batches.caughtUp()).isTrue();
    }

    @Test
    void whatWasBeforeIsGone_beginsWithTheFirstThatWaits_andMissesHistory() {
        batches.applyLive(0, "live", 100);
        hold(5, 6, 8);

        batches.beginWithWhatWaits();

        assertThat(steps.done()).containsExactly("apply 0", "clear", "apply 5", "apply 6");
        assertThat(judgement.doubts(Doubt.MISSING_HISTORY)).isTrue();
        assertThat(batches.waiting()).isEqualTo(1);
    }

    @Test
    void forgotten_onlyClearsWhatWasApplied_andKeepsWhatWaits() {
        hold(5);
        batches.forget();
        assertThat(steps.done()).isEmpty();

        batches.applyLive(0, "live", 100);
        judgement.doubt(Doubt.LOST_BATCHES);
        batches.forget();

        assertThat(steps.done()).containsExactly("apply 0", "clear");
        assertThat(batches.none()).isTrue();
        assertThat(batches.anchored()).isFalse();
        assertThat(judgement.doubts(Doubt.LOST_BATCHES)).isFalse();
        assertThat(batches.waiting()).isEqualTo(1);
    }

    @Test
    void loaded_isUnconfirmedUntilAnEngineIsAsked_ifOneCanBe() {
        ResumePoint from = new ResumePoint(7, 107, 5, 105, true, 0);

        batches.resume(from, true);
        assertThat(batches.unconfirmed()).isTrue();
        assertThat(batches.resumePoint()).contains(from);
        batches.confirming();
        assertThat(batches.unconfirmed()).isFalse();

        batches.resume(from, false);
        assertThat(batches.unconfirmed()).isFalse();
    }

    /** However they come, and whichever of them come twice: each is applied once and in order. */
    @Property(tries = 200)
    void anyOrder_isAppliedOnceAndInOrder(@ForAll long seed) {
        Random random = new Random(seed);
        OrderedBatches<String> all = batches(40);
        steps.forget();
        List<Long> sequences = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (long sequence = 0; sequence < 20; sequence++) {
            sequences.addAll(Collections.nCopies(1 + random.nextInt(2), sequence));
            expected.add("apply " + sequence);
        }
        Collections.shuffle(sequences, random);

        for (long sequence : sequences) {
            all.hold(sequence, "held", 1, sequence);
            all.drain();
        }

        assertThat(steps.done().stream().filter(step -> step.startsWith("apply")))
                .containsExactlyElementsOf(expected);
        assertThat(all.caughtUp()).isTrue();
    }
}
