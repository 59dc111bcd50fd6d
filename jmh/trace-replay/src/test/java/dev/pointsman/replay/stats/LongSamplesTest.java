// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class LongSamplesTest {
    @Test
    void hundredValues_haveTheirRankAsQuantile() {
        LongSamples samples = new LongSamples();
        for (int i = 100; i >= 1; i--) {
            samples.add(i);
        }

        assertThat(samples.summarize()).isEqualTo(new QuantileSummary(100, 5050, 50.5, 1, 50, 90, 95, 99, 100, 100));
    }

    @Test
    void noValues_areAllZero() {
        assertThat(new LongSamples().summarize()).isEqualTo(new QuantileSummary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(new LongSamples().summarize().mean()).isZero();
    }

    @Test
    void sumBeyondALong_isTheMostThatALongHolds_andTheMeanIsRight() {
        LongSamples samples = new LongSamples();
        for (int i = 0; i < 5; i++) {
            samples.add(Long.MAX_VALUE - i);
        }

        assertThat(samples.summarize().sum()).isEqualTo(Long.MAX_VALUE);
        assertThat(samples.summarize().mean()).isEqualTo(0x1p63);
    }

    @Property
    void sumAndMean_areThoseOfBigNumbers(@ForAll @Size(min = 1, max = 20) List<Long> values) {
        LongSamples samples = new LongSamples();
        values.forEach(samples::add);
        BigInteger exact = values.stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);

        QuantileSummary summary = samples.summarize();

        assertThat(summary.mean()).isEqualTo(exact.doubleValue() / values.size());
        if (exact.bitLength() < 64) {
            assertThat(summary.sum()).isEqualTo(exact.longValueExact());
        } else {
            assertThat(summary.sum()).isEqualTo(exact.signum() > 0 ? Long.MAX_VALUE : Long.MIN_VALUE);
        }
    }

    @Property
    void quantiles_areTheSmallestValueThatEnoughAreAtMost(
            @ForAll @Size(min = 1, max = 400) List<@LongRange(min = 0, max = 50) Long> values) {
        LongSamples samples = new LongSamples();
        values.forEach(samples::add);
        List<Long> sorted = values.stream().sorted().toList();

        QuantileSummary summary = samples.summarize();

        assertThat(summary.p50()).isEqualTo(naive(sorted, 500));
        assertThat(summary.p90()).isEqualTo(naive(sorted, 900));
        assertThat(summary.p95()).isEqualTo(naive(sorted, 950));
        assertThat(summary.p99()).isEqualTo(naive(sorted, 990));
        assertThat(summary.p999()).isEqualTo(naive(sorted, 999));
    }

    private static long naive(List<Long> sorted, long perMille) {
        return sorted.stream()
                .filter(value ->
                        sorted.stream().filter(other -> other <= value).count() * 1000 >= perMille * sorted.size())
                .findFirst()
                .orElseThrow();
    }
}
