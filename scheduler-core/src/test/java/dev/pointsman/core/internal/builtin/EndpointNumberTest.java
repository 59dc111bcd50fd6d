// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import org.junit.jupiter.api.Test;

class EndpointNumberTest {
    private static final EndpointMetrics METRICS = EndpointMetrics.builder(0)
            .waitingRequests(3)
            .gauge("WaitingQueueSize", 7)
            .gauge("RunningRequestsSize", 8)
            .gauge("heat", 9)
            .build();

    @Test
    void nameOfASignal_isTheSignal_andAGaugeWhileThatIsMissing() {
        assertThat(core("WaitingQueueSize").in(METRICS)).isEqualTo(3);
        assertThat(core("RunningRequestsSize").in(METRICS)).isEqualTo(8);
        assertThat(core("KVCacheUsagePercent").in(METRICS)).isNaN();
        assertThat(core("WaitingQueueSize").signals()).containsExactly(Signal.WAITING_REQUESTS);
    }

    @Test
    void anyOtherNameOrProducer_isAGauge() {
        assertThat(core("heat").in(METRICS)).isEqualTo(9);
        assertThat(core("heat").signals()).isEmpty();
        assertThat(EndpointNumber.of("WaitingQueueSize", "").in(METRICS)).isEqualTo(7);
        assertThat(EndpointNumber.of("WaitingQueueSize", "other").signals()).isEmpty();
    }

    private static EndpointNumber core(String name) {
        return EndpointNumber.of(name, EndpointNumber.CORE_PRODUCER);
    }
}
