// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EndpointAttributeScorerTest {
    private static final double MISSING = Scorer.MISSING;

    @Test
    void onTheCandidatesScale_lessOrMoreIsBetter() {
        TestCycle cycle = gauges(10, 5, 0);

        assertThat(cycle.score(EndpointAttributeScorer.lessIsBetter("g"))).containsExactly(0, 0.5, 1);
        assertThat(cycle.score(EndpointAttributeScorer.moreIsBetter("g"))).containsExactly(1, 0.5, 0);
    }

    @Test
    void equalNumbers_allScoreOne() {
        assertThat(gauges(7, 7).score(EndpointAttributeScorer.lessIsBetter("g")))
                .containsExactly(1, 1);
        assertThat(gauges(-7, -7).score(EndpointAttributeScorer.moreIsBetter("g")))
                .containsExactly(1, 1);
    }

    @Test
    void onAFixedScale_numbersBeyondItCountAsItsEnds() {
        TestCycle cycle = gauges(15, 2.5, -5);

        assertThat(cycle.score(EndpointAttributeScorer.lessIsBetter("g").between(0, 10)))
                .containsExactly(0, 0.75, 1);
        assertThat(cycle.score(EndpointAttributeScorer.moreIsBetter("g").between(0, 10)))
                .containsExactly(1, 0.25, 0);
    }

    @Test
    void missingNumber_isMissing_orZeroAsInLlmD_andDoesNotStretchTheScale() {
        TestCycle cycle = gauges(4, Double.NaN, 8);
        EndpointAttributeScorer scorer = EndpointAttributeScorer.lessIsBetter("g");

        assertThat(cycle.score(scorer)).containsExactly(1, MISSING, 0);
        assertThat(cycle.score(scorer.withSemantics(Semantics.LLM_D))).containsExactly(1, 0, 0);
        assertThat(cycle.score(scorer.between(0, 10))).containsExactly(0.6, MISSING, 0.19999999999999996);
        assertThat(gauges(Double.NaN).score(scorer.withSemantics(Semantics.LLM_D)))
                .containsExactly(0);
    }

    @Test
    void numbersOfEveryEngine_areFoundByLlmdsNames() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(
                        "a",
                        signals -> signals.waitingRequests(0)
                                .runningRequests(5)
                                .kvUsage(0.25)
                                .kvBlockSize(16)
                                .kvBlockCount(100))
                .endpoint(
                        "b",
                        signals -> signals.waitingRequests(10)
                                .runningRequests(0)
                                .kvUsage(0.75)
                                .kvBlockSize(32)
                                .kvBlockCount(50))
                .build();
        TestCycle cycle = TestCycle.of(fleet);

        assertThat(cycle.score(EndpointAttributeScorer.lessIsBetter("WaitingQueueSize")))
                .containsExactly(1, 0);
        assertThat(cycle.score(EndpointAttributeScorer.lessIsBetter("RunningRequestsSize")))
                .containsExactly(0, 1);
        assertThat(cycle.score(EndpointAttributeScorer.lessIsBetter("KVCacheUsagePercent")
                        .between(0, 1)))
                .containsExactly(0.75, 0.25);
        assertThat(cycle.score(EndpointAttributeScorer.moreIsBetter("CacheBlockSize")))
                .containsExactly(0, 1);
        assertThat(cycle.score(EndpointAttributeScorer.moreIsBetter("CacheNumBlocks")))
                .containsExactly(1, 0);
        assertThat(cycle.score(EndpointAttributeScorer.of("WaitingQueueSize", "another", true)))
                .containsExactly(MISSING, MISSING);
    }

    @Test
    void signals_areThoseOfTheNumber() {
        assertThat(EndpointAttributeScorer.lessIsBetter("WaitingQueueSize").signals())
                .containsExactly(Signal.WAITING_REQUESTS);
        assertThat(EndpointAttributeScorer.lessIsBetter("g").signals()).isEmpty();
    }

    @Test
    void valuesOutOfRange_areRefused() {
        EndpointAttributeScorer scorer = EndpointAttributeScorer.lessIsBetter("g");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointAttributeScorer.lessIsBetter(" "))
                .withMessageStartingWith("attributeKey: must not be blank.");
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.between(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.between(Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.between(0, Double.POSITIVE_INFINITY));
    }

    @Property(tries = 300)
    void scores_lieBetweenZeroAndOne_andMoreIsTheMirrorOfLess(
            @ForAll @Size(min = 1, max = 20) double[] numbers, @ForAll @DoubleRange(min = -1e6, max = 1e6) double low) {
        double[] finite = Arrays.stream(numbers)
                .map(number -> Double.isFinite(number) ? Math.max(-1e9, Math.min(1e9, number)) : Double.NaN)
                .toArray();
        TestCycle cycle = gauges(finite);
        EndpointAttributeScorer less = EndpointAttributeScorer.lessIsBetter("g").between(low, low + 1000);
        EndpointAttributeScorer more = EndpointAttributeScorer.moreIsBetter("g").between(low, low + 1000);

        double[] scores = cycle.score(less);
        double[] mirrored = cycle.score(more);
        double[] adaptive =
                cycle.score(EndpointAttributeScorer.lessIsBetter("g").withSemantics(Semantics.LLM_D));

        for (int i = 0; i < finite.length; i++) {
            assertThat(Double.isNaN(scores[i])).isEqualTo(Double.isNaN(finite[i]));
            assertThat(adaptive[i]).isBetween(0.0, 1.0);
            if (!Double.isNaN(finite[i])) {
                assertThat(scores[i]).isBetween(0.0, 1.0).isEqualTo(1 - mirrored[i]);
            }
        }
    }

    private static TestCycle gauges(double... numbers) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < numbers.length; i++) {
            double number = numbers[i];
            fleet.endpoint("e" + i, signals -> {
                if (!Double.isNaN(number)) {
                    signals.gauge("g", number);
                }
            });
        }
        return TestCycle.of(fleet.build());
    }
}
