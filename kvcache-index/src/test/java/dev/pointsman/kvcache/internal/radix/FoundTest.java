// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Gives ids to an answer one by one and by the word, in several lanes and after attempts that are taken back. */
class FoundTest {
    private static final int MOST_IDS = 150;

    private final Found found = new Found();
    private final Map<Integer, Integer> model = new HashMap<>();
    private final Map<Integer, Integer> idOfSlot = new HashMap<>();

    @Property(tries = 200)
    void answersOfLanes_areThoseOfTheirLastAttempts(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int lanes, @ForAll boolean withIds) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int question = 0; question < 3; question++) {
            found.forget();
            model.clear();
            for (int lane = 0; lane < lanes; lane++) {
                found.among(lane, lanes);
                int[] slotOf = slots(random);
                for (int attempts = random.nextInt(3); attempts > 0; attempts--) {
                    attempt(random, slotOf, lane, lanes, withIds, new HashMap<>());
                }
                attempt(random, slotOf, lane, lanes, withIds, model);

                assertIds(withIds);
            }

            assertThat(asMap()).isEqualTo(model);
            assertThat(found.longest())
                    .isEqualTo(model.values().stream().mapToInt(i -> i).max().orElse(0));
        }
    }

    private static int[] slots(SplittableRandom random) {
        int[] slotOf = new int[1 + random.nextInt(MOST_IDS)];
        for (int id = 0; id < slotOf.length; id++) {
            slotOf[id] = random.nextInt(4) == 0 ? -1 : 7 * id % 1_000;
        }
        return slotOf;
    }

    private void attempt(
            SplittableRandom random, int[] slotOf, int lane, int lanes, boolean withIds, Map<Integer, Integer> into) {
        found.begin(slotOf, withIds);
        idOfSlot.clear();
        for (int first = 0; first < MOST_IDS + Long.SIZE; first += Long.SIZE) {
            long bits = random.nextLong();
            bits &= random.nextLong();
            boolean together = !withIds && random.nextBoolean();
            int matched = random.nextInt(5);
            for (int i = 0; i < Long.SIZE; i++) {
                if ((bits & 1L << i) != 0) {
                    int each = together ? matched : random.nextInt(100);
                    if (!together) {
                        found.addId(first + i, each);
                    }
                    note(first + i, each, slotOf, lane, lanes, into);
                }
            }
            if (together) {
                found.addIds(first, bits, matched);
            }
        }
    }

    private void note(int id, int matched, int[] slotOf, int lane, int lanes, Map<Integer, Integer> into) {
        if (id < slotOf.length && slotOf[id] >= 0 && matched > 0) {
            into.put(slotOf[id] * lanes + lane, matched);
            idOfSlot.put(slotOf[id] * lanes + lane, id);
        }
    }

    private void assertIds(boolean withIds) {
        assertThat(found.size() - found.firstOfLane()).isEqualTo(idOfSlot.size());
        for (int i = found.firstOfLane(); withIds && i < found.size(); i++) {
            assertThat(found.id(i)).isEqualTo(idOfSlot.get(found.slot(i)));
        }
    }

    private Map<Integer, Integer> asMap() {
        Map<Integer, Integer> map = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            map.put(found.slot(i), found.blocks(found.slot(i)));
        }
        for (int slot = 0; slot < 3_100; slot++) {
            assertThat(found.blocks(slot)).isEqualTo(map.getOrDefault(slot, 0));
        }
        return map;
    }
}
