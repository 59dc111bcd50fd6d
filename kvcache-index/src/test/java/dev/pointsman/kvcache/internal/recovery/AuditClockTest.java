// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AuditClockTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long TWO_SECONDS = Duration.ofSeconds(2).toNanos();

    @Property(tries = 1_000)
    void anyPosition_isDueAfterTheQuiet_andNotBeforeThreeQuartersOfIt(
            @ForAll long position, @ForAll long now, @ForAll @LongRange(min = 1, max = Long.MAX_VALUE) long quiet) {
        AuditClock clock = new AuditClock(quiet, now);

        assertThat(clock.due(position, now + quiet)).isTrue();
        assertThat(clock.due(position, now + quiet - quiet / 4 - 1)).isFalse();
    }

    @Property(tries = 100)
    void settling_isDueAfterTwoSeconds_andNotBeforeThreeQuartersOfThem(@ForAll long position, @ForAll long now) {
        AuditClock clock = new AuditClock(MINUTE, now);

        clock.settling();
        assertThat(clock.due(position, now + TWO_SECONDS)).isTrue();
        assertThat(clock.due(position, now + TWO_SECONDS * 3 / 4 - 1)).isFalse();

        clock.settled();
        assertThat(clock.due(position, now + TWO_SECONDS)).isFalse();
    }

    @Test
    void settlingForLongerThanTheQuiet_isDueAfterTheQuiet() {
        AuditClock clock = new AuditClock(1_000, 0);

        clock.settling();

        assertThat(clock.due(7, 1_000)).isTrue();
    }

    @Test
    void somethingHeard_theQuietBeginsAnew() {
        AuditClock clock = new AuditClock(MINUTE, 0);

        clock.heard(MINUTE / 2);

        assertThat(clock.due(0, MINUTE)).isFalse();
        assertThat(clock.due(0, MINUTE / 2 + MINUTE)).isTrue();
    }

    @Test
    void noQuietIsSet_isNeverDue() {
        AuditClock clock = new AuditClock(0, 0);

        clock.settling();

        assertThat(clock.due(0, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void fleetThatFallsQuietAtOnce_isNotDueAtOnce() {
        AuditClock clock = new AuditClock(MINUTE, 0);

        Set<Long> due = new HashSet<>();
        for (long position = 0; position < 64; position++) {
            for (long at = MINUTE * 3 / 4; at <= MINUTE; at += MINUTE / 64) {
                if (clock.due(position, at)) {
                    due.add(at);
                    break;
                }
            }
        }

        assertThat(due).hasSizeGreaterThan(8);
    }
}
