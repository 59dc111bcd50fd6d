// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BurstPackingProperties {
    /** A prompt is one of twelve: three families that share their first two blocks, with four endings. */
    private static BurstPacking.Prefix prompt(int number) {
        long family = 1L + number / 4;
        return new BurstPacking.Prefix(new long[] {family, 10 * family, 100 * family + number % 4}, 192);
    }

    @Property(tries = 300)
    void withoutALimit_equalPromptsGoTogether_andNoneIsLost(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 11) Integer> burst,
            @ForAll @IntRange(min = 1, max = 5) int replicas,
            @ForAll @IntRange(max = 2) int colocate) {
        int[] assigned = pack(burst, replicas, -1, colocate);

        Map<Integer, Set<Integer>> places = new HashMap<>();
        for (int i = 0; i < assigned.length; i++) {
            places.computeIfAbsent(burst.get(i), absent -> new HashSet<>()).add(assigned[i]);
        }
        assertThat(places.values()).allSatisfy(where -> assertThat(where).hasSize(1));
        for (int i = 0; i < assigned.length; i++) {
            int number = burst.get(i);
            boolean twice = burst.stream().filter(other -> other == number).count() > 1;
            boolean shares = colocate > 0
                    && burst.stream().filter(other -> other / 4 == number / 4).count() > 1;
            assertThat(assigned[i] != BurstPacking.NOWHERE).isEqualTo(twice || shares);
        }
    }

    @Property(tries = 300)
    void limit_isKept_untilAllAreFull_andThenLoadIsEven(
            @ForAll @Size(min = 2, max = 60) List<@IntRange(max = 2) Integer> burst,
            @ForAll @IntRange(min = 1, max = 5) int replicas,
            @ForAll @IntRange(min = 1, max = 6) int limit) {
        List<Integer> equal = burst.stream().map(number -> number * 4).toList();
        int[] assigned = pack(equal, replicas, limit, 0);

        int[] counts = new int[replicas];
        int placed = 0;
        for (int at : assigned) {
            if (at != BurstPacking.NOWHERE) {
                counts[at]++;
                placed++;
            }
        }
        int most = IntStream.of(counts).max().orElse(0);
        int least = IntStream.of(counts).min().orElse(0);
        if (placed <= limit * replicas) {
            assertThat(most).isLessThanOrEqualTo(limit);
        } else {
            assertThat(most - least).isLessThanOrEqualTo(1);
        }
    }

    private static int[] pack(List<Integer> burst, int replicas, int limit, int colocate) {
        List<BurstPacking.Replica> fresh = new ArrayList<>();
        for (int i = 0; i < replicas; i++) {
            fresh.add(new BurstPacking.Replica("r" + i, 0));
        }
        return BurstPacking.pack(
                new BurstPacking.Settings(limit, colocate, false),
                burst.stream().map(BurstPackingProperties::prompt).toList(),
                fresh);
    }
}
