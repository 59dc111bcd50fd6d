// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    @Test
    void advance_severalTimes_addsUp() {
        ManualClock clock = new ManualClock(-5);

        clock.advance(Duration.ofNanos(7));
        long now = clock.advance(Duration.ofMillis(1));

        assertThat(now).isEqualTo(1_000_002).isEqualTo(clock.getAsLong());
    }

    @Test
    void advance_backwards_isRefused() {
        ManualClock clock = new ManualClock();

        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clock: must not go back, but was to advance by PT-1S.\n"
                        + "Maybe start a second clock at the earlier time.");
        assertThat(clock.getAsLong()).isZero();
    }
}
