// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.internal.radix.LaneValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RadixPrefixIndexRacesTest extends PrefixIndexRaces {
    private static final int CHAIN = 90;
    private static final int STEADY = 80;
    private static final int CHANGING = 120;
    private static final int STRANGERS = 200;
    private static final int MOVES = Boolean.getBoolean("pointsman.stress") ? 40_000 : 4_000;
    private static final int SPLIT_MOVES = Boolean.getBoolean("pointsman.stress") ? 1_500 : 150;

    @Override
    PrefixIndex newIndex() {
        return RadixPrefixIndex.builder().build();
    }

    /**
     * Some endpoints hold their part of a chain all the time, and must be answered exactly. Others come, go, are cleared,
     * swept and come again: they hold at most so much. Strangers hold other prompts, in the places and under the ids that
     * the others give up, and must never appear.
     */
    @Test
    void readersWhileEndpointsComeAndGo_seeTheSteadyOnesExactlyAndNeverAStranger() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        long[] chain = Answers.chain(1, CHAIN);
        for (int slot = 0; slot < STEADY; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, names(slot, chain), chain, steadyLength(slot));
        }
        AtomicInteger writing = new AtomicInteger(2);
        List<Runnable> tasks = new ArrayList<>();
        tasks.add(() -> change(index, chain, writing));
        tasks.add(() -> estrange(index, chain, writing));
        for (int reader = 0; reader < 2; reader++) {
            tasks.add(() -> {
                PrefixMatches matches = new PrefixMatches();
                while (writing.get() > 0) {
                    index.match(chain, CHAIN, matches);
                    for (int slot = 0; slot < STEADY; slot++) {
                        assertThat(matches.blocks(slot)).isEqualTo(steadyLength(slot));
                    }
                    for (int slot = STEADY; slot < CHANGING; slot++) {
                        assertThat(matches.blocks(slot)).isLessThanOrEqualTo(most(slot));
                    }
                    for (int slot = CHANGING; slot < STRANGERS; slot++) {
                        assertThat(matches.blocks(slot)).isZero();
                    }
                    assertThat(matches.size())
                            .isEqualTo(IntStream.range(0, CHANGING)
                                    .filter(slot -> matches.blocks(slot) > 0)
                                    .count());
                }
            });
        }

        Threads.runAll(tasks);

        index.lanes().forEach(LaneValidator::validate);
    }

    private static int steadyLength(int slot) {
        return slot % 4 == 0 ? CHAIN : 1 + slot * 37 % CHAIN;
    }

    /** A changing endpoint never holds the block at this position, though it may hold some after it. */
    private static int most(int slot) {
        return 5 + slot * 53 % (CHAIN - 10);
    }

    private static long[] names(int slot, long[] hashes) {
        long[] names = hashes.clone();
        for (int i = 0; i < names.length; i++) {
            names[i] = 1_000_003 * (slot % 3 + 1) + hashes[i];
        }
        return names;
    }

    private static void change(RadixPrefixIndex index, long[] chain, AtomicInteger writing) {
        SplittableRandom random = new SplittableRandom(1);
        for (int move = 0; move < MOVES; move++) {
            int slot = STEADY + random.nextInt(CHANGING - STEADY);
            long[] names = names(slot, chain);
            int length = 1 + random.nextInt(most(slot));
            Tier tier = random.nextInt(6) == 0 ? Tier.HOST : Tier.ACCELERATOR;
            index.storeFirst(slot, tier, names, chain, length);
            index.store(slot, tier, chain, most(slot) + 1, CHAIN);
            for (int i = length - 1; i >= random.nextInt(length); i--) {
                index.removeEngine(slot, tier, names[i]);
            }
            if (random.nextInt(20) == 0) {
                index.clear(slot);
            }
            if (random.nextInt(10) == 0) {
                index.sweep(500);
            }
        }
        writing.decrementAndGet();
    }

    private static void estrange(RadixPrefixIndex index, long[] chain, AtomicInteger writing) {
        SplittableRandom random = new SplittableRandom(2);
        for (int move = 0; move < MOVES; move++) {
            int slot = CHANGING + random.nextInt(STRANGERS - CHANGING);
            long[] prompt = Answers.chain(10_000 + 100L * random.nextInt(300), 1 + random.nextInt(90));
            index.storeFirst(slot, Tier.ACCELERATOR, names(slot, prompt), prompt, prompt.length);
            if (random.nextInt(3) == 0) {
                index.clear(slot);
            }
            // Blocks of the chain that lead nowhere, for this endpoint does not hold the first.
            index.store(slot, chain, 1 + random.nextInt(CHAIN - 1), CHAIN);
        }
        writing.decrementAndGet();
    }

    /** Fresh indexes, so that each round splits its first runs while they are read. */
    @Test
    void readersWhileRunsAreSplit_missNothing() {
        for (int round = 0; round < SPLIT_MOVES; round++) {
            RadixPrefixIndex index = RadixPrefixIndex.builder().build();
            long[] chain = Answers.chain(1 + round, CHAIN);
            index.storeFirst(0, Tier.ACCELERATOR, chain, chain, CHAIN);
            AtomicInteger writing = new AtomicInteger(1);
            int seed = round;
            Threads.runAll(List.of(
                    () -> {
                        SplittableRandom random = new SplittableRandom(seed);
                        for (int slot = 1; slot < 100; slot++) {
                            index.storeFirst(slot, Tier.ACCELERATOR, chain, chain, 1 + random.nextInt(CHAIN));
                        }
                        writing.decrementAndGet();
                    },
                    () -> {
                        PrefixMatches matches = new PrefixMatches();
                        do {
                            index.match(chain, CHAIN, matches);
                            assertThat(matches.blocks(0)).isEqualTo(CHAIN);
                        } while (writing.get() > 0);
                    }));
            assertThat(index.counters().splits()).isPositive();
        }
    }

    /** Fresh indexes whose tables grow by far slots, so that a reader has an old array while ids are given out. */
    @Test
    void readersWhileFarSlotsJoin_seeNobodyElse() {
        for (int round = 0; round < 10 * SPLIT_MOVES; round++) {
            RadixPrefixIndex index =
                    RadixPrefixIndex.builder().lanes(1 + round % 2).build();
            long[] chain = Answers.chain(1, 20);
            index.storeFirst(5, Tier.ACCELERATOR, chain, chain, 20);
            AtomicInteger writing = new AtomicInteger(1);
            Threads.runAll(List.of(
                    () -> {
                        for (int j = 0; j < 9; j++) {
                            index.storeFirst(16 << j, Tier.ACCELERATOR, chain, chain, 20);
                            index.storeFirst(16 << j, Tier.HOST, chain, chain, 10);
                        }
                        writing.decrementAndGet();
                    },
                    () -> {
                        PrefixMatches matches = new PrefixMatches();
                        do {
                            index.match(chain, 20, matches);
                            assertThat(matches.blocks(0)).isZero();
                            assertThat(matches.blocks(5)).isEqualTo(20);
                            index.match(chain, 20, Tier.HOST, matches);
                            assertThat(matches.blocks(0)).isZero();
                            assertThat(matches.blocks(5)).isZero();
                            assertThat(matches.blocks(32)).isBetween(0, 10);
                        } while (writing.get() > 0);
                    }));
        }
    }
}
