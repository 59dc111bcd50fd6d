// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.internal.radix.LaneValidator;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Endpoints that come, fill their caches, replace what they hold, move it between tiers and leave, time and again: the
 * memory taken must end where it began. A few rounds by default; {@code -Psoak} goes on for ten minutes.
 */
@Tag("soak")
class RadixChurnSoakTest {
    private static final long MINUTES = Long.getLong("pointsman.soak", 0);
    private static final int LEAST_ROUNDS = 8;
    /** Arrays grow by steps to what the fullest round needs; in ten thousand rounds that comes by the twentieth. */
    private static final int SETTLED = MINUTES > 0 ? 50 : 3;

    private static final int SLOTS = 24;

    @Test
    void memoryEndsWhereItBegan() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().lanes(2).build();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        long settled = 0;
        int round = 0;
        while (round < LEAST_ROUNDS || (MINUTES > 0 && System.nanoTime() < end)) {
            churn(index, new SplittableRandom(round));
            round++;
            if (round == SETTLED) {
                settled = index.bytes();
            }
        }

        assertThat(index.size()).isZero();
        assertThat(index.blocks()).isZero();
        assertThat(index.counters().runs()).isZero();
        assertThat(index.bytes()).as("bytes after " + round + " rounds").isLessThan(settled + settled / 10);
        index.lanes().forEach(LaneValidator::validate);
    }

    private static void churn(RadixPrefixIndex index, SplittableRandom random) {
        for (int step = 0; step < 3_000; step++) {
            int slot = random.nextInt(SLOTS);
            long[] prompt = prompt(random);
            long[] names = prompt.clone();
            for (int i = 0; i < names.length; i++) {
                names[i] = 7 * prompt[i] + slot % 2;
            }
            Tier tier = random.nextInt(8) == 0 ? Tier.HOST : Tier.ACCELERATOR;
            index.storeFirst(slot, tier, names, prompt, prompt.length);
            if (random.nextInt(3) > 0) {
                for (int i = prompt.length - 1; i >= random.nextInt(1 + prompt.length); i--) {
                    index.removeEngine(slot, tier, names[i]);
                }
            }
            if (random.nextInt(300) == 0) {
                index.clear(slot);
            }
            index.sweep(200);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            index.clear(slot);
        }
        while (index.needsSweep()) {
            index.sweep(10_000);
        }
    }

    /** Returns one of a few shared beginnings with a tail of its own. */
    private static long[] prompt(SplittableRandom random) {
        long[] prompt = Answers.chain(1_000L * random.nextInt(30), 20 + random.nextInt(150));
        long tail = random.nextLong();
        for (int i = 5 + random.nextInt(15); i < prompt.length; i++) {
            prompt[i] = tail++;
        }
        return prompt;
    }
}
