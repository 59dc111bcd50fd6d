// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

class PrefixCacheScorerTest {
    private static final String OTHER = "precise-prefix-cache-producer";

    @Test
    void matchedShare_isTheScore() {
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(8, 16), 8, 2, 0);

        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(1, 0.25, 0);
    }

    @Test
    void weightedMatch_countsInstead_whereItIsKnown() {
        TestCycle cycle = matches(OTHER, new PrefixMatch(8, 16), 8, 8, -1)
                .with(PrefixMatch.weightedBlocks(OTHER), "e0", 6.4)
                .with(PrefixMatch.weightedBlocks(OTHER), "e2", 2);

        assertThat(cycle.score(new PrefixCacheScorer().readingFrom(OTHER))).containsExactly(0.8, 1, 0.25);
        assertThat(cycle.score(new PrefixCacheScorer().readingFrom(OTHER).withMatchLength(1, 128))[0])
                .isCloseTo(0.64, within(1e-12));
    }

    @Test
    void matchLength_isSquaredAndWeighted() {
        // 50 blocks of 64 tokens are 3200 tokens: 0.75 * 0.5 + 0.25 * (3200 / 6400)^2
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(100, 64), 50, 100, 0);
        Scorer scorer = new PrefixCacheScorer().withMatchLength(0.25, 6400);

        assertThat(cycle.score(scorer)[0]).isCloseTo(0.4375, within(1e-12));
        assertThat(cycle.score(scorer)[1]).isEqualTo(1);
        assertThat(cycle.score(scorer)[2]).isEqualTo(0);
    }

    @Test
    void longerThanTheScale_countsInFullOnly() {
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(1000, 16), 500);

        assertThat(cycle.score(new PrefixCacheScorer().withMatchLength(1, 100))).containsExactly(1);
    }

    @Test
    void longestMatch_doesNotOverflow() {
        PrefixMatch match = new PrefixMatch(Integer.MAX_VALUE, Integer.MAX_VALUE);
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, match, Integer.MAX_VALUE);

        assertThat(cycle.score(new PrefixCacheScorer().withMatchLength(0.5, Integer.MAX_VALUE)))
                .containsExactly(1);
    }

    @Test
    void noMatchInformation_isMissing() {
        TestCycle cycle = TestCycle.of(TestFleet.of(2));

        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(Scorer.MISSING, Scorer.MISSING);
    }

    @Test
    void oneEndpointNotReported_isMissing() {
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(4, 16), 2, -1);

        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(0.5, Scorer.MISSING);
    }

    @Test
    void promptOfNoBlocks_scoresZeroEverywhere() {
        TestCycle cycle = matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(0, 16), 0, -1);

        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(0, 0);
    }

    @Test
    void otherProducer_isReadWhenNamed() {
        TestCycle cycle = matches(OTHER, new PrefixMatch(4, 16), 2);

        assertThat(cycle.score(new PrefixCacheScorer())).containsExactly(Scorer.MISSING);
        assertThat(cycle.score(new PrefixCacheScorer().readingFrom(OTHER))).containsExactly(0.5);
        assertThat(cycle.score(new PrefixCacheScorer().withMatchLength(1, 64).readingFrom(OTHER)))
                .containsExactly(0.25);
    }

    @Test
    void consumesTheNamedProducersData() {
        assertThat(new PrefixCacheScorer().readingFrom(OTHER).consumes())
                .containsExactlyInAnyOrder(PrefixMatch.of(OTHER), PrefixMatch.matchedBlocks(OTHER));
        assertThat(new PrefixCacheScorer().readingFrom(OTHER).consumesIfPresent())
                .containsExactly(PrefixMatch.weightedBlocks(OTHER));
    }

    @Test
    void valuesOutOfRange_areRefused() {
        PrefixCacheScorer scorer = new PrefixCacheScorer();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scorer.withMatchLength(1.5, 8192))
                .withMessageStartingWith("matchLengthWeight: must be between 0 and 1, but was 1.5.");
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.withMatchLength(Double.NaN, 8192));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scorer.withMatchLength(0.5, 0))
                .withMessageStartingWith(
                        "matchLengthScaleTokens: must be at least 1 with a matchLengthWeight of 0.5, but was 0.");
        assertThat(matches(PrefixMatch.DEFAULT_PRODUCER, new PrefixMatch(4, 16), 2)
                        .score(scorer.withMatchLength(0, 0)))
                .containsExactly(0.5);
    }

    private static TestCycle matches(String producer, PrefixMatch match, long... blocks) {
        TestCycle cycle = TestCycle.of(TestFleet.of(blocks.length)).with(PrefixMatch.of(producer), match);
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] >= 0) {
                cycle.with(PrefixMatch.matchedBlocks(producer), "e" + i, blocks[i]);
            }
        }
        return cycle;
    }
}
