// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.latency.Scene.LATENCY;
import static dev.pointsman.core.latency.Scene.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the producer makes of the times that a scheduler hears of. */
class LatencyLearningTest {
    private static final int PROMPT = 4000;
    private static final int OUTPUT = 101;

    private final ManualClock clock = new ManualClock();
    private final Fleet fleet = Fleet.of(endpoint("a", "h100-sxm"));
    private final Spy spy = new Spy();
    private final PredictedLatencyProducer producer = PredictedLatencyProducer.builder()
            .streamingMode(true)
            .contextTtl(Duration.ofMinutes(5))
            .build();
    private final Pointsman pointsman = scheduler(producer);

    private Pointsman scheduler(PredictedLatencyProducer with) {
        return Pointsman.builder(fleet)
                .plugin(PredictedLatency.PRODUCER, with)
                .profile(Profile.builder("default").scorer(spy, 1).build())
                .clock(clock)
                .failFast()
                .build();
    }

    @Test
    void slowerChipThanTheCostModelSays_isLearnt() {
        Predictor prior = PredictedLatencyProducerTest.predictor("h100-sxm");
        double prefill = prior.prefill(PROMPT, 0).estimate();
        double step = prior.decodeStep(1, PROMPT + OUTPUT / 2).estimate();
        dispatched(pointsman, request("first", 0)).close();
        assertThat(spy.ttft).isCloseTo(prefill, within(1e-8));

        for (int i = 0; i < 30; i++) {
            serve(pointsman, "r" + i, 2 * prefill, 1.5 * step);
        }

        dispatched(pointsman, request("last", 0)).close();
        assertThat(spy.ttft).isCloseTo(2 * prefill, within(0.2 * prefill));
        assertThat(spy.tpot).isCloseTo(1.5 * step, within(0.15 * step));
    }

    @Test
    void learningOff_keepsTheCostModelsWord() {
        Predictor prior = PredictedLatencyProducerTest.predictor("h100-sxm");
        double prefill = prior.prefill(PROMPT, 0).estimate();
        Pointsman fixed =
                scheduler(PredictedLatencyProducer.builder().learning(false).build());

        for (int i = 0; i < 30; i++) {
            serve(fixed, "r" + i, 3 * prefill, 0.1);
        }

        dispatched(fixed, request("last", 0)).close();
        assertThat(spy.ttft).isCloseTo(prefill, within(1e-8));
    }

    @Test
    void requestBehindAnother_teachesNothingOfItsWait() {
        Predictor prior = PredictedLatencyProducerTest.predictor("h100-sxm");
        double prefill = prior.prefill(PROMPT, 0).estimate();
        for (int i = 0; i < 20; i++) {
            Dispatch first = dispatched(pointsman, request("a" + i, 0));
            Dispatch second = dispatched(pointsman, request("b" + i, 0));
            first.sent();
            second.sent();
            clock.advance(seconds(prefill));
            first.firstToken();
            first.completed(Usage.UNKNOWN);
            clock.advance(seconds(9 * prefill));
            second.firstToken();
            second.completed(Usage.UNKNOWN);
            clock.advance(Duration.ofSeconds(1));
        }

        dispatched(pointsman, request("last", 0)).close();
        assertThat(spy.ttft).isCloseTo(prefill, within(0.1 * prefill));
    }

    @Test
    void engineThatOthersUseToo_teachesNothing() {
        Predictor prior = PredictedLatencyProducerTest.predictor("h100-sxm");
        double prefill = prior.prefill(PROMPT, 0).estimate();
        fleet.update("a", EndpointMetrics.builder(0).runningRequests(40).build());
        for (int i = 0; i < 30; i++) {
            serve(pointsman, "r" + i, 3 * prefill, 0.2);
        }
        fleet.update("a", EndpointMetrics.builder(0).runningRequests(0).build());

        dispatched(pointsman, request("last", 0)).close();
        assertThat(spy.ttft).isCloseTo(prefill, within(1e-8));
        assertThat(spy.tpot).isLessThan(0.1);
    }

    @Test
    void tightestTpotRunningThere_bindsLaterRequests() {
        Dispatch tight = dispatched(pointsman, request("tight", 20));
        Dispatch loose = dispatched(pointsman, request("loose", 90));

        dispatched(pointsman, request("later", 50)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(20, within(0.01));
        tight.completed(Usage.UNKNOWN);
        dispatched(pointsman, request("after", 50)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(50, within(0.01));
        dispatched(pointsman, request("relaxed", 500)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(90, within(0.01));

        loose.close();
        dispatched(pointsman, request("alone", 500)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(500, within(0.01));
    }

    @Test
    void dispatchNobodyEnds_isForgottenInTime() {
        dispatched(pointsman, request("lost", 20));
        assertThat(producer.underWay()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(4));
        pointsman.maintain(clock.getAsLong());
        assertThat(producer.underWay()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(2));
        pointsman.maintain(clock.getAsLong());

        assertThat(producer.underWay()).isZero();
        dispatched(pointsman, request("later", 50)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(50, within(0.01));
    }

    @Test
    void everyEnd_isCountedOutOnce() {
        dispatched(pointsman, request("a", 10)).completed(new Usage(PROMPT, 0, OUTPUT));
        dispatched(pointsman, request("b", 10)).failed("gone");
        Dispatch streamed = dispatched(pointsman, request("c", 10));
        streamed.firstToken();
        streamed.tokens(5);
        streamed.close();
        streamed.close();

        assertThat(producer.underWay()).isZero();
        dispatched(pointsman, request("later", 50)).close();
        assertThat(spy.tpotTargetMillis()).isCloseTo(50, within(0.01));
    }

    private void serve(Pointsman scheduler, String id, double prefill, double step) {
        try (Dispatch dispatch = dispatched(scheduler, request(id, 0))) {
            dispatch.sent();
            clock.advance(seconds(prefill));
            dispatch.firstToken();
            clock.advance(seconds(step * (OUTPUT - 1)));
            dispatch.completed(new Usage(PROMPT, 0, OUTPUT));
        }
        clock.advance(Duration.ofSeconds(1));
    }

    private static InferenceRequest request(String id, int tpotMillis) {
        // Tokens of its own, so that nothing of it is cached.
        int[] tokens = new int[PROMPT];
        for (int i = 0; i < PROMPT; i++) {
            tokens[i] = id.hashCode() + i;
        }
        InferenceRequest.Builder request =
                TestRequests.builder(id).tokens(tokens).expectedOutputTokens(OUTPUT);
        return tpotMillis == 0
                ? request.build()
                : request.tpotTarget(Duration.ofMillis(tpotMillis)).build();
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    /** Keeps what was predicted for the only endpoint. */
    private static final class Spy implements Scorer {
        private double ttft;
        private double tpot;
        private double tpotHeadroom;

        @Override
        public Set<DataKey> consumes() {
            return Set.of(LATENCY.ttft(), LATENCY.tpot(), LATENCY.tpotHeadroom());
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
            ttft = seconds(cycle.column(LATENCY.ttft()), candidates);
            tpot = seconds(cycle.column(LATENCY.tpot()), candidates);
            tpotHeadroom = seconds(cycle.column(LATENCY.tpotHeadroom()), candidates);
            scores[0] = 1;
        }

        private static double seconds(LongColumn column, Candidates candidates) {
            return column.get(candidates.slot(0)) / 1e9;
        }

        double tpotTargetMillis() {
            return 1e3 * (tpotHeadroom + tpot);
        }
    }
}
