// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.stats.Quantile;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TtftDistributionTest {
    @Test
    void quantile_isTheNearestRank() {
        TtftDistribution ttft = TtftDistribution.of(new long[] {40, 10, 30, 20});

        assertThat(ttft.quantileMicros(new Quantile(250))).isEqualTo(10);
        assertThat(ttft.quantileMicros(Quantile.P50)).isEqualTo(20);
        assertThat(ttft.quantileMicros(new Quantile(501))).isEqualTo(30);
        assertThat(ttft.quantileMicros(Quantile.P99)).isEqualTo(40);
        assertThat(ttft.quantileMicros(new Quantile(1000))).isEqualTo(40);
        assertThat(ttft.meanMicros()).isEqualTo(25);
    }

    @Test
    void nothing_isNoDistribution() {
        assertThatThrownBy(() -> TtftDistribution.of(new long[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe");
        assertThatThrownBy(() -> TtftDistribution.of(new long[] {3, -1})).hasMessageContaining("-1");
    }

    @Property
    void shareWithin_isACount(
            @ForAll @Size(min = 1, max = 60) List<@LongRange(min = 0, max = 20) Long> times,
            @ForAll @IntRange(min = -1, max = 21) int limit) {
        long[] array = times.stream().mapToLong(Long::longValue).toArray();

        double share = TtftDistribution.of(array).shareWithin(limit);

        assertThat(share)
                .isEqualTo((double) Arrays.stream(array).filter(t -> t <= limit).count() / array.length);
    }
}
