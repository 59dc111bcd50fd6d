// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.SignalAge;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Scores that come from old signals are pulled toward the median of the fresh ones. */
class SignalAgeTest {
    private static final SignalAge AGE = new SignalAge(Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** The free share of the KV cache. */
    private static final class Free implements Scorer {
        @Override
        public Set<Signal> signals() {
            return Set.of(Signal.KV_USAGE);
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
            for (int i = 0; i < candidates.size(); i++) {
                scores[i] = 1 - candidates.metrics(i).kvUsage();
            }
        }
    }

    @Test
    void oldSignal_isHalfWayToTheMedianAfterAHalfLife() {
        Map<String, ScoreExplanation> scores =
                scores(scheduler(AGE, fleetOf(new double[] {1, 0.5, 0.75, 0}, new long[] {3_000, 0, 1_000, 3_000})));

        assertThat(scores.get("e0").used()).isCloseTo(0.625 + 0.375 / 2, within(1e-12));
        assertThat(scores.get("e0").note()).isEqualTo(ScoreExplanation.Note.FADED);
        assertThat(scores.get("e1").used()).isEqualTo(0.5);
        assertThat(scores.get("e2").used()).isEqualTo(0.75);
        assertThat(scores.get("e2").note()).isEqualTo(ScoreExplanation.Note.USED);
        assertThat(scores.get("e3").used()).isCloseTo(0.625 / 2, within(1e-12));
        assertThat(scores.get("e3").raw()).isZero();
    }

    @Test
    void everySignalStale_decisionsGoOnByWhatIsKnown() {
        Pointsman pointsman =
                scheduler(AGE, fleetOf(new double[] {0.1, 0.9, 0.4}, new long[] {60_000, 90_000, 70_000}));

        assertThat(scores(pointsman).values())
                .allSatisfy(score -> assertThat(score.used()).isEqualTo(score.raw()));
        assertThat(pointsman.evaluate(request("r")).decision().endpoint().id()).isEqualTo("e1");
    }

    @Test
    void missingSignal_isNeutralAndNotOld() {
        Fleet fleet = fleetOf(new double[] {0.9, 0.8}, new long[] {0, 5_000});
        fleet.join(dev.pointsman.core.Fixtures.endpoint(2));

        Map<String, ScoreExplanation> scores = scores(scheduler(AGE, fleet));

        assertThat(scores.get("e2").note()).isEqualTo(ScoreExplanation.Note.MISSING);
        assertThat(scores.get("e2").used()).isEqualTo(Scorer.NEUTRAL);
        assertThat(scores.get("e1").used()).isGreaterThan(0.8).isLessThan(0.9);
    }

    @Test
    void ageIgnored_oldSignalsCountInFull() {
        Fleet fleet = fleetOf(new double[] {1, 0.5}, new long[] {60_000, 0});
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("p").scorer(new Free()).build())
                .clock(new ManualClock(NOW))
                .ignoreSignalAge()
                .build();

        assertThat(scores(pointsman).get("e0").used()).isEqualTo(1);
    }

    @Test
    void llmdSemantics_countOldSignalsInFull() {
        Fleet fleet = fleetOf(new double[] {1, 0.5}, new long[] {60_000, 0});
        String text = """
                apiVersion: llm-d.ai/v1alpha1
                kind: EndpointPickerConfig
                plugins: [{type: kv-cache-utilization-scorer}]
                """;

        assertThat(scores(configured(fleet, text)).get("e0").used()).isEqualTo(1);
        assertThat(scores(configured(fleet, text + "pointsman: {semantics: corrected}\n"))
                        .get("e0")
                        .used())
                .isLessThan(0.6);
    }

    private static Pointsman configured(Fleet fleet, String text) {
        return Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("test", text))
                .clock(new ManualClock(NOW))
                .signalAge(AGE)
                .build();
    }

    @Test
    void impossibleAges_areRefused() {
        assertThatThrownBy(() -> new SignalAge(Duration.ofSeconds(-1), Duration.ofSeconds(1)))
                .hasMessageContaining("freshFor");
        assertThatThrownBy(() -> new SignalAge(Duration.ZERO, Duration.ZERO)).hasMessageContaining("halfLife");
    }

    @Property
    void fadedScore_liesBetweenItsOwnAndTheMedian(
            @ForAll @Size(7) List<@DoubleRange(max = 1) Double> someFree,
            @ForAll @Size(7) List<@LongRange(max = 20_000) Long> someAges) {
        double[] free = someFree.stream().mapToDouble(Double::doubleValue).toArray();
        long[] ages = someAges.stream().mapToLong(Long::longValue).toArray();
        Map<String, ScoreExplanation> scores = scores(scheduler(AGE, fleetOf(free, ages)));

        double[] fresh = new double[7];
        int count = 0;
        for (int i = 0; i < 7; i++) {
            if (ages[i] <= 1_000) {
                fresh[count++] = scores.get("e" + i).raw();
            }
        }
        Arrays.sort(fresh, 0, count);
        double median = count == 0 ? Double.NaN : (fresh[(count - 1) / 2] + fresh[count / 2]) / 2;
        for (int i = 0; i < 7; i++) {
            ScoreExplanation score = scores.get("e" + i);
            if (count == 0 || ages[i] <= 1_000) {
                assertThat(score.used()).isEqualTo(score.raw());
            } else {
                double left = Math.pow(2, (1_000 - ages[i]) / 2_000.0);
                assertThat(score.used()).isCloseTo(median + left * (score.raw() - median), within(1e-9));
            }
        }
    }

    private static final long NOW = Duration.ofHours(1).toNanos();

    private static Fleet fleetOf(double[] free, long[] agesMillis) {
        Fleet fleet = fleet(free.length);
        for (int i = 0; i < free.length; i++) {
            fleet.update(
                    "e" + i,
                    EndpointMetrics.builder(NOW - agesMillis[i] * 1_000_000)
                            .kvUsage(1 - free[i])
                            .build());
        }
        return fleet;
    }

    private static Pointsman scheduler(SignalAge age, Fleet fleet) {
        return Pointsman.builder(fleet)
                .profile(Profile.builder("p").scorer(new Free()).build())
                .clock(new ManualClock(NOW))
                .signalAge(age)
                .build();
    }

    private static Map<String, ScoreExplanation> scores(Pointsman pointsman) {
        Map<String, ScoreExplanation> scores = new TreeMap<>();
        for (CandidateExplanation candidate :
                pointsman.evaluate(request("r")).explanation().profiles().get(0).candidates()) {
            scores.put(candidate.endpoint(), candidate.scores().get(0));
        }
        return scores;
    }
}
