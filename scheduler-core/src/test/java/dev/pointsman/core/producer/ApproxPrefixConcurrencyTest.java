// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ApproxPrefixConcurrencyTest {
    private static final int THREADS = 4;
    private static final int REQUESTS = 3000;
    private static final int BLOCK = 64;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void requestsFromManyThreads_whileEndpointsComeAndGo_leaveNothingBehind() throws Exception {
        TestFleet fleet = TestFleet.of(4);
        ApproxPrefixProducer producer =
                ApproxPrefixProducer.builder().capacityPerEndpoint(40).build();
        Routed routed = new Routed(producer, fleet);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int seed = thread;
                clients.add(threads.submit(() -> schedule(routed, seed)));
            }
            Future<?> operator = threads.submit(() -> replaceEndpoint(producer, over));
            for (Future<?> client : clients) {
                client.get();
            }
            over.set(true);
            operator.get();
        } finally {
            threads.shutdownNow();
        }

        for (int slot = 0; slot < 4; slot++) {
            assertThat(producer.remembered(slot)).isLessThanOrEqualTo(40);
            producer.left(slot, 0, fleet.endpoint(slot));
            assertThat(producer.remembered(slot)).isZero();
        }
        assertThat(producer.rememberedByAll()).isZero();
    }

    private static void schedule(Routed routed, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < REQUESTS; i++) {
            int blocks = random.nextInt(1, 12);
            int[] tokens = new int[blocks * BLOCK];
            tokens[(blocks - 1) * BLOCK] = random.nextInt(4);
            InferenceRequest request = TestRequests.builder().tokens(tokens).build();
            assertThat(routed.matched(request).values())
                    .allSatisfy(matched -> assertThat(matched).isBetween(0L, (long) blocks));
            routed.send(request, "e" + random.nextInt(4));
        }
    }

    /** Endpoint 0 leaves and comes back as other lives that the clients' snapshot does not know. */
    private static void replaceEndpoint(ApproxPrefixProducer producer, AtomicBoolean over) {
        Endpoint endpoint = Endpoint.of("e0", "e0.test:8000");
        long incarnation = 1;
        while (!over.get()) {
            producer.left(0, incarnation, endpoint);
            incarnation += 10;
            producer.joined(0, incarnation, endpoint);
            assertThat(producer.remembered(0)).isZero();
        }
    }
}
