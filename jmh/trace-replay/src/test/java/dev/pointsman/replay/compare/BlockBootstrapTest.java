// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.replay.stats.Quantile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlockBootstrapTest {
    @Test
    void equalRuns_areLevel() {
        long[] times = noise(1, 3000);
        BlockBootstrap bootstrap = new BlockBootstrap(3000);

        assertThat(BlockBootstrap.tied(bootstrap.means(times), bootstrap.means(times.clone())))
                .isTrue();
    }

    @Test
    void constantDifference_isSeen_howeverSmall() {
        long[] times = noise(1, 3000);
        long[] later = times.clone();
        for (int i = 0; i < later.length; i++) {
            later[i] += 1;
        }
        BlockBootstrap bootstrap = new BlockBootstrap(3000);

        assertThat(BlockBootstrap.tied(bootstrap.means(times), bootstrap.means(later)))
                .isFalse();
        assertThat(BlockBootstrap.tied(
                        bootstrap.quantiles(times, Quantile.P99), bootstrap.quantiles(later, Quantile.P99)))
                .isFalse();
    }

    @Test
    void differenceOfOneBadMinute_isNoise() {
        long[] times = noise(1, 3000);
        long[] unlucky = times.clone();
        for (int i = 1000; i < 1050; i++) {
            unlucky[i] += 1_000_000;
        }
        BlockBootstrap bootstrap = new BlockBootstrap(3000);

        assertThat(BlockBootstrap.tied(bootstrap.means(times), bootstrap.means(unlucky)))
                .isTrue();
    }

    @Test
    void independentRunsOfOneDistribution_areLevel() {
        BlockBootstrap bootstrap = new BlockBootstrap(3000);

        assertThat(BlockBootstrap.tied(bootstrap.means(noise(1, 3000)), bootstrap.means(noise(2, 3000))))
                .isTrue();
    }

    @Property(tries = 50)
    void statistics_areThoseOfTheResamplesBuiltInFull(
            @ForAll @Size(min = 1, max = 80) List<@LongRange(min = 0, max = 50) Long> list) {
        long[] times = list.stream().mapToLong(Long::longValue).toArray();
        int n = times.length;
        int stretches = Math.min(Verdict.STRETCHES, n);
        BlockBootstrap bootstrap = new BlockBootstrap(n);

        double[] means = bootstrap.means(times);
        double[] quantiles = bootstrap.quantiles(times, Quantile.P90);

        for (int r = 0; r < BlockBootstrap.RESAMPLES; r += 40) {
            List<Long> resample = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                int stretch = i * stretches / n;
                resample.addAll(Collections.nCopies(bootstrap.drawn(r, stretch), times[i]));
            }
            long[] built = resample.stream().mapToLong(Long::longValue).toArray();
            TtftDistribution expected = TtftDistribution.of(built);
            assertThat(means[r]).isCloseTo(expected.meanMicros(), within(1e-9));
            assertThat((long) quantiles[r]).isEqualTo(expected.quantileMicros(Quantile.P90));
        }
    }

    private static long[] noise(long seed, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.longs(n, 1_000, 500_000).toArray();
    }
}
