// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BlockCostTest {
    @Test
    void cachedBlocks_areNotRead_andNoCreditIsLeftOver() {
        assertThat(BlockCost.DEFAULT.of(10, 4, 3, 7)).isEqualTo(9);
        assertThat(BlockCost.DEFAULT.of(10, 40, 3, 7)).isEqualTo(3);
        assertThat(new BlockCost(2, 0.5).of(10, 4, 3, 7)).isEqualTo(18.5);
    }

    @Test
    void negativeWeights_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockCost(1, -1))
                .withMessageStartingWith("block cost: needs weights >= 0, but got 1.0 and -1.0.\nMaybe ");
    }
}
