// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static dev.pointsman.kvcache.Answers.asMap;
import static dev.pointsman.kvcache.Answers.chain;
import static dev.pointsman.kvcache.Answers.match;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SpeculativePrefixIndexTest {
    private static final long TIME_TO_LIVE = 2_000;

    private final RadixPrefixIndex told = RadixPrefixIndex.builder().build();
    private final SpeculativePrefixIndex index = over(told, 1_000);

    @Test
    void routedPrompt_countsAtOnce_andUntilItsTimeIsOver() {
        index.route(3, chain(1, 5), 5, 100);

        assertThat(match(index, chain(1, 8))).isEqualTo(Map.of(3, 5));
        assertThat(index.nextExpiry()).isEqualTo(100 + TIME_TO_LIVE);
        assertThat(index.expire(99 + TIME_TO_LIVE)).isZero();
        assertThat(match(index, chain(1, 8))).isEqualTo(Map.of(3, 5));
        assertThat(index.expire(100 + TIME_TO_LIVE)).isEqualTo(5);
        assertThat(match(index, chain(1, 8))).isEmpty();
        assertThat(index.nextExpiry()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void blockThatIsEvictedWhileItIsRemoved_isNoError() {
        // An index that forgets a block between two questions, as one at its bound does for another endpoint's store.
        TieredPrefixIndex forgetful = (TieredPrefixIndex) Proxy.newProxyInstance(
                TieredPrefixIndex.class.getClassLoader(),
                new Class<?>[] {TieredPrefixIndex.class},
                (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(told, arguments);
                        if (method.getName().equals("knows")) {
                            told.clear((int) arguments[0]);
                        }
                        return answer;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getTargetException();
                    }
                });
        SpeculativePrefixIndex over = over(forgetful, 1_000);
        told.storeFirst(3, Tier.ACCELERATOR, new long[] {77}, chain(1, 1), 1);
        over.route(3, chain(1, 2), 2, 0);

        assertThat(over.removeEngine(3, Tier.ACCELERATOR, 77)).isFalse();
        assertThat(over.told()).isSameAs(forgetful);
    }

    @Test
    void lookup_givesEachEndpointTheBetterOfBoth() {
        told.store(1, chain(1, 3), 0, 3);
        told.store(2, chain(1, 6), 0, 6);
        told.store(4, chain(1, 2), 0, 2);
        index.route(1, chain(1, 5), 5, 0);
        index.route(2, chain(1, 5), 5, 0);
        index.route(3, chain(1, 4), 4, 0);

        PrefixMatches matches = new PrefixMatches();
        index.match(chain(1, 9), 9, matches);

        assertThat(asMap(matches)).isEqualTo(Map.of(1, 5, 2, 6, 3, 4, 4, 2));
        assertThat(matches.longest()).isEqualTo(6);
        assertThat(matches.leading(1)).isEqualTo(5);
        index.match(chain(100, 9), 9, matches);
        assertThat(asMap(matches)).isEmpty();
        assertThat(matches.longest()).isZero();
    }

    @Test
    void routedBlocks_countAsAcceleratorMemory_behindWhatLiesLower() {
        told.store(1, Tier.HOST, chain(1, 3), 0, 3);
        told.store(1, Tier.ACCELERATOR, chain(1, 2), 0, 2);
        index.route(1, chain(1, 5), 5, 0);

        PrefixMatches matches = new PrefixMatches();
        index.match(chain(1, 9), 9, matches);
        assertThat(matches.blocks(1)).isEqualTo(5);
        assertThat(matches.blocks(1, Tier.HOST)).isEqualTo(1);
        assertThat(matches.blocks(1, Tier.ACCELERATOR)).isEqualTo(4);
        assertThat(matches.leading(1)).isEqualTo(2);

        index.match(chain(1, 9), 9, Tier.ACCELERATOR, matches);
        assertThat(matches.blocks(1)).isEqualTo(5);
        index.match(chain(1, 9), 9, Tier.HOST, matches);
        assertThat(matches.blocks(1)).isEqualTo(3);
    }

    @Test
    void confirmedBlock_countsAsLongAsEventsSay_longerThanItsTime() {
        index.route(1, chain(1, 4), 4, 0);
        index.storeFirst(1, Tier.ACCELERATOR, chain(901, 3), chain(1, 3), 3);
        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(1, 4));

        index.expire(TIME_TO_LIVE);

        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(1, 3));
    }

    @Test
    void confirmedBlock_countsAsLongAsEventsSay_shorterThanItsTime() {
        index.route(1, chain(1, 4), 4, 0);
        index.storeFirst(1, Tier.ACCELERATOR, chain(901, 4), chain(1, 4), 4);

        assertThat(index.removeEngine(1, Tier.ACCELERATOR, 903)).isTrue();

        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(1, 2));
        assertThat(index.routed(1)).isEqualTo(3);
        assertThat(index.removeEngine(1, Tier.ACCELERATOR, 903)).isFalse();
    }

    @Test
    void removalOfOneOfTwoCopies_leavesTheRoutedBlock() {
        index.route(1, chain(1, 4), 4, 0);
        index.storeFirst(1, Tier.ACCELERATOR, chain(901, 2), chain(1, 2), 2);
        index.storeFirst(1, Tier.HOST, chain(901, 2), chain(1, 2), 2);

        index.removeEngine(1, Tier.ACCELERATOR, 902);
        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(1, 4));
        index.removeEngine(1, Tier.HOST, 902);
        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(1, 1));
    }

    @Test
    void clearedEndpoint_loses_allThatWasRoutedToIt_andNoOtherDoes() {
        index.route(1, chain(1, 4), 4, 0);
        index.route(2, chain(1, 4), 4, 0);
        index.route(3, chain(1, 4), 4, 0);

        index.clear(1);
        index.clear(2, Tier.ACCELERATOR);
        index.clear(3, Tier.HOST);

        assertThat(match(index, chain(1, 9))).isEqualTo(Map.of(3, 4));
    }

    @Test
    void capacity_boundsWhatIsRouted_andKeepsThePrefix() {
        SpeculativePrefixIndex small = over(told, 6);

        small.route(1, chain(1, 4), 4, 0);
        small.route(1, chain(101, 5), 5, 1);
        small.route(2, chain(1, 50), 50, 1);

        assertThat(small.routed(1)).isEqualTo(6);
        assertThat(match(small, chain(101, 5))).isEqualTo(Map.of(1, 5));
        assertThat(match(small, chain(1, 50))).isEqualTo(Map.of(1, 1, 2, 6));
    }

    @Test
    void lookup_allocatesNothing() {
        long[] prompt = chain(1, 100);
        for (int slot = 0; slot < 100; slot++) {
            told.store(slot, prompt, 0, slot);
            index.route(slot, prompt, 100 - slot, 0);
        }
        PrefixMatches matches = new PrefixMatches();

        long bytes = Allocations.of(1_000, () -> index.match(prompt, 100, matches));

        assertThat(bytes).as("bytes for 1,000 questions").isLessThan(1_000);
    }

    /** Holds it against two maps: what events say, and until when routed blocks count. */
    @Property(tries = 300)
    void anySteps_matchTheLongerOfBoth(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RadixPrefixIndex precise = RadixPrefixIndex.builder().countCopies(false).build();
        SpeculativePrefixIndex both = over(precise, 1_000);
        NaivePrefixIndex naiveTold = new NaivePrefixIndex();
        List<Map<Long, Long>> ends = List.of(new HashMap<>(), new HashMap<>(), new HashMap<>());
        long now = 0;
        for (int step = 0; step < 200; step++) {
            int slot = random.nextInt(3);
            long[] prompt = chain(1_000 * random.nextInt(3), 1 + random.nextInt(10));
            int roll = random.nextInt(100);
            if (roll < 35) {
                both.route(slot, prompt, prompt.length, now);
                for (long hash : prompt) {
                    ends.get(slot).put(hash, now + TIME_TO_LIVE);
                }
            } else if (roll < 65) {
                both.storeFirst(slot, Tier.ACCELERATOR, prompt, prompt, prompt.length);
                naiveTold.store(slot, prompt, 0, prompt.length);
            } else if (roll < 85) {
                long hash = prompt[random.nextInt(prompt.length)];
                boolean known = both.removeEngine(slot, Tier.ACCELERATOR, hash);
                assertThat(known).isEqualTo(naiveTold.holds(slot, hash));
                if (known) {
                    ends.get(slot).remove(hash);
                }
                naiveTold.remove(slot, hash);
            } else if (roll < 87) {
                both.clear(slot);
                naiveTold.clear(slot);
                ends.get(slot).clear();
            } else {
                now += random.nextInt(1_000);
                long until = now;
                both.expire(now);
                ends.forEach(end -> end.values().removeIf(time -> time <= until));
            }

            long[] asked = chain(1_000 * random.nextInt(3), 12);
            Map<Integer, Integer> expected = new HashMap<>(match(naiveTold, asked));
            for (int each = 0; each < 3; each++) {
                int run = 0;
                while (run < asked.length && ends.get(each).containsKey(asked[run])) {
                    run++;
                }
                if (run > 0) {
                    expected.merge(each, run, Math::max);
                }
            }
            assertThat(match(both, asked)).isEqualTo(expected);
            assertThat(both.size()).isEqualTo(naiveTold.size());
        }
    }

    @Test
    void routingFromSeveralThreads_whileOthersAsk_inventsNothing() {
        List<Runnable> tasks = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            int slot = thread;
            tasks.add(() -> {
                for (int i = 1; i <= 2_000; i++) {
                    index.route(slot, chain(1, i % 20), i % 20, i);
                    index.expire(i);
                }
            });
        }
        tasks.add(() -> {
            PrefixMatches matches = new PrefixMatches();
            for (int i = 0; i < 2_000; i++) {
                index.match(chain(1, 40), 40, matches);
                assertThat(matches.longest()).isLessThanOrEqualTo(19);
            }
        });

        Threads.runAll(tasks);

        assertThat(match(index, chain(1, 40)).keySet()).containsExactly(0, 1, 2);
    }

    private static SpeculativePrefixIndex over(TieredPrefixIndex told, int capacity) {
        return new SpeculativePrefixIndex(told, new HolderMapPrefixIndex(), capacity, TIME_TO_LIVE);
    }
}
