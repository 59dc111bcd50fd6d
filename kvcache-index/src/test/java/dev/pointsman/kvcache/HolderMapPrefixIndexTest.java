// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.Test;

class HolderMapPrefixIndexTest extends PrefixIndexContract {
    @Override
    HolderMapPrefixIndex newIndex() {
        return new HolderMapPrefixIndex();
    }

    /** This index does not even need hashes to be chained. */
    @Override
    Arbitrary<List<Long>> prompts() {
        return Arbitraries.oneOf(
                super.prompts(),
                Arbitraries.of(0L, 1L, 2L, 3L, 5L, -1L, Long.MIN_VALUE, 1L << 32)
                        .list()
                        .ofMaxSize(8));
    }

    @Test
    void blocksThatNobodyHolds_takeNoRoom() {
        HolderMapPrefixIndex index = newIndex();
        index.store(0, new long[] {1, 2, 3}, 0, 3);
        index.store(9_999, new long[] {1, 2}, 0, 2);
        assertThat(index.blocks()).isEqualTo(3);

        index.remove(0, 3);
        index.clear(9_999);
        assertThat(index.blocks()).isEqualTo(2);

        index.clear(0);
        assertThat(index.blocks()).isZero();
    }

    @Test
    void match_allocatesNothing() {
        HolderMapPrefixIndex index = newIndex();
        long[] prompt = Answers.chain(1L << 40, 1_000);
        index.store(0, prompt, 0, 1_000);
        index.store(700, prompt, 0, 500);
        PrefixMatches matches = new PrefixMatches();

        long bytes = Allocations.of(100, () -> index.match(prompt, prompt.length, matches));

        assertThat(bytes).as("bytes for 100 questions of 1,000 blocks").isLessThan(1_000);
    }
}
