// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.producer.SessionIdProducer;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionBindingsTest {
    private static final TestFleet FLEET = TestFleet.of("a", "b", "c");
    private static final int CAPACITY = 4;
    private static final long TIME_TO_LIVE = 100;

    private final SessionBindings bindings = fresh();

    @Test
    void full_theLongestUnusedGivesWay() {
        for (int i = 0; i < CAPACITY; i++) {
            bindings.used("s" + i, target(FLEET, "a"), FLEET, i);
        }
        bindings.used("s0", target(FLEET, "b"), FLEET, 10);

        bindings.used("new", target(FLEET, "c"), FLEET, 11);

        assertThat(bindings.size()).isEqualTo(CAPACITY);
        assertThat(bindings.slot("s0", FLEET, 12)).isEqualTo(0);
        assertThat(bindings.slot("s1", FLEET, 12)).isEqualTo(-1);
        assertThat(bindings.slot("new", FLEET, 12)).isEqualTo(2);
    }

    @Test
    void full_allThatExpiredGiveWay() {
        for (int i = 0; i < CAPACITY; i++) {
            bindings.used("s" + i, target(FLEET, "a"), FLEET, i);
        }

        bindings.used("new", target(FLEET, "c"), FLEET, 500);

        assertThat(bindings.size()).isEqualTo(1);
    }

    @Test
    void sweeps_keepTheirInterval() {
        bindings.used("s0", target(FLEET, "a"), FLEET, 0);
        bindings.used("s1", target(FLEET, "a"), FLEET, 5);
        assertThat(bindings.nextDeadline()).isEqualTo(100);

        bindings.expire(100);

        assertThat(bindings.size()).isEqualTo(1);
        assertThat(bindings.nextDeadline()).isEqualTo(130);
        bindings.expire(130);
        assertThat(bindings.size()).isZero();
        assertThat(bindings.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void clockBeyondItsGreatestNumber_goesOn() {
        bindings.used("s0", target(FLEET, "a"), FLEET, Long.MAX_VALUE - 10);

        assertThat(bindings.slot("s0", FLEET, Long.MIN_VALUE + 20)).isEqualTo(0);
        bindings.expire(Long.MIN_VALUE + 100);
        assertThat(bindings.size()).isZero();
    }

    @Test
    void idThatIsTooLong_isNotBound() {
        String longest = "x".repeat(SessionIdProducer.MAX_LENGTH);

        bindings.used(longest, target(FLEET, "a"), FLEET, 0);
        bindings.used(longest + "x", target(FLEET, "a"), FLEET, 0);

        assertThat(bindings.slot(longest, FLEET, 0)).isEqualTo(0);
        assertThat(bindings.slot(longest + "x", FLEET, 0)).isEqualTo(-1);
    }

    @Test
    void withoutEnd_isNeverDueAndNeverForgotten() {
        SessionBindings endless = new SessionBindings(CAPACITY, Long.MAX_VALUE, Long.MAX_VALUE);
        endless.used("s0", target(FLEET, "a"), FLEET, 1_000);
        assertThat(endless.nextDeadline()).isEqualTo(Long.MAX_VALUE);

        endless.expire(Long.MAX_VALUE - 1);

        assertThat(endless.slot("s0", FLEET, Long.MAX_VALUE - 1)).isEqualTo(0);
        assertThat(endless.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void deadlineBeyondTheEndOfTheClock_isNever() {
        bindings.used("s0", target(FLEET, "a"), FLEET, Long.MAX_VALUE - 10);

        assertThat(bindings.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void defaultCapacity_takesTheMemoryThatItsJavadocSays() {
        assertThat(megabytes(36)).isBetween(10.0, 13.0);
        assertThat(megabytes(SessionIdProducer.MAX_LENGTH)).isBetween(41.0, 44.0);
    }

    /** Returns what the default number of sessions allocates, the ids and a little garbage of growing included. */
    private static double megabytes(int idLength) {
        String head = "x".repeat(idLength - 6);
        Target target = target(FLEET, "a");
        SessionBindings full = new SessionBindings(SessionPin.DEFAULT_CAPACITY, TIME_TO_LIVE, 30);
        long bytes = Allocations.once(() -> {
            for (int i = 0; i < SessionPin.DEFAULT_CAPACITY; i++) {
                full.used(head + (100_000 + i), target, FLEET, 0);
            }
        });
        assertThat(full.size()).isEqualTo(SessionPin.DEFAULT_CAPACITY);
        return bytes / 1e6;
    }

    @Property(tries = 500)
    void behavesLikeAnAccessOrderedMap(@ForAll @Size(max = 80) List<@IntRange(min = 0, max = 999) Integer> steps) {
        SessionBindings bindings = fresh();
        Naive naive = new Naive();
        TestFleet fleet = FLEET;
        long now = 0;
        for (int step : steps) {
            now += step % 37;
            String session = "s" + step % 7;
            String endpoint = fleet.ids().get(step % 3);
            switch (step % 10) {
                case 0 -> {
                    bindings.expire(now);
                    naive.expire(now);
                }
                case 1 ->
                    fleet = fleet.toBuilder()
                            .incarnation(endpoint, 100 + now + step)
                            .build();
                default -> {
                    bindings.used(session, target(fleet, endpoint), fleet, now);
                    naive.used(session, target(fleet, endpoint), fleet, now);
                }
            }
            for (int i = 0; i < 7; i++) {
                assertThat(bindings.slot("s" + i, fleet, now)).isEqualTo(naive.slot("s" + i, fleet, now));
            }
            assertThat(bindings.size()).isEqualTo(naive.bySession.size()).isLessThanOrEqualTo(CAPACITY);
        }
    }

    @Test
    void usedFromManyThreads_staysWholeAndBounded() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int offset = t;
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                    for (int i = 0; i < 20_000; i++) {
                        String session = "s" + (i * 31 + offset) % 11;
                        bindings.used(session, target(FLEET, "a"), FLEET, i);
                        bindings.slot(session, FLEET, i);
                        if (i % 16 == 0) {
                            bindings.expire(i);
                        }
                    }
                } catch (Throwable thrown) {
                    failure.set(thrown);
                }
            });
            threads.add(thread);
            thread.start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failure.get()).isNull();
        assertThat(bindings.size()).isLessThanOrEqualTo(CAPACITY);
        bindings.expire(1_000_000);
        assertThat(bindings.size()).isZero();
        assertThat(bindings.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    private static SessionBindings fresh() {
        return new SessionBindings(CAPACITY, TIME_TO_LIVE, 30);
    }

    private static Target target(FleetSnapshot fleet, String id) {
        int slot = fleet.slotOf(id);
        return new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), 1);
    }

    /** The same rules over a map that keeps its entries in the order of use. */
    private static final class Naive {
        final Map<String, Bound> bySession = new LinkedHashMap<>(16, 0.75f, true);

        void used(String session, Target target, FleetSnapshot fleet, long now) {
            Bound bound = bySession.get(session);
            if (bound == null && bySession.size() >= CAPACITY) {
                expire(now);
                if (bySession.size() >= CAPACITY) {
                    Iterator<String> oldest = bySession.keySet().iterator();
                    oldest.next();
                    oldest.remove();
                }
            }
            boolean kept = bound != null && bound.holds(fleet, now);
            bySession.put(session, new Bound(kept ? bound.target : target, now));
        }

        int slot(String session, FleetSnapshot fleet, long now) {
            Bound bound = Map.copyOf(bySession).get(session); // a copy, so that looking does not count as use
            return bound != null && bound.holds(fleet, now) ? bound.target.slot() : -1;
        }

        void expire(long now) {
            bySession.values().removeIf(bound -> now - bound.lastUsed >= TIME_TO_LIVE);
        }

        private record Bound(Target target, long lastUsed) {
            boolean holds(FleetSnapshot fleet, long now) {
                return now - lastUsed < TIME_TO_LIVE
                        && fleet.occupied(target.slot())
                        && fleet.incarnation(target.slot()) == target.incarnation();
            }
        }
    }
}
