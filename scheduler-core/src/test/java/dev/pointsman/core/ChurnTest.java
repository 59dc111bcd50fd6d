// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static dev.pointsman.core.Fixtures.endpoint;
import static dev.pointsman.core.Fixtures.leastRequests;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.Fixtures.requestsInFlight;
import static dev.pointsman.core.Fixtures.tokensInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.core.fleet.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;

/** Endpoints come and go under requests that come and go. */
class ChurnTest {
    private static final int THREADS = 4;
    private static final int REQUESTS = 1500;

    @RepeatedTest(3)
    void endpointsComeAndGo_noRequestIsLostAndNoLoadStays() throws Exception {
        Fleet fleet = Fixtures.fleet(6);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(leastRequests())
                .leases(Duration.ofHours(1))
                .build();
        AtomicBoolean running = new AtomicBoolean(true);
        ExecutorService executor = Executors.newFixedThreadPool(THREADS + 2);
        try {
            Future<?> churn = executor.submit(() -> churn(fleet, running));
            Future<?> sweeper = executor.submit(() -> {
                while (running.get()) {
                    pointsman.maintain(System.nanoTime());
                    pointsman.nextDeadline();
                }
            });
            List<Future<?>> hosts = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int seed = thread;
                hosts.add(executor.submit(() -> host(pointsman, new Random(seed))));
            }
            for (Future<?> host : hosts) {
                host.get();
            }
            running.set(false);
            churn.get();
            sweeper.get();
        } finally {
            executor.shutdownNow();
        }

        for (int i = 0; i < 6; i++) {
            fleet.join(endpoint(i));
        }
        assertThat(requestsInFlight(pointsman)).hasSize(6);
        assertThat(requestsInFlight(pointsman).values()).containsOnly(0L);
        assertThat(tokensInFlight(pointsman).values()).containsOnly(0L);
    }

    private static void churn(Fleet fleet, AtomicBoolean running) {
        Random random = new Random(1);
        while (running.get()) {
            // e0 stays, so that there is always somewhere to go.
            int number = 1 + random.nextInt(5);
            if (random.nextBoolean()) {
                fleet.leave("e" + number);
            } else {
                fleet.join(endpoint(number));
            }
        }
    }

    private static void host(Pointsman pointsman, Random random) {
        List<Dispatch> open = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            SchedulingOutcome outcome = pointsman.schedule(request("r" + random.nextInt(), 10));
            if (outcome instanceof Rejection rejection) {
                throw new AssertionError(rejection.toString());
            }
            open.add((Dispatch) outcome);
            Dispatch dispatch = open.get(random.nextInt(open.size()));
            switch (random.nextInt(5)) {
                case 0 -> dispatch.firstToken();
                case 1 -> dispatch.failover();
                case 2 -> dispatch.completed(Usage.UNKNOWN);
                case 3 -> dispatch.failed("test");
                default -> dispatch.tokens(1);
            }
            if (open.size() > 20) {
                open.remove(0).close();
            }
        }
        open.forEach(Dispatch::close);
    }
}
