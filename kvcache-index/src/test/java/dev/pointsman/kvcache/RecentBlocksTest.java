// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RecentBlocksTest {
    @Property(tries = 300)
    void anySteps_keepTheOrderOfALinkedHashMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int different) {
        SplittableRandom random = new SplittableRandom(seed);
        RecentBlocks blocks = new RecentBlocks();
        LinkedHashMap<Long, Long> naive = new LinkedHashMap<>();
        boolean smallNumbers = random.nextBoolean();
        for (int step = 0; step < 1_500; step++) {
            int roll = random.nextInt(100);
            long number = random.nextInt(different);
            long hash = smallNumbers ? number : new SplittableRandom(number).nextLong();
            if (roll < 60) {
                boolean added = naive.remove(hash) == null;
                naive.put(hash, (long) step);
                assertThat(blocks.touch(hash, step)).isEqualTo(added);
            } else if (roll < 70) {
                assertThat(blocks.remove(hash)).isEqualTo(naive.remove(hash) != null);
            } else if (roll < 99) {
                if (!naive.isEmpty()) {
                    Map.Entry<Long, Long> oldest = naive.entrySet().iterator().next();
                    assertThat(blocks.oldestTouched()).isEqualTo(oldest.getValue());
                    assertThat(blocks.removeOldest()).isEqualTo(oldest.getKey());
                    naive.remove(oldest.getKey());
                }
            } else {
                blocks.clear();
                naive.clear();
            }
            assertThat(blocks.size()).isEqualTo(naive.size());
            if (step % 50 == 0) {
                RoutingHistoryChecks.validate(blocks);
                assertThat(RoutingHistoryChecks.oldestFirst(blocks)).isEqualTo(new ArrayList<>(naive.keySet()));
            }
        }
    }

    @Test
    void hashesThatShareAHome_areFoundAndRemoved() {
        // Their products with the mixing constant are 0 to 49, so the table, which looks at the highest bits, starts at
        // 0.
        RecentBlocks blocks = new RecentBlocks();
        List<Long> hashes = new ArrayList<>();
        for (long i = 0; i < 50; i++) {
            hashes.add(i * inverseOfMix());
        }
        hashes.forEach(hash -> blocks.touch(hash, 0));

        RoutingHistoryChecks.validate(blocks);
        for (long hash : hashes) {
            assertThat(blocks.removeOldest()).isEqualTo(hash);
            assertThat(blocks.contains(hash)).isFalse();
            RoutingHistoryChecks.validate(blocks);
        }
    }

    /** Returns the number whose product with the mixing constant is 1, by Newton's method. */
    private static long inverseOfMix() {
        long mix = 0x9E3779B97F4A7C15L;
        long inverse = mix;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - mix * inverse;
        }
        assertThat(mix * inverse).isEqualTo(1);
        return inverse;
    }
}
