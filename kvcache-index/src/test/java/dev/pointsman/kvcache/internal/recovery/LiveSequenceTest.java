// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LiveSequenceTest {
    private final LiveSequence live = new LiveSequence();

    @Test
    void nothingHeard_noNumberTellsOfARestart() {
        assertThat(live.any()).isFalse();
        assertThat(live.last()).isEqualTo(-1);
        assertThat(live.tellsOfRestart(0)).isFalse();
    }

    @Test
    void onlyANumberThatGoesBack_tellsOfARestart() {
        live.heard(4);

        assertThat(live.tellsOfRestart(3)).isTrue();
        assertThat(live.tellsOfRestart(4)).as("heard twice").isFalse();
        assertThat(live.tellsOfRestart(5)).isFalse();
        assertThat(live.tellsOfRestart(9)).as("a gap").isFalse();
    }

    @Test
    void connectionThatNobodyCanBeAskedAbout_theSameNumberAgainTellsOfARestart() {
        live.heard(4);

        live.reconnected();

        assertThat(live.tellsOfRestart(4)).isTrue();
        assertThat(live.tellsOfRestart(5)).isFalse();
    }

    @Test
    void nextLiveBatchOrAReplay_settlesTheConnection() {
        live.heard(4);

        live.reconnected();
        live.heard(5);
        assertThat(live.tellsOfRestart(5)).isFalse();

        live.reconnected();
        live.asked();
        assertThat(live.tellsOfRestart(5)).isFalse();
    }

    @Test
    void forgotten_noNumberTellsOfARestart() {
        live.heard(4);

        live.forget();

        assertThat(live.any()).isFalse();
        assertThat(live.tellsOfRestart(0)).isFalse();
    }
}
