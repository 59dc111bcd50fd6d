// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class KvMemoryTest {
    @Property(tries = 300)
    void memory_isWhatANaiveOneIs(@ForAll @IntRange(min = 1, max = 40) int capacity, @ForAll long seed) {
        Random random = new Random(seed);
        KvMemory memory = new KvMemory(capacity);
        Naive naive = new Naive(capacity);
        List<Taken> taken = new ArrayList<>();

        for (int step = 0; step < 200; step++) {
            if (!taken.isEmpty() && random.nextInt(3) == 0) {
                Taken one = taken.remove(random.nextInt(taken.size()));
                memory.release(one.prompt(), one.prompt().length, one.rest());
                naive.release(one);
            } else {
                Taken one = new Taken(prompt(random), random.nextInt(4));
                assertThat(memory.leadingRun(one.prompt(), one.prompt().length))
                        .isEqualTo(naive.leadingRun(one.prompt()));
                boolean room = memory.take(one.prompt(), one.prompt().length, one.rest());
                assertThat(room).isEqualTo(naive.take(one));
                if (room) {
                    taken.add(one);
                    int filled = random.nextInt(one.prompt().length + 1);
                    memory.fill(one.prompt(), 0, filled);
                    naive.fill(one, filled);
                }
            }
            assertThat(memory.usage() * capacity).isCloseTo((double) naive.used(), within(1e-9));
            assertThat(memory.usage()).isLessThanOrEqualTo(1);
        }
    }

    /** Prefixes of a few families, so that they share. */
    private static long[] prompt(Random random) {
        int family = random.nextInt(4);
        long[] prompt = new long[random.nextInt(9)];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = (i < 3 ? 0 : family) * 100L + i;
        }
        return prompt;
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Taken(long[] prompt, long rest) {}

    private static final class Naive {
        private final int capacity;
        private final Map<Long, Integer> holders = new HashMap<>();
        private final Set<Long> idle = new LinkedHashSet<>();
        private final Set<Long> filled = new LinkedHashSet<>();
        private long own;

        Naive(int capacity) {
            this.capacity = capacity;
        }

        int leadingRun(long[] prompt) {
            int run = 0;
            while (run < prompt.length && filled.contains(prompt[run])) {
                run++;
            }
            return run;
        }

        void fill(Taken taken, int count) {
            for (int i = 0; i < count; i++) {
                filled.add(taken.prompt()[i]);
            }
        }

        boolean take(Taken taken) {
            Set<Long> all = new LinkedHashSet<>(holders.keySet());
            for (long block : taken.prompt()) {
                all.add(block);
            }
            if (all.size() + own + taken.rest() > capacity) {
                return false;
            }
            for (long block : taken.prompt()) {
                idle.remove(block);
                holders.merge(block, 1, Integer::sum);
            }
            own += taken.rest();
            while (holders.size() + idle.size() + own > capacity) {
                long oldest = idle.iterator().next();
                idle.remove(oldest);
                filled.remove(oldest);
            }
            return true;
        }

        void release(Taken taken) {
            own -= taken.rest();
            for (int i = taken.prompt().length - 1; i >= 0; i--) {
                long block = taken.prompt()[i];
                if (holders.merge(block, -1, Integer::sum) == 0) {
                    holders.remove(block);
                    idle.add(block);
                }
            }
        }

        long used() {
            return holders.size() + own;
        }
    }
}
