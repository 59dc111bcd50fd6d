// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PrefixMatchesTest {
    @Test
    void fresh_isEmpty() {
        PrefixMatches matches = new PrefixMatches();

        assertThat(matches.size()).isZero();
        assertThat(matches.longest()).isZero();
        assertThat(matches.blocks(0)).isZero();
        assertThat(matches.blocks(Integer.MAX_VALUE)).isZero();
        assertThat(matches).hasToString("PrefixMatches[]");
    }

    @Test
    void toString_listsSlotsWithTheirBlocks() {
        PrefixMatches matches = new PrefixMatches();
        matches.add(70, 2);
        matches.add(3, 1);

        assertThat(matches).hasToString("PrefixMatches[70: 2, 3: 1]");
    }

    @Test
    void add_ofTheSameSlotAgain_isRefused() {
        PrefixMatches matches = new PrefixMatches();
        matches.add(1, 2);

        assertThatThrownBy(() -> matches.add(1, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 1: a match of 3 blocks after one of 2.\n"
                        + "Maybe the last answer was not forgotten; a slot without a match is left out.");
    }

    @Test
    void add_ofNoMatchOrNoSlot_isRefused() {
        PrefixMatches matches = new PrefixMatches();

        assertThatThrownBy(() -> matches.add(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> matches.add(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(matches.size()).isZero();
    }

    @Test
    void slot_beyondTheMatches_isRefused() {
        PrefixMatches matches = new PrefixMatches();
        matches.add(5, 1);

        assertThatThrownBy(() -> matches.slot(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> matches.slot(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Property(tries = 300)
    void severalAnswersInOneObject_eachReadAsTheLastOne(@ForAll("answers") List<Map<Integer, Integer>> answers) {
        PrefixMatches matches = new PrefixMatches();
        for (Map<Integer, Integer> answer : answers) {
            matches.forget();
            answer.forEach(matches::add);

            assertThat(Answers.asMap(matches)).isEqualTo(answer);
            assertThat(matches.longest())
                    .isEqualTo(answer.values().stream().mapToInt(i -> i).max().orElse(0));
            for (int slot = 0; slot < 2_000; slot++) {
                assertThat(matches.blocks(slot)).isEqualTo(answer.getOrDefault(slot, 0));
            }
        }
    }

    @Provide
    Arbitrary<List<Map<Integer, Integer>>> answers() {
        return Arbitraries.maps(
                        Arbitraries.integers().between(0, 1_500),
                        Arbitraries.integers().between(1, 1_000))
                .ofMaxSize(100)
                .list()
                .ofMaxSize(6);
    }
}
