// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.fleet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.scorer.Allocations;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A decision and its end allocate the same few objects, however many endpoints there are. */
class AllocationTest {
    private static final int WARM_UP = 3000;
    private static final int MEASURED = 500;

    @Test
    void decisionAndEnd_allocateUnderAKibibyteWhateverTheFleet() {
        long[] bytes = IntStream.of(5, 100, 1000)
                .mapToLong(AllocationTest::perDecision)
                .toArray();

        String found = "bytes over 5, 100 and 1,000 endpoints: " + Arrays.toString(bytes);
        assertThat(Arrays.stream(bytes).max().orElseThrow()).as(found).isBetween(1L, 1024L);
        assertThat(bytes[1]).as(found).isLessThanOrEqualTo(bytes[0] + 32);
        assertThat(bytes[2]).as(found).isLessThanOrEqualTo(bytes[0] + 32);
    }

    @Test
    void reportsOfTokens_allocateNothing_whoeverHearsThem() {
        AtomicLong heard = new AtomicLong();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .clock(() -> 0)
                .plugin("one", new Counting(heard))
                .plugin("other", new Counting(heard))
                .build();
        Dispatch dispatch = (Dispatch) pointsman.schedule(Fixtures.request("request", 100));

        assertThat(Allocations.perCall(() -> dispatch.tokens(1))).isZero();
        assertThat(heard).hasPositiveValue();
    }

    private record Counting(AtomicLong heard) implements SchedulingObserver {
        @Override
        public void tokens(Dispatch dispatch, int count, long now) {
            heard.addAndGet(count);
        }
    }

    private static long perDecision(int endpoints) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this JVM does not count what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Fleet fleet = fleet(endpoints);
        for (int i = 0; i < endpoints; i++) {
            fleet.update(
                    "e" + i,
                    EndpointMetrics.builder(0)
                            .waitingRequests(i % 7)
                            .kvUsage(i % 10 / 10.0)
                            .build());
        }
        Pointsman pointsman = Pointsman.builder(fleet)
                .clock(() -> 0)
                .profile(Profile.builder("p")
                        .scorer("active-request-scorer", 1)
                        .scorer("token-load-scorer", 1)
                        .scorer("queue-scorer", 1)
                        .scorer("kv-cache-utilization-scorer", 1)
                        .build())
                .build();
        InferenceRequest[] requests = IntStream.range(0, 64)
                .mapToObj(i -> Fixtures.request("request-" + i, 100))
                .toArray(InferenceRequest[]::new);
        run(pointsman, requests, WARM_UP);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(pointsman, requests, MEASURED);
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return best / MEASURED;
    }

    private static void run(Pointsman pointsman, InferenceRequest[] requests, int times) {
        for (int i = 0; i < times; i++) {
            if (pointsman.schedule(requests[i & 63]) instanceof Dispatch dispatch) {
                dispatch.completed(Usage.UNKNOWN);
            }
        }
    }
}
