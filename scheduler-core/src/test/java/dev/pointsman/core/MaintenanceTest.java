// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What needs time to pass happens when the host calls, and the host is told when to call next. */
class MaintenanceTest {
    @Test
    void maintained_isDrivenAndItsDeadlineTold() {
        List<Long> maintained = new ArrayList<>();
        long[] deadline = {500};
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .clock(new ManualClock())
                .leases(Duration.ofNanos(900))
                .plugin("maintained", new Maintained() {
                    @Override
                    public void maintain(long now) {
                        maintained.add(now);
                    }

                    @Override
                    public long nextDeadline() {
                        return deadline[0];
                    }
                })
                .build();

        assertThat(pointsman.nextDeadline()).isEqualTo(500);
        pointsman.maintain(42);
        assertThat(maintained).containsExactly(42L);
        deadline[0] = Long.MAX_VALUE;
        assertThat(pointsman.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        dispatched(pointsman, request("r"));
        assertThat(pointsman.nextDeadline()).isEqualTo(900);
    }

    @Test
    void leasesBeyondTheClock_areNeverOver() {
        ManualClock clock = new ManualClock(Long.MAX_VALUE - 1000);
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .clock(clock)
                .leases(Duration.ofDays(100 * 365))
                .build();
        Dispatch dispatch = dispatched(pointsman, request("r"));

        clock.advance(Duration.ofNanos(900));
        pointsman.maintain(clock.getAsLong());

        assertThat(dispatch.ended()).isFalse();
        assertThat(pointsman.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void dispatchEndedByAnObserver_isDroppedByItsLease() {
        ManualClock clock = new ManualClock();
        List<Ending> endings = new ArrayList<>();
        Pointsman pointsman = Pointsman.builder(fleet(1))
                .clock(clock)
                .leases(Duration.ofNanos(10))
                .plugin("impatient", new SchedulingObserver() {
                    @Override
                    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
                        dispatch.cancelled();
                    }

                    @Override
                    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
                        endings.add(ending);
                    }
                })
                .build();
        dispatched(pointsman, request("r"));

        clock.advance(Duration.ofNanos(10));
        pointsman.maintain(clock.getAsLong());

        assertThat(endings).containsExactly(Ending.CANCELLED);
        assertThat(pointsman.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void leases_mustBePositive() {
        assertThatThrownBy(() -> Pointsman.builder(fleet(1)).leases(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe");
    }
}
