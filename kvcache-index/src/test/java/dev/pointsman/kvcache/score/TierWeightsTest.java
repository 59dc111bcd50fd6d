// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import org.junit.jupiter.api.Test;

class TierWeightsTest {
    @Test
    void match_isWeighedByTheFastestTierOfEachBlock() {
        PrefixMatches matches = new PrefixMatches();
        matches.add(2, 10, 3, 4, 1, 1);
        matches.add(5, 7);

        assertThat(TierWeights.DEFAULT.weigh(matches, 2)).isCloseTo(4 + 4 * 0.8 + 2 * 0.25, within(1e-12));
        assertThat(TierWeights.DEFAULT.weigh(matches, 5)).isEqualTo(7);
        assertThat(TierWeights.DEFAULT.weigh(matches, 3)).isZero();
        assertThat(TierWeights.EQUAL.weigh(matches, 2)).isEqualTo(10);
    }

    @Test
    void weights_areThoseGiven() {
        TierWeights weights = TierWeights.of(2, 1, 0.5, 0);

        assertThat(weights.weight(Tier.ACCELERATOR)).isEqualTo(2);
        assertThat(weights.weight(Tier.HOST)).isEqualTo(1);
        assertThat(weights.weight(Tier.STORAGE)).isEqualTo(0.5);
        assertThat(weights.weight(Tier.REMOTE)).isZero();
        assertThat(weights.equal()).isFalse();
        assertThat(TierWeights.EQUAL.equal()).isTrue();
    }

    @Test
    void slowerTier_isNeverWorthMore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TierWeights.of(1, 0.5, 0.6, 0))
                .withMessageStartingWith("weight of tier STORAGE: must be from 0 to 0.5, but was 0.6.\nMaybe ");
        assertThatIllegalArgumentException().isThrownBy(() -> TierWeights.of(-1, -1, -1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> TierWeights.of(Double.NaN, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> TierWeights.of(Double.POSITIVE_INFINITY, 0, 0, 0));
    }
}
