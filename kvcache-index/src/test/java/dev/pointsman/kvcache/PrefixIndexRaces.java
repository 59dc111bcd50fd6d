// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** What every prefix index must do while several threads write and read it. */
abstract class PrefixIndexRaces {
    private static final int SLOTS = 6;
    private static final int SLOT_STEP = 61;
    private static final int CHAIN = 24;
    private static final int MOVES = 4_000;

    abstract PrefixIndex newIndex();

    /**
     * Each slot grows and shrinks its prefix of one common chain by a plan made beforehand, and also holds blocks
     * beyond a gap that it never fills. A stamp tells readers how far the plan is: odd while a move is under way. A
     * read that no move of a slot overlapped must be exact for it, and any other may count no more than the longest
     * prefix that it overlapped.
     */
    @Test
    void readersRacingWritersOfDifferentSlots_neverCountTooMuch() {
        PrefixIndex index = newIndex();
        long[] chain = Answers.chain(1, CHAIN);
        int[][] plans = new int[SLOTS][];
        for (int i = 0; i < SLOTS; i++) {
            plans[i] = plan(i);
        }
        AtomicIntegerArray stamps = new AtomicIntegerArray(SLOTS);
        AtomicInteger writing = new AtomicInteger(3);
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            int first = writer;
            tasks.add(() -> {
                SplittableRandom random = new SplittableRandom(first);
                for (int move = 1; move < MOVES; move++) {
                    for (int i = first; i < SLOTS; i += 3) {
                        stamps.set(i, 2 * move - 1);
                        move(index, i, chain, plans[i][move - 1], plans[i][move], random);
                        stamps.set(i, 2 * move);
                    }
                }
                writing.decrementAndGet();
            });
        }
        AtomicInteger exact = new AtomicInteger();
        for (int reader = 0; reader < 2; reader++) {
            tasks.add(() -> {
                PrefixMatches matches = new PrefixMatches();
                int[] before = new int[SLOTS];
                boolean last;
                do {
                    last = writing.get() == 0;
                    for (int i = 0; i < SLOTS; i++) {
                        before[i] = stamps.get(i);
                    }
                    index.match(chain, CHAIN, matches);
                    for (int i = 0; i < SLOTS; i++) {
                        exact.addAndGet(check(plans[i], before[i], stamps.get(i), matches.blocks(i * SLOT_STEP)));
                    }
                } while (!last);
            });
        }

        Threads.runAll(tasks);

        assertThat(exact).as("reads that no write overlapped").hasValueGreaterThanOrEqualTo(2 * SLOTS);
    }

    /** Lengths of the prefix after each move; the gap comes right after the longest. */
    private static int[] plan(int slot) {
        SplittableRandom random = new SplittableRandom(1_000 + slot);
        int[] lengths = new int[MOVES];
        for (int move = 1; move < MOVES; move++) {
            lengths[move] = random.nextInt(5) == 0 ? 0 : random.nextInt(gap(slot) + 1);
        }
        return lengths;
    }

    private static int gap(int slot) {
        return 6 + 2 * slot;
    }

    private static void move(PrefixIndex index, int i, long[] chain, int from, int to, SplittableRandom random) {
        int slot = i * SLOT_STEP;
        if (to == 0 && random.nextBoolean()) {
            index.clear(slot);
        }
        index.store(slot, chain, Math.min(from, to), to);
        for (int block = from - 1; block >= to; block--) {
            index.remove(slot, chain[block]);
        }
        int beyond = gap(i) + 1 + random.nextInt(CHAIN - gap(i) - 1);
        index.store(slot, chain, beyond, CHAIN);
    }

    /** Returns 1 if the answer had to be exact and was, 0 if it only had a bound. */
    private static int check(int[] plan, int before, int after, int matched) {
        if (before == after && before % 2 == 0) {
            assertThat(matched).isEqualTo(plan[before / 2]);
            return 1;
        }
        int most = 0;
        for (int move = before / 2; move <= (after + 1) / 2; move++) {
            most = Math.max(most, plan[move]);
        }
        assertThat(matched).isBetween(0, most);
        return 0;
    }

    @Test
    void writersOfTheSameSlots_loseNoUpdate() {
        PrefixIndex index = newIndex();
        PrefixIndex naive = new NaivePrefixIndex();
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            long[] own = Answers.chain(1_000L * (writer + 1), 40);
            long[] shared = Answers.chain(0, 40);
            storeAndRemove(naive, shared, own, writer);
            int seed = writer;
            tasks.add(() -> storeAndRemove(index, shared, own, seed));
        }

        Threads.runAll(tasks);

        assertThat(index.size()).isEqualTo(naive.size());
        for (int slot = 0; slot < SLOTS; slot++) {
            for (long hash = 0; hash < 5_000; hash++) {
                assertThat(index.holds(slot, hash)).isEqualTo(naive.holds(slot, hash));
            }
        }
    }

    /** All store the shared blocks in all slots; each stores its own and removes some of them. */
    private static void storeAndRemove(PrefixIndex index, long[] shared, long[] own, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            int slot = random.nextInt(SLOTS);
            index.store(slot, shared, random.nextInt(shared.length), shared.length);
            index.store(slot, own, random.nextInt(own.length), own.length);
            for (int i = 0; i < 10; i++) {
                index.remove(slot, own[random.nextInt(own.length)]);
            }
        }
    }
}
