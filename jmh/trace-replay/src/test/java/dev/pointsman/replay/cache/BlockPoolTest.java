// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockPoolTest {
    @Property(tries = 300)
    void equalsANaiveQueueOfFreeBlocks(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int size) {
        SplittableRandom random = new SplittableRandom(seed);
        BlockPool pool = new BlockPool(size);
        Model model = new Model(size);
        List<Integer> used = new ArrayList<>();
        List<Long> usedIds = new ArrayList<>();

        for (int i = 0; i < 200; i++) {
            if (!used.isEmpty() && random.nextBoolean()) {
                int which = random.nextInt(used.size());
                pool.release(used.get(which));
                used.subList(which, which + 1).clear();
                model.release(usedIds.remove(which));
            } else {
                long id = random.nextInt(2 * size);
                List<Long> evicted = new ArrayList<>();
                int block = pool.use(id);
                assertThat(block != BlockPool.NONE).isEqualTo(model.use(id));
                if (block == BlockPool.NONE) {
                    block = pool.take(id, evicted::add);
                    List<Long> expected = new ArrayList<>();
                    assertThat(block != BlockPool.NONE).isEqualTo(model.take(id, expected));
                    assertThat(evicted).isEqualTo(expected);
                }
                if (block != BlockPool.NONE) {
                    used.add(block);
                    usedIds.add(id);
                }
            }
            assertThat(pool.cachedIds()).hasSize(pool.cached()).containsExactlyInAnyOrder(model.cached());
            assertThat(pool.free()).isEqualTo(model.free.size() + model.empty);
        }
    }

    @Test
    void take_afterARequestReleasedItsTailFirst_evictsItsTailFirst() {
        BlockPool pool = new BlockPool(3);
        List<Long> evicted = new ArrayList<>();
        int[] prompt = {pool.take(1, evicted::add), pool.take(2, evicted::add), pool.take(3, evicted::add)};
        for (int i = 2; i >= 0; i--) {
            pool.release(prompt[i]);
        }

        pool.take(4, evicted::add);
        pool.take(5, evicted::add);

        assertThat(evicted).containsExactly(3L, 2L);
        assertThat(pool.cachedIds()).containsExactlyInAnyOrder(1, 4, 5);
    }

    @Test
    void take_whatIsCached_isRefused() {
        BlockPool pool = new BlockPool(2);
        pool.take(7, id -> {});

        assertThatThrownBy(() -> pool.take(7, id -> {})).hasMessageContaining("block 7 is cached already");
    }

    @Test
    void release_moreOftenThanUsed_isRefused() {
        BlockPool pool = new BlockPool(2);
        int block = pool.take(7, id -> {});
        pool.release(block);

        assertThatThrownBy(() -> pool.release(block)).hasMessageContaining("is not in use");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MAX_VALUE})
    void size_outOfRange_isRefused(int blocks) {
        assertThatThrownBy(() -> new BlockPool(blocks)).hasMessageContaining("but was " + blocks);
    }

    /** Free blocks in order of release; those that never held anything come first. */
    private static final class Model {
        final Map<Long, Integer> users = new LinkedHashMap<>();
        final Deque<Long> free = new ArrayDeque<>();
        int empty;

        Model(int size) {
            empty = size;
        }

        boolean use(long id) {
            if (!users.containsKey(id)) {
                return false;
            }
            if (users.merge(id, 1, Integer::sum) == 1) {
                free.remove(id);
            }
            return true;
        }

        boolean take(long id, List<Long> evicted) {
            if (empty > 0) {
                empty--;
            } else if (free.isEmpty()) {
                return false;
            } else {
                long victim = free.removeFirst();
                users.remove(victim);
                evicted.add(victim);
            }
            users.put(id, 1);
            return true;
        }

        Long[] cached() {
            return users.keySet().toArray(Long[]::new);
        }

        void release(long id) {
            if (users.merge(id, -1, Integer::sum) == 0) {
                free.addLast(id);
            }
        }
    }
}
