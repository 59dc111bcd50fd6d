// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplayPatienceTest {
    private static final int TRIES = 3;
    private static final long IDLE = 10;
    private static final long TOTAL = 100;
    private static final long COOL_DOWN = 1_000;

    private final ReplayPatience patience = new ReplayPatience(TRIES, IDLE, TOTAL, COOL_DOWN);

    private void ask(long applied, long now) {
        patience.asked(applied, now);
    }

    @Test
    void requestsThatBringNothing_areRepeatedUntilTheTriesAreUsedUp() {
        patience.wanted();
        ask(4, 0);
        assertThat(patience.onceMore(4)).isTrue();
        ask(4, 0);
        assertThat(patience.lastTry()).isFalse();
        assertThat(patience.onceMore(4)).isTrue();
        ask(4, 0);
        assertThat(patience.lastTry()).isTrue();

        assertThat(patience.onceMore(4)).isFalse();
        assertThat(patience.tries()).isEqualTo(TRIES);
    }

    @Test
    void requestThatBringsSomething_theCountBeginsAnew() {
        patience.wanted();
        ask(4, 0);
        assertThat(patience.onceMore(4)).isTrue();
        ask(4, 0);

        assertThat(patience.onceMore(5)).isTrue();

        assertThat(patience.tries()).isZero();
    }

    @Test
    void whatWasKnownIsForgottenMeanwhile_isNoProgress() {
        patience.wanted();
        ask(4, 0);

        patience.onceMore(-1);

        assertThat(patience.tries()).isEqualTo(1);
    }

    @Test
    void anotherReplayOrProgressOfAnotherKind_theCountBeginsAnew() {
        patience.wanted();
        ask(4, 0);
        patience.onceMore(4);
        patience.madeProgress();
        assertThat(patience.tries()).isZero();

        patience.onceMore(4);
        patience.wanted();
        assertThat(patience.tries()).isZero();
    }

    @Test
    void silence_isCountedFromTheLastReplyOrRequest() {
        patience.wanted();
        patience.begins(0);
        ask(-1, 0);
        assertThat(patience.idle(IDLE - 1)).isFalse();
        assertThat(patience.idle(IDLE)).isTrue();

        patience.heard(5);
        assertThat(patience.idle(IDLE)).isFalse();
        ask(-1, 20);
        assertThat(patience.idle(20 + IDLE - 1)).isFalse();
        assertThat(patience.idle(20 + IDLE)).isTrue();
    }

    @Test
    void timeInAll_isCountedFromTheFirstRequest_whateverIsHeard() {
        patience.wanted();
        patience.begins(0);
        ask(-1, 0);
        patience.heard(TOTAL - 1);
        ask(-1, TOTAL - 1);

        assertThat(patience.tookTooLong(TOTAL - 1)).isFalse();
        assertThat(patience.tookTooLong(TOTAL)).isTrue();
    }

    @Test
    void coolDown_isOverAfterItsTime_alsoOfAClockThatWraps() {
        long now = Long.MAX_VALUE - 1;

        patience.coolDown(now);

        assertThat(patience.coolDownOver(now + COOL_DOWN - 1)).isFalse();
        assertThat(patience.coolDownOver(now + COOL_DOWN)).isTrue();
    }
}
