// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is heard a second time allocates nothing, whether it has meters of its own or not. */
class AllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int CALLS = 10_000;
    private static final int ROUNDS = 10;

    private final Host host = new Host(builder -> builder.histograms(true).maxModels(1), (request, candidate) -> 1);
    private final MicrometerObserver metrics = host.metrics;

    @Test
    void eventsOfARequest_allocateNothing() {
        TestCycle cycle = TestCycle.of(TestFleet.of(1));
        Dispatch known = host.dispatch(host.request("known")
                .ttftTarget(Duration.ofSeconds(1))
                .tpotTarget(Duration.ofMillis(20))
                .build());
        known.firstToken();
        Dispatch unknown = host.dispatch(host.request("unknown").build());
        Usage usage = new Usage(1000, 500, 100);
        Rejection rejection = Rejection.of(Rejection.Reason.NOT_ADMITTED, "full", null);
        Dispatch[] dispatches = {known, unknown};

        assertAllocatesNothing(() -> {
            for (Dispatch dispatch : dispatches) {
                metrics.dispatched(cycle, dispatch);
                metrics.firstToken(dispatch, 6_000_000_000L);
                metrics.tokens(dispatch, 1, 6_100_000_000L);
                metrics.failedOver(
                        dispatch,
                        dispatch.decision().primary().target(),
                        dispatch.decision().primary().target(),
                        6_100_000_000L);
                metrics.ended(dispatch, Ending.COMPLETED, usage, 7_000_000_000L);
            }
            metrics.rejected(cycle, rejection);
        });
    }

    @Test
    void eventsOutsideOfRequests_allocateNothing() {
        IllegalStateException failure = new IllegalStateException();
        for (int i = 0; i < MicrometerObserver.MOST_MEASURES; i++) {
            metrics.counted("source", "things", "kind-" + i, 1);
        }

        assertAllocatesNothing(() -> {
            metrics.counted("source", "things", "kind-1", 3);
            metrics.counted("source", "beyond the bound", "", 3);
            metrics.measured("source", "beyond the bound", "", 1.5);
            metrics.pluginFailed("plugin", failure);
            metrics.scoresAdjusted("scorer", 1, 2);
        });
    }

    @Test
    void measures_allocateNothing() {
        assertAllocatesNothing(() -> {
            metrics.measured("source", "kv-index.bytes", "", 4096);
            metrics.measured("source", "fleet.queued-seconds", "pool", 1.5);
        });
    }

    /** The least of some rounds, because now and then the JVM itself allocates on the thread. */
    private static void assertAllocatesNothing(Runnable events) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this JVM does not count what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(events, WARM_UP);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(events, CALLS);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes for %d rounds of events", CALLS).isLessThan(CALLS);
    }

    private static void run(Runnable events, int times) {
        for (int i = 0; i < times; i++) {
            events.run();
        }
    }
}
