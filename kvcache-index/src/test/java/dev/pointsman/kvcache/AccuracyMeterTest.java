// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AccuracyMeterTest {
    @Test
    void errors_countWithTheirSign_andWithinABlock() {
        AccuracyMeter meter = new AccuracyMeter();

        meter.record(3, 160, 160, 16);
        meter.record(3, 160, 144, 16);
        meter.record(3, 160, 143, 16);
        meter.record(3, 0, 1_000, 16);

        Accuracy accuracy = meter.accuracy(3);
        assertThat(accuracy.requests()).isEqualTo(4);
        assertThat(accuracy.all().mean()).isCloseTo((16 + 17 - 1_000) / 4.0, within(1e-9));
        assertThat(accuracy.all().meanAbsolute()).isCloseTo((16 + 17 + 1_000) / 4.0, within(1e-9));
        assertThat(accuracy.all().withinOneBlock()).isEqualTo(0.5);
        assertThat(meter.total()).isEqualTo(accuracy);
    }

    @Test
    void recentMeans_leanOnTheLatest() {
        AccuracyMeter meter = new AccuracyMeter(0.5);

        meter.record(0, 100, 0, 16);
        meter.record(0, 100, 100, 16);
        meter.record(0, 100, 100, 16);

        assertThat(meter.accuracy(0).recent().mean()).isEqualTo(25);
        assertThat(meter.accuracy(0).recent().meanAbsolute()).isEqualTo(25);
        assertThat(meter.accuracy(0).recent().withinOneBlock()).isEqualTo(0.75);
    }

    @Test
    void slotsNeverSeen_haveNoAccuracy() {
        AccuracyMeter meter = new AccuracyMeter();
        meter.record(1, 5, 5, 1);

        assertThat(meter.accuracy(0)).isEqualTo(Accuracy.NONE);
        assertThat(meter.accuracy(1_000_000)).isEqualTo(Accuracy.NONE);
    }

    @Test
    void forgottenEndpoint_startsAgain_andTheTotalStays() {
        AccuracyMeter meter = new AccuracyMeter();
        meter.record(9_999, 32, 0, 16);

        meter.forget(9_999);
        meter.forget(123_456);
        assertThat(meter.accuracy(9_999)).isEqualTo(Accuracy.NONE);
        meter.record(9_999, 0, 0, 16);

        assertThat(meter.accuracy(9_999).all().meanAbsolute()).isZero();
        assertThat(meter.total().requests()).isEqualTo(2);
        assertThat(meter.total().all().mean()).isEqualTo(16);
    }

    @Test
    void numbersOutOfRange_areRefused() {
        AccuracyMeter meter = new AccuracyMeter();

        assertThatThrownBy(() -> meter.record(0, 5, -1, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave the request out");
        assertThatThrownBy(() -> meter.record(-1, 5, 1, 16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> meter.record(0, 5, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccuracyMeter(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccuracyMeter(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThat(meter.total()).isEqualTo(Accuracy.NONE);
    }

    @Test
    void recording_allocatesNothing() {
        AccuracyMeter meter = new AccuracyMeter();

        long bytes = Allocations.of(10_000, () -> meter.record(700, 5, 3, 16));

        assertThat(bytes).as("bytes for 10,000 requests").isLessThan(1_000);
    }

    @Test
    void recordingFromSeveralThreads_losesNothing() {
        AccuracyMeter meter = new AccuracyMeter();
        List<Runnable> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int first = thread;
            tasks.add(() -> {
                for (int i = 0; i < 5_000; i++) {
                    meter.record((first + i) % 300, 10, 0, 16);
                }
            });
        }

        Threads.runAll(tasks);

        long requests = 0;
        for (int slot = 0; slot < 300; slot++) {
            requests += meter.accuracy(slot).requests();
            assertThat(meter.accuracy(slot).all().mean()).isEqualTo(10);
        }
        assertThat(requests).isEqualTo(20_000);
        assertThat(meter.total().requests()).isEqualTo(20_000);
        assertThat(meter.total().recent().mean()).isCloseTo(10, within(1e-9));
    }

    @Property(tries = 300)
    void means_areThoseOfTheList(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 2_000) Integer> predicted,
            @ForAll @IntRange(max = 2_000) int reported,
            @ForAll @DoubleRange(min = 0.01, max = 1) double weight) {
        AccuracyMeter meter = new AccuracyMeter(weight);
        predicted.forEach(tokens -> meter.record(5, tokens, reported, 64));

        Accuracy.Errors all = meter.accuracy(5).all();
        assertThat(all.mean()).isCloseTo(mean(predicted, p -> p - reported), within(1e-6));
        assertThat(all.meanAbsolute()).isCloseTo(mean(predicted, p -> Math.abs(p - reported)), within(1e-6));
        assertThat(all.withinOneBlock())
                .isCloseTo(mean(predicted, p -> Math.abs(p - reported) <= 64 ? 1 : 0), within(1e-9));
        Accuracy.Errors recent = meter.accuracy(5).recent();
        assertThat(recent.meanAbsolute()).isBetween(0.0, 2_000.0);
        assertThat(Math.abs(recent.mean())).isLessThanOrEqualTo(recent.meanAbsolute() + 1e-6);
        assertThat(recent.withinOneBlock()).isBetween(0.0, 1.0);
    }

    private static double mean(List<Integer> predicted, DoubleUnaryOperator of) {
        return predicted.stream().mapToDouble(of::applyAsDouble).average().orElseThrow();
    }
}
