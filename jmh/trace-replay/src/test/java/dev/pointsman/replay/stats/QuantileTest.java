// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class QuantileTest {
    @Property
    void rank_isTheExactProductRoundedUp(
            @ForAll @IntRange(min = 1, max = 1000) int perMille,
            @ForAll @LongRange(min = 1, max = 1L << 53) long count) {
        BigDecimal exact = BigDecimal.valueOf(perMille, 3).multiply(BigDecimal.valueOf(count));

        assertThat(new Quantile(perMille).rank(count))
                .isEqualTo(exact.setScale(0, RoundingMode.CEILING).longValueExact());
    }

    @Test
    void wholeRank_isNotRoundedUp() {
        assertThat(Quantile.P90.of(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})).isEqualTo(9);
    }

    @Test
    void whatIsNotWithinAThousand_isRefused() {
        assertThatThrownBy(() -> new Quantile(0)).hasMessageContaining("must be between 1 and 1000 in a thousand");
        assertThatThrownBy(() -> new Quantile(1001)).hasMessageContaining("99th percentile is 990");
    }
}
