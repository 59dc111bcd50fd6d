// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The history against one that is made of {@link LinkedHashMap}s, and under threads. */
class RoutingHistoryPropertyTest {
    private static final int SLOTS = 4;

    @Property(tries = 300)
    void anySteps_rememberWhatTheNaiveHistoryDoes(
            @ForAll long seed,
            @ForAll @IntRange(max = 12) int capacity,
            @ForAll @IntRange(min = 1, max = 60) int life) {
        SplittableRandom random = new SplittableRandom(seed);
        PrefixIndex index = new HolderMapPrefixIndex();
        RoutingHistory history = new RoutingHistory(index, capacity, life);
        NaiveHistory naive = new NaiveHistory(capacity, life);
        long now = random.nextInt(1_000) - 500L;
        for (int step = 0; step < 200; step++) {
            now += random.nextInt(12) - 2;
            int slot = random.nextInt(SLOTS);
            switch (random.nextInt(12)) {
                case 0 -> {
                    int blocks = random.nextInt(15);
                    history.capacity(slot, blocks);
                    naive.capacity(slot, blocks);
                }
                case 1 -> {
                    history.forget(slot);
                    naive.forget(slot);
                }
                case 2, 3 -> assertThat(history.expire(now)).isEqualTo(naive.expire(now));
                default -> {
                    long[] prompt = prompt(random);
                    int count = random.nextInt(prompt.length + 1);
                    history.route(slot, prompt, count, now);
                    naive.route(slot, prompt, count, now);
                }
            }
            RoutingHistoryChecks.validate(history, SLOTS);
            for (int each = 0; each < SLOTS; each++) {
                assertThat(remembered(history, each)).isEqualTo(new ArrayList<>(naive.remembered(each)));
            }
            assertThat(history.nextExpiry()).isEqualTo(naive.nextExpiry());
            long[] question = prompt(random);
            assertThat(Answers.match(index, question)).isEqualTo(naive.match(question));
        }
    }

    private static Collection<Long> remembered(RoutingHistory history, int slot) {
        RoutingHistory.Shelf shelf = history.shelfIfAny(slot);
        return shelf == null ? List.of() : RoutingHistoryChecks.oldestFirst(shelf.blocks);
    }

    /** A common head and one of three branches, sometimes with blocks that repeat, which chained hashes do not. */
    private static long[] prompt(SplittableRandom random) {
        int head = random.nextInt(6);
        int tail = random.nextInt(10);
        long branch = 100L * (1 + random.nextInt(3)) + 10L * head;
        long[] prompt = new long[head + tail];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = i < head ? i : branch + i - head;
        }
        if (prompt.length > 0 && random.nextInt(20) == 0) {
            prompt[random.nextInt(prompt.length)] = random.nextInt(3);
        }
        return prompt;
    }

    @Test
    void routingFromSeveralThreads_historyAndIndexAgreeAndReadersNeverCountMoreThanFits() {
        int capacity = 16;
        PrefixIndex index = new HolderMapPrefixIndex();
        RoutingHistory history = new RoutingHistory(index, capacity, 1_000);
        AtomicInteger writing = new AtomicInteger(4);
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            int seed = writer;
            tasks.add(() -> {
                SplittableRandom random = new SplittableRandom(seed);
                for (int step = 0; step < 4_000; step++) {
                    // Each writer has a slot of its own and shares the others with the rest.
                    int slot = random.nextBoolean() ? seed : random.nextInt(8);
                    long[] prompt = branch(random.nextInt(4), 1 + random.nextInt(30));
                    history.route(slot, prompt, prompt.length, step);
                    if (step % 50 == 0) {
                        history.expire(step);
                    }
                    if (step % 100 == 0) {
                        history.forget(random.nextInt(8));
                    }
                    if (step % 10 == 0) {
                        history.capacity(slot, 1 + random.nextInt(capacity));
                    }
                }
                writing.decrementAndGet();
            });
        }
        for (int reader = 0; reader < 2; reader++) {
            int seed = 100 + reader;
            tasks.add(() -> {
                SplittableRandom random = new SplittableRandom(seed);
                PrefixMatches matches = new PrefixMatches();
                boolean last;
                do {
                    last = writing.get() == 0;
                    long[] prompt = branch(random.nextInt(4), 30);
                    index.match(prompt, prompt.length, matches);
                    // The capacity is never more, so no slot held more of one prompt at any moment.
                    assertThat(matches.longest()).isBetween(0, capacity);
                } while (!last);
            });
        }

        Threads.runAll(tasks);

        RoutingHistoryChecks.validate(history, 8);
        assertThat(index.size()).isPositive();
        assertThat(history.expire(1_000_000)).isPositive();
        assertThat(index.size()).isZero();
    }

    @Test
    void forgettingWhileOthersRoute_leavesNothingOfTheForgotten() {
        PrefixIndex index = new HolderMapPrefixIndex();
        RoutingHistory history = new RoutingHistory(index, 64, RoutingHistory.NO_EXPIRY);
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            int slot = writer;
            tasks.add(() -> {
                for (int life = 0; life < 1_000; life++) {
                    long[] prompt = branch(life % 5, 1 + life % 40);
                    history.route(slot, prompt, prompt.length, life);
                    history.forget(slot);
                    assertThat(Answers.match(index, prompt)).doesNotContainKey(slot);
                }
            });
        }
        tasks.add(() -> {
            for (int step = 0; step < 3_000; step++) {
                long[] prompt = branch(step % 5, 1 + step % 40);
                history.route(3, prompt, prompt.length, step);
                assertThat(Answers.match(index, prompt)).containsEntry(3, prompt.length);
            }
        });

        Threads.runAll(tasks);

        RoutingHistoryChecks.validate(history, 4);
        assertThat(index.size()).isEqualTo(history.size(3));
    }

    /** A prompt of 4 common blocks and then those of a branch. */
    private static long[] branch(int branch, int length) {
        long[] prompt = new long[length];
        for (int i = 0; i < length; i++) {
            prompt[i] = i < 4 ? i : 100L * (branch + 1) + i;
        }
        return prompt;
    }

    /** Blocks by slot, from the oldest to the newest, with the time of each. */
    private static final class NaiveHistory {
        private final int defaultCapacity;
        private final long life;
        private final Map<Integer, LinkedHashMap<Long, Long>> slots = new TreeMap<>();
        private final Map<Integer, Integer> capacities = new TreeMap<>();
        private final Map<Integer, Long> latest = new TreeMap<>();

        NaiveHistory(int defaultCapacity, long life) {
            this.defaultCapacity = defaultCapacity;
            this.life = life;
        }

        void route(int slot, long[] prompt, int count, long now) {
            LinkedHashMap<Long, Long> blocks = slots.computeIfAbsent(slot, added -> new LinkedHashMap<>());
            long time = latest.merge(slot, now, Math::max);
            for (int i = Math.min(count, capacities.getOrDefault(slot, defaultCapacity)) - 1; i >= 0; i--) {
                blocks.remove(prompt[i]);
                blocks.put(prompt[i], time);
            }
            evict(slot);
        }

        void capacity(int slot, int blocks) {
            capacities.put(slot, blocks);
            evict(slot);
        }

        private void evict(int slot) {
            LinkedHashMap<Long, Long> blocks = slots.getOrDefault(slot, new LinkedHashMap<>());
            while (blocks.size() > capacities.getOrDefault(slot, defaultCapacity)) {
                blocks.remove(blocks.keySet().iterator().next());
            }
        }

        void forget(int slot) {
            slots.remove(slot);
            capacities.remove(slot);
        }

        int expire(long now) {
            int expired = 0;
            for (LinkedHashMap<Long, Long> blocks : slots.values()) {
                for (Iterator<Long> times = blocks.values().iterator(); times.hasNext(); ) {
                    if (now >= times.next() + life) {
                        times.remove();
                        expired++;
                    }
                }
            }
            return expired;
        }

        long nextExpiry() {
            return slots.values().stream()
                    .flatMap(blocks -> blocks.values().stream())
                    .mapToLong(time -> time + life)
                    .min()
                    .orElse(Long.MAX_VALUE);
        }

        Collection<Long> remembered(int slot) {
            return slots.getOrDefault(slot, new LinkedHashMap<>()).keySet();
        }

        Map<Integer, Integer> match(long[] prompt) {
            Map<Integer, Integer> matches = new TreeMap<>();
            slots.forEach((slot, blocks) -> {
                int run = 0;
                while (run < prompt.length && blocks.containsKey(prompt[run])) {
                    run++;
                }
                if (run > 0) {
                    matches.put(slot, run);
                }
            });
            return matches;
        }
    }
}
