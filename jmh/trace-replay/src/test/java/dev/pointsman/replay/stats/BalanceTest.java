// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BalanceTest {
    @Test
    void maxOverMean_isOneIfEven_andTheNumberIfOneHasAll() {
        assertThat(Balance.maxOverMean(List.of(5L, 5L, 5L))).isEqualTo(1);
        assertThat(Balance.maxOverMean(List.of(0L, 7L, 0L))).isEqualTo(3);
        assertThat(Balance.maxOverMean(List.of(1L, 3L))).isEqualTo(1.5);
        assertThat(Balance.maxOverMean(List.of(0L, 0L))).isZero();
        assertThat(Balance.maxOverMean(List.of())).isZero();
    }

    @Test
    void largeShareOfALargeFleet_doesNotOverflow() {
        List<Long> even = Collections.nCopies(100_000, 1L << 45);

        assertThat(Balance.maxOverMean(even)).isEqualTo(1);
    }
}
