// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The producer against a naive model of what a fleet's caches hold: one list of prefixes for each endpoint. */
class ApproxPrefixModelTest {
    private static final int BLOCK = 4;
    private static final int ENDPOINTS = 3;
    private static final List<Integer> LATE_PROMPT = List.of(1, 2, 1);

    @Property(tries = 500)
    void whatIsMatched_isWhatTheModelHolds(@ForAll("histories") List<Step> steps) {
        World world = new World();

        for (Step step : steps) {
            world.take(step);

            InferenceRequest asked = request(step.prompt);
            assertThat(world.fleet.matched(asked)).isEqualTo(world.matchedInModel(step.prompt));
            assertThat(world.fleet.match(asked)).isEqualTo(new PrefixMatch(step.prompt.size(), BLOCK));
        }

        assertThat(world.fleet.producer.rememberedByAll()).isEqualTo(world.sizeOfModel());
    }

    private static InferenceRequest request(List<Integer> prompt) {
        int[] tokens = new int[prompt.size() * BLOCK];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = prompt.get(i / BLOCK);
        }
        return TestRequests.builder().tokens(tokens).build();
    }

    /** The producer in a fleet, and the model: each endpoint's prefixes, the one used longest ago first. */
    private static final class World {
        final Routed fleet;
        final Map<String, List<List<Integer>>> caches = new HashMap<>();
        private long lastIncarnation = ENDPOINTS;

        /** A request that was decided long ago and is dispatched late. */
        private TestFleet lateFleet;

        private TestCycle lateCycle;

        World() {
            fleet = new Routed(
                    ApproxPrefixProducer.builder()
                            .blockSize(BLOCK)
                            .minimumBlockSize(BLOCK)
                            .build(),
                    TestFleet.of(ENDPOINTS));
            lateFleet = fleet.fleet();
            lateCycle = fleet.produced(request(LATE_PROMPT));
        }

        void take(Step step) {
            String id = "e" + step.endpoint;
            boolean present = fleet.fleet().slotOf(id) >= 0;
            switch (step.kind) {
                case SEND -> {
                    if (present) {
                        fleet.send(request(step.prompt), id);
                        cache(id, step.prompt, capacity(fleet.fleet(), id));
                    }
                }
                case SEND_LATE -> {
                    if (lateFleet.slotOf(id) >= 0) {
                        sendLate(id);
                    }
                }
                case RESIZE -> {
                    if (present) {
                        resize(id, step.size);
                    }
                }
                case LEAVE -> {
                    if (present) {
                        fleet.leave(id);
                        caches.remove(id);
                    }
                }
                case REJOIN -> {
                    if (!present) {
                        rejoin(step.endpoint);
                    }
                }
            }
        }

        private void sendLate(String id) {
            fleet.send(lateCycle, id);
            int slot = fleet.fleet().slotOf(id);
            if (slot >= 0 && fleet.fleet().incarnation(slot) == lateFleet.incarnation(lateFleet.slotOf(id))) {
                cache(id, LATE_PROMPT, capacity(lateFleet, id));
            }
            lateFleet = fleet.fleet();
            lateCycle = fleet.produced(request(LATE_PROMPT));
        }

        private void resize(String id, int blocks) {
            fleet.observe(fleet.fleet().toBuilder()
                    .metrics(id, metrics -> metrics.kvBlockSize(BLOCK).kvBlockCount(blocks))
                    .build());
        }

        /** Brings an endpoint back into the slot that it had, as another life of it. */
        private void rejoin(int slot) {
            TestFleet old = fleet.fleet();
            TestFleet.Builder builder = TestFleet.builder();
            for (int i = 0; i < ENDPOINTS; i++) {
                String id = "e" + i;
                if (i == slot) {
                    builder.endpoint(id).incarnation(id, ++lastIncarnation);
                } else if (old.occupied(i)) {
                    builder.endpoint(old.endpoint(i), old.metrics(i)).incarnation(id, old.incarnation(i));
                } else {
                    builder.hole();
                }
            }
            fleet.observe(builder.build());
            fleet.producer.joined(slot, lastIncarnation, fleet.fleet().endpoint(slot));
        }

        private static int capacity(TestFleet fleet, String id) {
            long reported = fleet.metrics(fleet.slotOf(id)).kvBlockCount();
            return reported > 0 ? (int) reported : ApproxPrefixProducer.DEFAULT_CAPACITY;
        }

        private void cache(String id, List<Integer> prompt, int capacity) {
            List<List<Integer>> cache = caches.computeIfAbsent(id, absent -> new ArrayList<>());
            for (int length = Math.min(prompt.size(), capacity); length > 0; length--) {
                List<Integer> prefix = prompt.subList(0, length);
                cache.remove(prefix);
                cache.add(prefix);
            }
            while (cache.size() > capacity) {
                cache.remove(0);
            }
        }

        Map<String, Long> matchedInModel(List<Integer> prompt) {
            Map<String, Long> matched = new HashMap<>();
            for (String id : fleet.fleet().ids()) {
                List<List<Integer>> cache = caches.getOrDefault(id, List.of());
                int length = 0;
                while (length < prompt.size() && cache.contains(prompt.subList(0, length + 1))) {
                    length++;
                }
                matched.put(id, (long) length);
            }
            return matched;
        }

        long sizeOfModel() {
            return caches.values().stream().mapToLong(List::size).sum();
        }
    }

    private enum Kind {
        SEND,
        SEND_LATE,
        RESIZE,
        LEAVE,
        REJOIN
    }

    private record Step(Kind kind, int endpoint, List<Integer> prompt, int size) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(8, Kind.SEND),
                Tuple.of(1, Kind.SEND_LATE),
                Tuple.of(2, Kind.RESIZE),
                Tuple.of(1, Kind.LEAVE),
                Tuple.of(2, Kind.REJOIN));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, ENDPOINTS - 1),
                        Arbitraries.of(1, 2).list().ofMaxSize(6),
                        Arbitraries.integers().between(1, 8))
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }
}
