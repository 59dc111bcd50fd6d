// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.kvcache.internal.radix.LaneValidator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class RadixPrefixIndexTest {
    private static final long[] PROMPT = Answers.chain(1_000, 200);
    private static final long[] NAMES = Answers.chain(77_000, 200);

    private final RadixPrefixIndex index = RadixPrefixIndex.builder().build();
    private final PrefixMatches matches = new PrefixMatches();

    private static long[] tail(long[] array, int from) {
        return Arrays.copyOfRange(array, from, array.length);
    }

    @Test
    void storeAfter_parentOfAnotherEndpoint_isRefusedAndCounted() {
        index.storeFirst(1, Tier.ACCELERATOR, NAMES, PROMPT, 6);
        index.storeFirst(2, Tier.ACCELERATOR, NAMES, PROMPT, 3);

        int stored = index.storeAfter(2, Tier.ACCELERATOR, NAMES[5], tail(NAMES, 6), tail(PROMPT, 6), 1);

        assertThat(stored).isEqualTo(TieredPrefixIndex.UNKNOWN_PARENT);
        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(1, 6, 2, 3));
        assertThat(index.counters().unknownParents()).isEqualTo(1);
    }

    @Test
    void storeAfter_parentInAnotherTier_isFollowed() {
        index.storeFirst(0, Tier.STORAGE, NAMES, PROMPT, 4);
        index.storeAfter(0, Tier.ACCELERATOR, NAMES[3], tail(NAMES, 4), tail(PROMPT, 4), 2);

        index.match(PROMPT, 6, matches);

        assertThat(Answers.byTier(matches)).isEqualTo(Map.of(0, List.of(6, 0, 2, 0, 4, 0)));
    }

    @Test
    void match_blocksInSeveralTiers_countForTheFastest() {
        index.storeFirst(3, Tier.ACCELERATOR, NAMES, PROMPT, 100);
        index.storeFirst(3, Tier.HOST, NAMES, PROMPT, 150);
        index.storeFirst(3, Tier.REMOTE, NAMES, PROMPT, 160);
        index.removeEngine(3, Tier.ACCELERATOR, NAMES[10]);
        index.storeFirst(4, Tier.ACCELERATOR, NAMES, PROMPT, 20);

        index.match(PROMPT, PROMPT.length, matches);
        assertThat(Answers.byTier(matches))
                .isEqualTo(Map.of(3, List.of(160, 10, 99, 51, 0, 10), 4, List.of(20, 20, 20, 0, 0, 0)));

        index.match(PROMPT, PROMPT.length, Tier.ACCELERATOR, matches);
        assertThat(Answers.byTier(matches))
                .isEqualTo(Map.of(3, List.of(10, 10, 10, 0, 0, 0), 4, List.of(20, 20, 20, 0, 0, 0)));

        index.match(PROMPT, PROMPT.length, Tier.HOST, matches);
        assertThat(Answers.byTier(matches)).isEqualTo(Map.of(3, List.of(150, 0, 0, 150, 0, 0)));
    }

    @Test
    void copies_areRemovedOneByOne() {
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 2);
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 2);
        assertThat(index.size()).isEqualTo(2);

        assertThat(index.removeEngine(0, Tier.ACCELERATOR, NAMES[1])).isTrue();
        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(0, 2));
        assertThat(index.removeEngine(0, Tier.ACCELERATOR, NAMES[1])).isTrue();
        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(0, 1));
        assertThat(index.removeEngine(0, Tier.ACCELERATOR, NAMES[1])).isFalse();
    }

    @Test
    void copiesNotCounted_firstRemovalTakesTheBlock() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().countCopies(false).build();
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 2);
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 2);

        index.removeEngine(0, Tier.ACCELERATOR, NAMES[1]);

        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(0, 1));
    }

    @Test
    void blockStoredUnderItsOwnHash_isNamedOnceAnEngineReportsIt() {
        index.store(0, PROMPT, 0, 3);
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 2);

        index.remove(0, PROMPT[1]);
        index.remove(0, PROMPT[2]);

        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(0, 2));
        assertThat(index.blockHash(0, NAMES[1])).isEqualTo(PROMPT[1]);
        assertThat(index.holds(0, PROMPT[1])).isTrue();
        assertThat(index.holds(0, PROMPT[2])).isFalse();
    }

    @Test
    void engineHashZero_isANameLikeAnyOther() {
        long[] names = {0, 1, -1};
        index.storeFirst(0, Tier.ACCELERATOR, names, PROMPT, 3);
        index.storeFirst(1, Tier.ACCELERATOR, NAMES, PROMPT, 3);

        assertThat(index.knows(0, 0)).isTrue();
        assertThat(index.knows(1, 0)).isFalse();
        assertThat(index.blockHash(0, 0)).isEqualTo(PROMPT[0]);
        assertThat(index.removeEngine(0, Tier.ACCELERATOR, 0)).isTrue();
        assertThat(Answers.match(index, PROMPT)).isEqualTo(Map.of(1, 3));
    }

    @Test
    void blockHash_unknownName_isRefused() {
        assertThatThrownBy(() -> index.blockHash(5, 0xabcL))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("engine hash abc: slot 5 holds no block of that name.\n"
                        + "Maybe ask knows(slot, engineHash) first.");
    }

    @Test
    void clear_isSeenAtOnceAndSweptLater() {
        for (int slot = 0; slot < 20; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, NAMES, PROMPT, 200);
        }
        index.clear(7);
        index.storeFirst(7, Tier.HOST, NAMES, PROMPT, 5);

        assertThat(index.needsSweep()).isTrue();
        assertThat(index.size()).isEqualTo(19 * 200 + 5);
        assertThat(Answers.match(index, PROMPT)).containsEntry(7, 5).hasSize(20);

        assertThat(index.sweep(1)).isPositive();
        while (index.sweep(64) > 0) {
            assertThat(index.needsSweep()).isTrue();
        }
        assertThat(index.needsSweep()).isFalse();
        assertThat(index.size()).isEqualTo(19 * 200 + 5);
        assertThat(Answers.match(index, PROMPT)).containsEntry(7, 5).hasSize(20);
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void manyEndpointsWithTheirOwnShare_runsAreCutAndAnswersStayExact() {
        for (int slot = 0; slot < 500; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, NAMES, PROMPT, 200 - slot % 200);
        }
        assertThat(index.counters().splits()).isPositive();

        index.match(PROMPT, 200, matches);

        assertThat(matches.size()).isEqualTo(500);
        for (int slot = 0; slot < 500; slot++) {
            assertThat(matches.blocks(slot)).isEqualTo(200 - slot % 200);
        }
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void lanes_answerTogether() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().lanes(3).build();
        for (int slot = 0; slot < 10; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, NAMES, PROMPT, 10 + slot);
        }
        index.clear(4);

        index.match(PROMPT, 200, matches);

        assertThat(matches.size()).isEqualTo(9);
        assertThat(matches.blocks(9)).isEqualTo(19);
        assertThat(index.size()).isEqualTo(10 + 11 + 12 + 13 + 15 + 16 + 17 + 18 + 19);
        assertThat(index.blocks()).isEqualTo(19 + 17 + 18);
    }

    @Test
    void match_allocatesNothing() {
        for (int slot = 0; slot < 700; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, NAMES, PROMPT, 1 + slot % 200);
        }
        long few = Allocations.of(100, () -> index.match(PROMPT, 200, matches));
        index.storeFirst(3, Tier.HOST, NAMES, PROMPT, 150);
        long tiers = Allocations.of(100, () -> index.match(PROMPT, 200, matches));
        long oneTier = Allocations.of(100, () -> index.match(PROMPT, 200, Tier.HOST, matches));

        assertThat(few).as("bytes for 100 questions").isLessThan(100);
        assertThat(tiers).as("bytes for 100 questions with tiers").isLessThan(100);
        assertThat(oneTier).as("bytes for 100 questions for one tier").isLessThan(100);
    }

    @Test
    void bytes_areWhatTheHeapHolds() {
        long before = usedHeap();
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        for (int slot = 0; slot < 40; slot++) {
            for (int i = 0; i < 400; i++) {
                long[] prompt = Answers.chain(1_000L * (i + 400 * (slot / 4)), 1 + i % 100);
                index.storeFirst(slot, Tier.ACCELERATOR, prompt, prompt, prompt.length);
            }
        }
        long grown = usedHeap() - before;

        assertThat((double) grown)
                .as("growth of the heap")
                .isCloseTo((double) index.bytes(), within(0.1 * index.bytes()));
        assertThat(index.bytes()).as("bytes for each pair").isLessThan(20 * index.size());
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    @Test
    void counters_countWhatHappened() {
        index.storeFirst(0, Tier.ACCELERATOR, NAMES, PROMPT, 10);
        index.storeFirst(1, Tier.ACCELERATOR, NAMES, PROMPT, 5);
        index.removeEngine(0, Tier.ACCELERATOR, NAMES[9]);
        index.removeEngine(0, Tier.ACCELERATOR, NAMES[9]);
        index.removeEngine(8, Tier.ACCELERATOR, NAMES[9]);

        assertThat(index.counters()).isEqualTo(new IndexCounters(15, 1, 0, 0, 0, 2, 1, 0));
        assertThat(index.size(Tier.ACCELERATOR)).isEqualTo(14);
        assertThat(index.size(Tier.HOST)).isZero();
        assertThat(index.blocks()).isEqualTo(9);
    }

    @Test
    void impossibleArguments_areRefused() {
        assertThatThrownBy(() -> index.storeFirst(-1, Tier.HOST, NAMES, PROMPT, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> index.storeFirst(0, Tier.HOST, NAMES, PROMPT, 201))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> index.removeEngine(-1, Tier.HOST, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> index.sweep(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyHoldersLoseTheirLastBlocks_onlyThoseAreGone() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        ModelPrefixIndex model = new ModelPrefixIndex(true);
        long[] chain = Answers.chain(1, 64);
        int slots = 200;
        for (int slot = 0; slot < slots; slot++) {
            index.storeFirst(slot, Tier.ACCELERATOR, chain, chain, chain.length);
            model.storeFirst(slot, Tier.ACCELERATOR, chain, chain, chain.length);
        }
        PrefixMatches answer = new PrefixMatches();
        PrefixMatches expected = new PrefixMatches();

        for (int slot = 0; slot < slots; slot++) {
            for (int i = 63; i >= 63 - slot % 50; i--) {
                index.removeEngine(slot, Tier.ACCELERATOR, chain[i]);
                model.removeEngine(slot, Tier.ACCELERATOR, chain[i]);
            }
            index.match(chain, chain.length, answer);
            model.match(chain, chain.length, expected);
            assertThat(Answers.byTier(answer)).isEqualTo(Answers.byTier(expected));
        }

        assertThat(index.size()).isEqualTo(model.size());
        assertThat(index.counters().evicted()).isZero();
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void blocksFromTheMiddleOfAPrompt_storedWithTheirWay_joinThoseOfOthers() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        long[] chain = Answers.chain(1, 10);
        index.storeFirst(0, Tier.ACCELERATOR, chain, chain, 10);

        int tail = index.store(1, Tier.ACCELERATOR, chain, chain, 4, 10);
        index.storeFirst(1, Tier.ACCELERATOR, chain, chain, 2);
        int unknown = index.storeAfter(2, Tier.ACCELERATOR, chain[1], chain, chain, 2, 4);
        long[] afterSecond = Arrays.copyOfRange(chain, 2, 10);
        int middle = index.storeAfter(1, Tier.ACCELERATOR, chain[1], afterSecond, afterSecond, 1, 2);
        Map<Integer, Integer> withHole = Answers.match(index, chain);
        index.storeAfter(1, Tier.ACCELERATOR, chain[1], afterSecond, afterSecond, 0, 1);
        Map<Integer, Integer> whole = Answers.match(index, chain);

        assertThat(tail).isEqualTo(6);
        assertThat(unknown).isEqualTo(TieredPrefixIndex.UNKNOWN_PARENT);
        assertThat(middle).isEqualTo(1);
        assertThat(withHole).containsEntry(1, 2);
        assertThat(whole).containsEntry(1, 10);
        assertThat(index.blocks()).isEqualTo(10);
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void endpointsBeyondTheLimit_areDroppedAndCounted() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        int limit = 262_080;
        long[] block = {42};

        for (int slot = 0; slot < limit + 10; slot++) {
            index.store(slot, block, 0, 1);
        }
        PrefixMatches matches = new PrefixMatches();
        index.match(block, 1, matches);

        assertThat(matches.size()).isEqualTo(limit);
        assertThat(index.counters().dropped()).isEqualTo(10);
    }

    @Test
    void lowerTiersThatAreEmptyAgain_leaveNoTrace() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        long[] chain = Answers.chain(1, 100);
        index.storeFirst(0, Tier.ACCELERATOR, chain, chain, 100);
        index.storeFirst(0, Tier.HOST, chain, chain, 100);
        index.storeFirst(1, Tier.HOST, chain, chain, 50);
        index.storeFirst(1, Tier.ACCELERATOR, chain, chain, 20);

        index.clear(0, Tier.HOST);
        index.clear(1, Tier.HOST);

        assertThat(index.size(Tier.HOST)).isZero();
        assertThat(index.size()).isEqualTo(120);
        index.lanes().forEach(LaneValidator::validate);
    }
}
