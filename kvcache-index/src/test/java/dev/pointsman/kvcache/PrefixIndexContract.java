// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/**
 * What every prefix index must do, seen from one thread. Extend it, and {@link PrefixIndexRaces}, to test another one.
 */
abstract class PrefixIndexContract {
    abstract PrefixIndex newIndex();

    @Test
    void match_longerShorterAndOtherPrompts_countTheSharedHead() {
        PrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2, 3}, 0, 3);

        assertThat(Answers.match(index, 1, 2, 3)).isEqualTo(Map.of(0, 3));
        assertThat(Answers.match(index, 1, 2, 3, 4, 5, 6)).isEqualTo(Map.of(0, 3));
        assertThat(Answers.match(index, 1, 2, 999)).isEqualTo(Map.of(0, 2));
        assertThat(Answers.match(index, 999)).isEmpty();
        assertThat(Answers.match(index)).isEmpty();
    }

    @Test
    void match_firstBlockMissing_isNothing() {
        PrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2, 3}, 1, 3);

        assertThat(Answers.match(index, 1, 2, 3)).isEmpty();
    }

    @Test
    void match_gapThatAnotherSlotFills_endsTheCount() {
        PrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2, 3, 4, 5}, 0, 5);
        index.store(1, new long[] {1, 2, 3, 4, 5}, 0, 5);
        index.remove(1, 3);

        assertThat(Answers.match(index, 1, 2, 3, 4, 5)).isEqualTo(Map.of(0, 5, 1, 2));
    }

    @Test
    void store_fillingTheGap_countsWhatFollowsAgain() {
        PrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2, 3, 4}, 0, 4);
        index.remove(0, 2);
        index.store(0, new long[] {1, 2}, 1, 2);

        assertThat(Answers.match(index, 1, 2, 3, 4)).isEqualTo(Map.of(0, 4));
    }

    @Test
    void store_twice_isRemovedByOneRemoval() {
        PrefixIndex index = newIndex();
        index.store(3, new long[] {1, 2}, 0, 2);
        index.store(3, new long[] {1, 2}, 0, 2);
        index.remove(3, 2);
        index.remove(3, 2);
        index.remove(3, 4242);

        assertThat(index.size()).isEqualTo(1);
        assertThat(Answers.match(index, 1, 2)).isEqualTo(Map.of(3, 1));
    }

    @Test
    void clear_recycledSlot_hasNothingOfTheOneBefore() {
        PrefixIndex index = newIndex();
        index.store(7, new long[] {1, 2, 3}, 0, 3);
        index.store(8, new long[] {1, 2, 3}, 0, 3);
        index.clear(7);
        index.store(7, new long[] {1}, 0, 1);

        assertThat(Answers.match(index, 1, 2, 3)).isEqualTo(Map.of(7, 1, 8, 3));
        assertThat(index.size()).isEqualTo(4);
        assertThat(index.holds(7, 2)).isFalse();
        assertThat(index.holds(8, 2)).isTrue();
    }

    @Test
    void match_forgetsTheAnswerBefore() {
        PrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2}, 0, 2);
        PrefixMatches matches = new PrefixMatches();
        index.match(new long[] {1, 2}, 2, matches);

        index.match(new long[] {9}, 1, matches);

        assertThat(Answers.asMap(matches)).isEmpty();
        assertThat(matches.blocks(0)).isZero();
        assertThat(matches.longest()).isZero();
    }

    @Test
    void match_tenThousandHolders_areAllFound() {
        PrefixIndex index = newIndex();
        long[] prompt = Answers.chain(100, 4);
        for (int slot = 0; slot < 10_000; slot++) {
            index.store(slot, prompt, 0, 1 + slot % 4);
        }
        PrefixMatches matches = new PrefixMatches();

        index.match(prompt, 4, matches);

        assertThat(matches.size()).isEqualTo(10_000);
        for (int slot = 0; slot < 10_000; slot++) {
            assertThat(matches.blocks(slot)).isEqualTo(1 + slot % 4);
        }
        assertThat(matches.longest()).isEqualTo(4);
        assertThat(index.size()).isEqualTo(25_000);
    }

    @Test
    void impossibleArguments_areRefused() {
        PrefixIndex index = newIndex();
        long[] two = {1, 2};

        assertThatThrownBy(() -> index.store(-1, two, 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "slot: must be at least 0, but was -1.\nMaybe the endpoint is not in the fleet (any more).");
        assertThatThrownBy(() -> index.remove(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> index.clear(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> index.store(0, two, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> index.match(two, 3, new PrefixMatches()))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(index.size()).isZero();
    }

    @Property(tries = 1_000)
    void anyStepsOnFewSlots_answerAsTheNaiveIndexDoes(@ForAll("stepsOnFewSlots") List<Step> steps) {
        compareWithNaive(steps);
    }

    @Property(tries = 300)
    void anyStepsOnManySlots_answerAsTheNaiveIndexDoes(@ForAll("stepsOnManySlots") List<Step> steps) {
        compareWithNaive(steps);
    }

    private void compareWithNaive(List<Step> steps) {
        PrefixIndex index = newIndex();
        PrefixIndex naive = new NaivePrefixIndex();
        PrefixMatches answer = new PrefixMatches();
        PrefixMatches expected = new PrefixMatches();
        for (Step step : steps) {
            step.apply(index);
            step.apply(naive);

            long[] question = step.hashes();
            index.match(question, question.length, answer);
            naive.match(question, question.length, expected);
            assertThat(Answers.asMap(answer)).isEqualTo(Answers.asMap(expected));
            assertThat(answer.longest()).isEqualTo(expected.longest());
            assertThat(index.size()).isEqualTo(naive.size());
            for (long hash : question) {
                assertThat(index.holds(step.slot, hash)).isEqualTo(naive.holds(step.slot, hash));
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> stepsOnFewSlots() {
        return steps(Arbitraries.integers().between(0, 4));
    }

    @Provide
    Arbitrary<List<Step>> stepsOnManySlots() {
        return steps(Arbitraries.oneOf(
                Arbitraries.of(0, 62, 63, 64, 65, 127, 128, 4_095, 4_096, 9_999),
                Arbitraries.integers().between(0, 9_999)));
    }

    /** Returns prompts of few different blocks, so that prefixes are often shared; their hashes are chained. */
    Arbitrary<List<Long>> prompts() {
        return Arbitraries.oneOf(Arbitraries.integers().between(0, 2), Arbitraries.of(0, 0, 0, 0, 0, 1))
                .list()
                .ofMaxSize(8)
                .map(PrefixIndexContract::chained);
    }

    private Arbitrary<List<Step>> steps(Arbitrary<Integer> slots) {
        return Combinators.combine(
                        Arbitraries.frequency(Tuple.of(6, Op.STORE), Tuple.of(3, Op.REMOVE), Tuple.of(1, Op.CLEAR)),
                        slots,
                        prompts(),
                        Arbitraries.integers().between(0, 8))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    /** Returns small hashes that each stand for a whole path: the path's digits to the base 3, after a leading 1. */
    private static List<Long> chained(List<Integer> blocks) {
        List<Long> hashes = new ArrayList<>();
        long hash = 1;
        for (int block : blocks) {
            hash = 3 * hash + block;
            hashes.add(hash);
        }
        return hashes;
    }

    /** What a step does. */
    enum Op {
        STORE,
        REMOVE,
        CLEAR
    }

    /** One change, and the prompt to ask for after it. */
    record Step(Op op, int slot, List<Long> prompt, int position) {
        void apply(PrefixIndex index) {
            switch (op) {
                case STORE -> index.store(slot, hashes(), Math.min(position / 3, prompt.size()), prompt.size());
                case REMOVE -> index.remove(slot, prompt.isEmpty() ? 0 : prompt.get(position % prompt.size()));
                case CLEAR -> index.clear(slot);
            }
        }

        long[] hashes() {
            return prompt.stream().mapToLong(hash -> hash).toArray();
        }
    }
}
