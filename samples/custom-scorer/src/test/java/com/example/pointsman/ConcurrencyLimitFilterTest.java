// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

/** Who is full and who is not. */
class ConcurrencyLimitFilterTest {
    @Test
    void requestsInFlight_reachTheLimit_endpointIsFull() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a", "b"))
                .with(InFlightLoad.REQUESTS, "a", 3)
                .with(InFlightLoad.REQUESTS, "b", 4);

        assertThat(cycle.filter(new ConcurrencyLimitFilter(4, true))).containsExactly("a");
    }

    @Test
    void engineReportsMore_theReportCounts() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", metrics -> metrics.runningRequests(3).waitingRequests(1))
                .endpoint("b", metrics -> metrics.runningRequests(3))
                .endpoint("c", metrics -> metrics.waitingRequests(5))
                .build();
        TestCycle cycle = TestCycle.of(fleet).with(InFlightLoad.REQUESTS, "a", 0);

        assertThat(cycle.filter(new ConcurrencyLimitFilter(4, true))).containsExactly("b");
    }

    @Test
    void engineReportsLess_whatWeSentCounts() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", metrics -> metrics.runningRequests(0).waitingRequests(0))
                .build();
        TestCycle cycle = TestCycle.of(fleet).with(InFlightLoad.REQUESTS, "a", 4);

        assertThat(cycle.filter(new ConcurrencyLimitFilter(4, true))).isEmpty();
    }

    @Test
    void nothingKnown_theParameterDecides() {
        TestCycle cycle = TestCycle.of(TestFleet.of("a")).with(InFlightLoad.REQUESTS, "a", Long.MIN_VALUE);

        assertThat(cycle.filter(new ConcurrencyLimitFilter(4, true))).containsExactly("a");
        assertThat(cycle.filter(new ConcurrencyLimitFilter(4, false))).isEmpty();
    }

    @Test
    void limitOfZero_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConcurrencyLimitFilter(0, true))
                .withMessageStartingWith("limit: must be at least 1, but was 0.");
    }
}
