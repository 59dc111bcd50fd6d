// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.picker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Random choices over many request ids have the chances that they should have, by Pearson's chi-squared test. The seed is
 * fixed, so a test gives the same statistic each time; the limits are the quantiles that 1 in 1000 right pickers exceeds.
 */
class PickerChanceTest {
    private static final int REQUESTS = 40_000;
    private static final double LIMIT_OF_6 = 22.46;
    private static final double LIMIT_OF_4 = 18.47;
    private static final double LIMIT_OF_2 = 13.82;
    private static final double LIMIT_OF_19 = 43.82;
    private static final double LIMIT_OF_41 = 74.74;

    /** Seven endpoints, in slots that are not a plain row. */
    private static final Candidates SEVEN = TestCycle.of(TestFleet.builder()
                    .endpoint("a")
                    .hole()
                    .endpoint("b")
                    .endpoint("c")
                    .hole()
                    .hole()
                    .endpoint("d")
                    .endpoint("e")
                    .endpoint("f")
                    .endpoint("g")
                    .build())
            .candidates();

    @Test
    void random_targetsAreUniform_whateverTheTotals() {
        double[] totals = {5, 0, 1, 100, 2, 0, 0.1};

        assertThat(chiSquared(targets(new RandomPicker(), SEVEN, totals), uniform(7)))
                .isLessThan(LIMIT_OF_6);
    }

    @Test
    void random_targetsAndFirstFallbacksTogether_areUniform() {
        double[] totals = new double[7];

        assertThat(chiSquared(pairs(new RandomPicker(), SEVEN, totals), pairChances(1, 1, 1, 1, 1, 1, 1)))
                .isLessThan(LIMIT_OF_41);
    }

    @Test
    void maxScore_tiesAreUniform() {
        double[] totals = new double[7];

        assertThat(chiSquared(targets(new MaxScorePicker(), SEVEN, totals), uniform(7)))
                .isLessThan(LIMIT_OF_6);
    }

    @Test
    void weightedRandom_targetsFollowTheTotals() {
        double[] totals = {1.0, 0.9, 0.5, 0.3, 0.2};

        assertThat(chiSquared(targets(new WeightedRandomPicker(), five(), totals), shares(totals)))
                .isLessThan(LIMIT_OF_4);
    }

    @Test
    void weightedRandom_fallbacksFollowTheTotalsOfThoseThatRemain() {
        double[] totals = {1.0, 0.9, 0.5, 0.3, 0.2};

        assertThat(chiSquared(pairs(new WeightedRandomPicker(), five(), totals), pairChances(totals)))
                .isLessThan(LIMIT_OF_19);
    }

    @Test
    void weightedRandom_tinyAndHugeTotals_followToo() {
        Candidates three = TestCycle.of(TestFleet.of(3)).candidates();
        for (double unit : new double[] {1e-300, 1e-12, 1e12, 1e300}) {
            double[] totals = {unit, 2 * unit, 5 * unit};

            assertThat(chiSquared(targets(new WeightedRandomPicker(), three, totals), shares(totals)))
                    .as("totals of %s", unit)
                    .isLessThan(LIMIT_OF_2);
        }
    }

    @Test
    void weightedRandom_leastPossibleTotals_areStillPicked() {
        double[] totals = {Double.MIN_VALUE, Double.MIN_VALUE, 0};
        Candidates three = TestCycle.of(TestFleet.of(3)).candidates();

        long[] counts = targets(new WeightedRandomPicker(), three, totals);

        assertThat(counts[0]).isPositive();
        assertThat(counts[1]).isPositive();
        assertThat(counts[2]).isZero();
    }

    @Test
    void weightedRandom_allZero_isUniform() {
        assertThat(chiSquared(targets(new WeightedRandomPicker(), SEVEN, new double[7]), uniform(7)))
                .isLessThan(LIMIT_OF_6);
    }

    private static Candidates five() {
        return TestCycle.of(TestFleet.of(5)).candidates();
    }

    private static long[] targets(Picker picker, Candidates candidates, double[] totals) {
        long[] counts = new long[candidates.size()];
        int[] picks = new int[1];
        for (int i = 0; i < REQUESTS; i++) {
            picker.pick(candidates, totals, Draw.of(42, "request-" + i), picks);
            counts[picks[0]]++;
        }
        return counts;
    }

    private static long[] pairs(Picker picker, Candidates candidates, double[] totals) {
        int size = candidates.size();
        long[] counts = new long[size * size];
        int[] picks = new int[3];
        for (int i = 0; i < REQUESTS; i++) {
            picker.pick(candidates, totals, Draw.of(42, "request-" + i), picks);
            counts[picks[0] * size + picks[1]]++;
        }
        return counts;
    }

    private static double[] uniform(int size) {
        double[] chances = new double[size];
        Arrays.fill(chances, 1.0 / size);
        return chances;
    }

    private static double[] shares(double... totals) {
        double sum = Arrays.stream(totals).sum();
        return Arrays.stream(totals).map(total -> total / sum).toArray();
    }

    private static double[] pairChances(double... totals) {
        double[] shares = shares(totals);
        int size = totals.length;
        double[] chances = new double[size * size];
        for (int first = 0; first < size; first++) {
            for (int second = 0; second < size; second++) {
                chances[first * size + second] =
                        first == second ? 0 : shares[first] * shares[second] / (1 - shares[first]);
            }
        }
        return chances;
    }

    private static double chiSquared(long[] counts, double[] chances) {
        double statistic = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = chances[i] * REQUESTS;
            if (expected == 0) {
                assertThat(counts[i]).isZero();
            } else {
                statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            }
        }
        return statistic;
    }
}
