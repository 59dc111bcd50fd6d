// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.request.InferenceRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    private static final int THREADS = 8;
    private static final int EACH = 500;

    @Test
    void eventsOfManyThreads_areAllCounted_whileNamesFightForRoom() throws Exception {
        Host host = new Host(builder -> builder.histograms(false).maxModels(20), (request, candidate) -> 1);

        concurrently(thread -> {
            for (int i = 0; i < EACH; i++) {
                // All threads bring the same names at about the same time, more of them than there is room for.
                Dispatch dispatch = host.dispatch(
                        InferenceRequest.builder(thread + "-" + i, "m" + i % 60).build());
                dispatch.firstToken();
                dispatch.tokens(1);
                host.metrics.counted("s" + i % 30, "things", "kind" + thread % 2, 2);
                host.metrics.pluginFailed("p" + i % 300, new IllegalStateException());
                dispatch.completed(new Usage(10, 5, 2));
                if (i % 100 == 0) {
                    host.scrape();
                }
            }
        });

        double all = THREADS * EACH;
        assertThat(sum(host, "pointsman.dispatched")).isEqualTo(all);
        assertThat(sum(host, "pointsman.ended")).isEqualTo(all);
        assertThat(sum(host, "pointsman.things")).isEqualTo(2 * all);
        assertThat(sum(host, "pointsman.plugin.failures")).isEqualTo(all);
        assertThat(host.registry
                        .find("pointsman.dispatched")
                        .tag("path", "local")
                        .counters())
                .hasSize(21);
        assertThat(host.registry.find("pointsman.plugin.failures").counters()).hasSize(201);
        assertThat(host.registry.find("pointsman.in.flight").gauges().stream().mapToDouble(Gauge::value))
                .containsOnly(0.0);
        assertThat(host.registry.find("pointsman.output.tokens").summaries().stream()
                        .mapToDouble(DistributionSummary::totalAmount)
                        .sum())
                .isEqualTo(2 * all);
        assertThat(host.registry.find("pointsman.ttft").timers().stream()
                        .mapToLong(Timer::count)
                        .sum())
                .isEqualTo(THREADS * EACH);
    }

    @Test
    void closingAmongEvents_leavesNothing() throws Exception {
        for (int round = 0; round < 20; round++) {
            Host host = new Host();

            concurrently(thread -> {
                if (thread == 0) {
                    host.metrics.close();
                }
                for (int i = 0; i < 10; i++) {
                    host.dispatch(InferenceRequest.builder(thread + "-" + i, "m" + thread)
                                    .build())
                            .close();
                    host.metrics.counted("s" + thread, "things", "k" + i, 1);
                    host.metrics.measured("s" + thread, "level", "k" + i, 1);
                }
            });

            assertThat(host.registry.getMeters()).isEmpty();
        }
    }

    private static double sum(Host host, String name) {
        return host.registry.find(name).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private static void concurrently(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(threads.submit(() -> {
                    start.await();
                    work.run(thread);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
