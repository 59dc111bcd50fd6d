// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeasesTest {
    @Test
    void endedDispatches_leaveNoLeasesToPileUp_evenIfNobodySweeps() {
        Leases leases = new Leases(Duration.ofMinutes(10).toNanos());

        for (int i = 0; i < 200_000; i++) {
            Lease lease = leases.grant(i);
            leases.watch(lease);
            lease.end();
        }

        assertThat(leases.kept()).isLessThan(5_000);
        assertThat(leases.nextDeadline())
                .isGreaterThanOrEqualTo(Duration.ofMinutes(10).toNanos());
    }

    @Test
    void deadline_isTheEarliestOfAll_andIsKeptThroughASweep() {
        Leases leases = new Leases(100);
        leases.watch(leases.grant(50));
        leases.watch(leases.grant(20));
        assertThat(leases.nextDeadline()).isEqualTo(120);

        leases.sweep(60);
        assertThat(leases.nextDeadline()).isEqualTo(120);
        leases.sweep(120);

        assertThat(leases.nextDeadline()).isEqualTo(150);
        leases.sweep(150);
        assertThat(leases.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void leaseBeyondTheClock_neverEnds() {
        Leases leases = new Leases(Long.MAX_VALUE);

        leases.watch(leases.grant(10));
        leases.sweep(Long.MAX_VALUE - 1);

        assertThat(leases.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(leases.kept()).isEqualTo(1);
    }
}
