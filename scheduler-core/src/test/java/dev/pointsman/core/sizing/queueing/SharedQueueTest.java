// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Formulas for shared queues, against those they must contain and against a simulation. */
class SharedQueueTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    @Test
    void oneServer_isMG1() {
        SharedQueue queue = new SharedQueue(1, 1, ServiceTimes.ofMean(0.4, 0.5));

        assertThat(queue.meanWait(2)).isCloseTo(Queueing.meanWait(2, 0.4, 0.5), CLOSE);
        assertThat(queue.mostRate(0.5, 0)).isCloseTo(Queueing.mostRate(0.4, 0.5, 0.5, 0), CLOSE);
        assertThat(queue.mostRate(1.5, 0.95)).isCloseTo(Queueing.mostRate(0.4, 0.5, 1.5, 0.95), within(1e-6));
        assertThat(queue.meanWait(3)).isInfinite();
        assertThat(queue.mostRate(0.4 - 1e-9, 0)).isZero();
    }

    @Test
    void severalServers_areAllenCunneen() {
        SharedQueue queue = new SharedQueue(3, 1, ServiceTimes.ofMean(0.7, 2));

        assertThat(queue.meanWait(3)).isCloseTo(Queueing.pooledWait(3, 3, 0.7, 2), CLOSE);
    }

    @Test
    void bursts_countLikeVariationOfService() {
        ServiceTimes times = ServiceTimes.ofMean(0.4, 1);

        assertThat(new SharedQueue(2, 3, times).meanWait(4))
                .isCloseTo(2 * new SharedQueue(2, 1, times).meanWait(4), CLOSE);
    }

    @Test
    void times_asSeen_giveMeanAndVariation() {
        ServiceTimes times = ServiceTimes.of(1, 1, 1, 5);

        assertThat(times.mean()).isEqualTo(2);
        assertThat(times.squaredVariation()).isCloseTo(0.75, CLOSE);
        assertThat(times.plus(2).mean()).isEqualTo(4);
        assertThat(times.plus(2).squaredVariation()).isCloseTo(3.0 / 16, CLOSE);
    }

    /** A request that takes longer than the target by itself misses it, however short the queue. */
    @Test
    void quantile_countsWhatRequestsTakeThemselves() {
        SharedQueue queue = new SharedQueue(4, 1, ServiceTimes.of(0.1, 0.1, 0.1, 3));

        assertThat(queue.attainment(0, 1)).isEqualTo(0.75);
        assertThat(queue.mostRate(1, 0.8)).isZero();
        assertThat(queue.mostRate(1, 0.7)).isPositive();
    }

    @Test
    void exponentialTimes_haveTheTailOfMM1() {
        double[] times = new double[4096];
        for (int i = 0; i < times.length; i++) {
            times[i] = -Math.log1p(-(i + 0.5) / times.length);
        }
        SharedQueue queue = new SharedQueue(1, 1, ServiceTimes.of(times));

        // Time in M/M/1 is exponential with rate 1 - rho.
        for (double target : new double[] {1, 3, 8}) {
            assertThat(queue.attainment(0.7, target)).isCloseTo(1 - Math.exp(-0.3 * target), within(0.01));
        }
    }

    /** Service times as uneven as those of a real trace's prompts, whose squared coefficient of variation is about 5. */
    @Test
    void unevenTimes_waitAsLongAsSimulated() {
        SplittableRandom random = new SplittableRandom(7);
        double[] times = new double[1000];
        for (int i = 0; i < times.length; i++) {
            times[i] = i % 10 == 0 ? 5.5 + 6.5 * random.nextDouble() : 0.1 + 0.4 * random.nextDouble();
        }
        ServiceTimes services = ServiceTimes.of(times);
        int servers = 5;
        double rate = 0.8 * servers / services.mean();

        double predicted = new SharedQueue(servers, 1, services).meanWait(rate);

        assertThat(services.squaredVariation()).isBetween(4.0, 6.0);
        assertThat(predicted).isCloseTo(simulated(servers, rate, times, random), Percentage.withPercentage(15));
    }

    private static double simulated(int servers, double rate, double[] times, SplittableRandom random) {
        PriorityQueue<Double> free = new PriorityQueue<>();
        for (int i = 0; i < servers; i++) {
            free.add(0.0);
        }
        double now = 0;
        double waited = 0;
        int requests = 400_000;
        for (int i = 0; i < requests; i++) {
            now -= Math.log1p(-random.nextDouble()) / rate;
            double start = Math.max(now, free.remove());
            waited += start - now;
            free.add(start + times[random.nextInt(times.length)]);
        }
        return waited / requests;
    }

    @Property(tries = 200)
    void moreServers_doMoreEach_andUnevenness_costs(
            @ForAll @IntRange(min = 1, max = 40) int servers,
            @ForAll @DoubleRange(min = 0, max = 4) double variation,
            @ForAll @DoubleRange(min = 1.1, max = 20) double target,
            @ForAll @DoubleRange(min = 0, max = 0.98) double quantile) {
        double each = each(servers, 1, variation, target, quantile);

        assertThat(each(servers + 1, 1, variation, target, quantile)).isGreaterThanOrEqualTo(each * (1 - 1e-12));
        assertThat(each(servers, 1, variation + 0.5, target, quantile)).isLessThanOrEqualTo(each * (1 + 1e-12));
        assertThat(each(servers, 2, variation, target, quantile)).isLessThanOrEqualTo(each * (1 + 1e-12));
    }

    private static double each(int servers, double dispersion, double variation, double target, double quantile) {
        SharedQueue queue = new SharedQueue(servers, dispersion, ServiceTimes.ofMean(1, variation));
        return queue.mostRate(target, quantile) / servers;
    }

    @Test
    void nonsense_isRefusedInTwoLines() {
        assertThatThrownBy(ServiceTimes::of).hasMessageContaining("seconds").hasMessageContaining("\nMaybe");
        assertThatThrownBy(() -> ServiceTimes.of(-1)).hasMessageContaining("seconds");
        assertThatThrownBy(() -> new SharedQueue(0, 1, ServiceTimes.of(1))).hasMessageContaining("servers");
        assertThatThrownBy(() -> new SharedQueue(1, Double.NaN, ServiceTimes.of(1)))
                .hasMessageContaining("dispersion");
    }
}
