// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.stats.QuantileSummary;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QueueingEngineTest {
    @Test
    void oneServer_waitsAsByHand() throws IOException {
        // Service is 100 + 2 a token: 120, then 120 after a wait of 70, then 100 for a full hit with no wait.
        Trace trace = Traces.start().at(0, 1).at(50, 2).at(400, 1).build();

        ReplayResult result = run(trace, "round_robin", 1, ServiceTime.ofMicros(100, 2), true);

        QueueCounts queue = result.queue();
        assertThat(queue).isNotNull();
        assertThat(queue.ttftMicros())
                .isEqualTo(new QuantileSummary(3, 120 + 190 + 100, 410 / 3.0, 100, 120, 190, 190, 190, 190, 190));
        assertThat(queue.ttftMicros().mean()).isEqualTo(410.0 / 3);
        assertThat(queue.busyMicrosPerEndpoint()).containsExactly(340L);
        assertThat(queue.makespanMicros()).isEqualTo(500);
        ReplayTimeline timeline = result.timeline();
        assertThat(timeline).isNotNull();
        assertThat(timeline.waitMicros(1)).isEqualTo(70);
        assertThat(timeline.ttftMicros(1)).isEqualTo(190);
        assertThat(timeline.serviceMicros(1)).isEqualTo(120);
        assertThat(timeline.arrivalMicros(2)).isEqualTo(400);
    }

    @Test
    void simultaneousArrivals_seeEachOtherInFileOrder() throws IOException {
        Trace trace = Traces.start().at(7, 1).at(7, 1).at(7, 1).build();

        ReplayResult result = run(trace, "least_work", 2, ServiceTime.ofMicros(0, 1), false);

        // The third finds its block on endpoint 0, which the first has just entered.
        assertThat(result.requestsPerEndpoint()).containsExactly(2L, 1L);
        assertThat(result.cache().hitBlocks()).isEqualTo(1);
    }

    @Test
    void makespan_countsFromTheFirstArrival() throws IOException {
        ReplayResult result =
                run(Traces.start().at(1_000_000, 1).build(), "round_robin", 1, ServiceTime.ofMicros(5, 0), false);

        assertThat(result.queue()).isNotNull();
        assertThat(result.queue().makespanMicros()).isEqualTo(5);
    }

    @Test
    void hundredNanosecondTicks_doNotMerge() throws IOException {
        Trace trace = new Trace(
                "ticks",
                512,
                List.of(TraceRequest.withoutBlocks(0, 0, 1, 1), TraceRequest.withoutBlocks(1, 100, 1, 1)));

        ReplayResult result = run(trace, "round_robin", 1, ServiceTime.ofMicros(1, 0), true);

        // 1.0 and 1.9 microseconds, each rounded down.
        assertThat(result.timeline()).isNotNull();
        assertThat(result.timeline().waitMicros(1)).isZero();
        assertThat(result.queue()).isNotNull();
        assertThat(result.queue().ttftMicros().sum()).isEqualTo(2);
        assertThat(result.queue().makespanMicros()).isEqualTo(2);
    }

    @Test
    void reference_isRefused() {
        assertThatThrownBy(() -> run(Traces.start().build(), "belady", 1, ServiceTime.ofMicros(1, 1), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policy belady: must place requests on endpoints");
    }

    @Test
    void queueBeyondTheCalendar_isRefused() {
        Traces traces = Traces.start();
        for (int i = 0; i < 2000; i++) {
            traces.sized(0, 1_000_000, 1);
        }

        // Every prompt has a million tokens of an hour each.
        assertThatThrownBy(() -> run(
                        traces.build(),
                        "round_robin",
                        1,
                        new ServiceTime(3_600_000_000_000L, 3_600_000_000_000L),
                        false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its queue would outlast 292 years");
    }

    @Test
    void serviceTimes_areExactToTheNanosecond() {
        assertThat(ServiceTime.ofMicros(new BigDecimal("0.5"), new BigDecimal("12.345")))
                .isEqualTo(new ServiceTime(500, 12_345));
        assertThat(new ServiceTime(500, 12_345).nanos(10)).isEqualTo(123_950);
        assertThatThrownBy(() -> ServiceTime.ofMicros(new BigDecimal("0.0001"), BigDecimal.ONE))
                .hasMessageContaining("fixed time: must be a whole number of nanoseconds");
        assertThatThrownBy(() -> ServiceTime.ofMicros(BigDecimal.ONE, new BigDecimal("-1")))
                .hasMessageContaining("time per token: must be between 0 and 3600000000 microseconds, but was -1");
        assertThatThrownBy(() -> ServiceTime.ofMicros(new BigDecimal("1e999999999"), BigDecimal.ONE))
                .hasMessageContaining("fixed time: must be between 0 and");
    }

    private static ReplayResult run(
            Trace trace, String policy, int endpoints, ServiceTime serviceTime, boolean withTimeline)
            throws IOException {
        return ReplayEngine.of(new ReplaySettings(endpoints, CacheCapacity.UNLIMITED, serviceTime), withTimeline)
                .run(trace, PolicyCatalog.fixed().find(policy));
    }
}
