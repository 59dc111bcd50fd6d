// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BlockCachesTest {
    @Provide
    Arbitrary<List<long[]>> prompts() {
        return Prompts.tries();
    }

    @Property
    void lru_equalsALinkedHashMapInAccessOrder(
            @ForAll("prompts") List<long[]> prompts, @ForAll @IntRange(min = 0, max = 30) int capacity) {
        LruBlockCache cache = new LruBlockCache(capacity);
        LinkedHashMap<Long, Boolean> model = new LinkedHashMap<>(16, 0.75f, true);
        long evictions = 0;

        for (long[] prompt : prompts) {
            int run = 0;
            while (run < prompt.length && model.containsKey(prompt[run])) {
                run++;
            }
            assertThat(cache.leadingRun(prompt)).isEqualTo(run);
            cache.touch(prompt);
            for (int i = prompt.length - 1; i >= 0; i--) {
                model.put(prompt[i], true);
                if (model.size() > capacity) {
                    model.remove(model.keySet().iterator().next());
                    evictions++;
                }
            }
            assertThat(cache.size()).isEqualTo(model.size());
            assertThat(cache.evictions()).isEqualTo(evictions);
        }
    }

    @Property
    void lru_ofMoreBlocks_hasAllThatASmallerOneHas(
            @ForAll("prompts") List<long[]> prompts, @ForAll @IntRange(min = 0, max = 30) int capacity) {
        LruBlockCache small = new LruBlockCache(capacity);
        LruBlockCache large = new LruBlockCache(capacity + 1);

        for (long[] prompt : prompts) {
            assertThat(large.leadingRun(prompt)).isGreaterThanOrEqualTo(small.leadingRun(prompt));
            small.touch(prompt);
            large.touch(prompt);
            for (long block : prompt) {
                if (small.leadingRun(new long[] {block}) == 1) {
                    assertThat(large.leadingRun(new long[] {block})).isEqualTo(1);
                }
            }
        }
    }

    @Property
    void belady_neverHitsLessThanLru_norMoreThanAnEndlessCache(
            @ForAll("prompts") List<long[]> prompts, @ForAll @IntRange(min = 0, max = 30) int capacity) {
        BeladyBlockCache belady = new BeladyBlockCache(prompts, capacity);
        LruBlockCache lru = new LruBlockCache(capacity);
        LruBlockCache endless = new LruBlockCache(Long.MAX_VALUE);
        long beladyHits = 0;
        long lruHits = 0;
        long endlessHits = 0;

        for (long[] prompt : prompts) {
            beladyHits += belady.useNext();
            lruHits += lru.leadingRun(prompt);
            endlessHits += endless.leadingRun(prompt);
            lru.touch(prompt);
            endless.touch(prompt);
            assertThat(belady.size()).isLessThanOrEqualTo(capacity);
        }

        assertThat(beladyHits).isBetween(lruHits, endlessHits);
    }

    @Property(tries = 300)
    void belady_equalsANaiveFarthestNextUse(
            @ForAll("prompts") List<long[]> prompts, @ForAll @IntRange(min = 0, max = 12) int capacity) {
        BeladyBlockCache belady = new BeladyBlockCache(prompts, capacity);
        Set<Long> resident = new HashSet<>();

        for (int p = 0; p < prompts.size(); p++) {
            int run = 0;
            while (run < prompts.get(p).length && resident.contains(prompts.get(p)[run])) {
                run++;
            }
            assertThat(belady.useNext()).isEqualTo(run);
            for (long block : prompts.get(p)) {
                resident.add(block);
            }
            int now = p;
            resident.removeIf(block -> nextUse(prompts, now, block) == Long.MAX_VALUE);
            while (resident.size() > capacity) {
                long farthest = new ArrayList<>(resident)
                        .stream()
                                .max((a, b) -> Long.compare(nextUse(prompts, now, a), nextUse(prompts, now, b)))
                                .orElseThrow();
                resident.remove(farthest);
            }
            assertThat(belady.size()).isEqualTo(resident.size());
        }
    }

    /** The prompt of the next use and the depth in it, as one number that sorts by both. */
    private static long nextUse(List<long[]> prompts, int now, long block) {
        for (int p = now + 1; p < prompts.size(); p++) {
            for (int depth = 0; depth < prompts.get(p).length; depth++) {
                if (prompts.get(p)[depth] == block) {
                    return p * 1000L + depth;
                }
            }
        }
        return Long.MAX_VALUE;
    }

    @Test
    void lru_afterLongChurn_equalsALinkedHashMap() {
        int capacity = 700;
        LruBlockCache cache = new LruBlockCache(capacity);
        LinkedHashMap<Long, Boolean> model = new LinkedHashMap<>(16, 0.75f, true);
        SplittableRandom random = new SplittableRandom(1);

        for (int step = 0; step < 200_000; step++) {
            // Half of the ids in sequence, half scattered.
            long id = random.nextLong(1500) * (random.nextBoolean() ? 1 : 0x100000001L);
            assertThat(cache.leadingRun(new long[] {id}) == 1).isEqualTo(model.containsKey(id));
            cache.touch(new long[] {id});
            model.put(id, true);
            if (model.size() > capacity) {
                model.remove(model.keySet().iterator().next());
            }
        }

        assertThat(cache.size()).isEqualTo(capacity);
    }

    @Test
    void lru_touchesFromTheLastBlock_soThatTheTailGoesFirst() {
        LruBlockCache cache = new LruBlockCache(2);

        cache.touch(new long[] {1, 2, 3});

        assertThat(cache.leadingRun(new long[] {1, 2, 3})).isEqualTo(2);
        assertThat(cache.evictions()).isEqualTo(1);
    }

    @Test
    void belady_usedBeyondItsPrompts_isRefused() {
        BeladyBlockCache cache = new BeladyBlockCache(List.of(new long[] {1}), 1);
        cache.useNext();

        assertThatThrownBy(cache::useNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("all 1 prompts were used");
    }

    @Test
    void negativeCapacity_isRefused() {
        assertThatThrownBy(() -> new LruBlockCache(-1)).hasMessageContaining("capacity: must be at least 0 blocks");
        assertThatThrownBy(() -> new BeladyBlockCache(List.of(), -1))
                .hasMessageContaining("capacity: must be at least 0 blocks");
        assertThatThrownBy(() -> new CacheCapacity(-1)).hasMessageContaining("capacity: must be at least 0 tokens");
    }

    @ParameterizedTest
    @CsvSource({"inf,9223372036854775807", "infinite,9223372036854775807", "0,0", "511,0", "512,1", "500000,976"})
    void capacity_countsWholeBlocks(String text, long blocks) {
        assertThat(CacheCapacity.parse(text).blocks(512)).isEqualTo(blocks);
    }

    @ParameterizedTest
    @CsvSource({"many", "1e6", "''", "-5", "99999999999999999999"})
    void malformedCapacity_isRefused(String text) {
        assertThatThrownBy(() -> CacheCapacity.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity: must be");
    }
}
