// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.sizing.Capacity;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.SizingOutcome;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.core.sizing.TrafficClass;
import dev.pointsman.core.sizing.scaling.ScalingLoops.Pace;
import dev.pointsman.core.sizing.scaling.ScalingSignals.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScalingLoopsTest {
    private static final LatencyTarget TARGET = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(100));
    private static final PoolState.StepTime STEP = new PoolState.StepTime(0.001, 1e-5);
    private static final ReplicaOption PREFILL = ReplicaOption.of(Role.PREFILL, "h100", 1, 4, Map.of());
    private static final ReplicaOption DECODE = ReplicaOption.of(Role.DECODE, "h100", 2, 8, Map.of());

    private static PoolState prefill(int running, double queuedSeconds) {
        return new PoolState(PREFILL, running, 0, 0, 20, queuedSeconds, 0.3, 0.1, 0, 0, STEP, TARGET);
    }

    private static PoolState decode(int running, double kvTokens) {
        return new PoolState(DECODE, running, 0, 0, 20, 0, 0, 0, kvTokens, 100_000, STEP, TARGET);
    }

    private static ScalingSignals.Pool one(PoolState pool) {
        return ScalingLoops.react(List.of(pool), Pace.DEFAULT).pools().get(0);
    }

    @Test
    void prefill_queueBeyondTarget_growsUntilItFits_butNotTooFast() {
        assertThat(one(prefill(2, 1.0)).desired()).isEqualTo(3);
        assertThat(one(prefill(2, 10.0)).desired()).isEqualTo(4);
        assertThat(one(prefill(2, 10.0)).reason()).isEqualTo(Reason.TOO_SLOW);
    }

    @Test
    void prefill_oneFewerWouldDo_shrinks_otherwiseRefuses() {
        // 0.4 s are left for waiting, four fifths of them after consolidation.
        assertThat(one(prefill(2, 0.30)).desired()).isEqualTo(1);
        assertThat(one(prefill(2, 0.34)).desired()).isEqualTo(2);
        assertThat(one(prefill(2, 0.34)).reason()).isEqualTo(Reason.CONSOLIDATION_REFUSED);
    }

    @Test
    void decode_consolidationByStepTime() {
        // 16,000 tokens on one take 161 ms, on two 81 ms.
        assertThat(one(decode(2, 16_000)).reason()).isEqualTo(Reason.CONSOLIDATION_REFUSED);
        assertThat(one(decode(2, 7_000)).desired()).isEqualTo(1);
        assertThat(one(decode(1, 16_000)).desired()).isEqualTo(2);
    }

    @Test
    void nothingRuns_workWaits_startsOne() {
        ScalingSignals signals = ScalingLoops.react(List.of(prefill(0, 0.2), decode(0, 0)), Pace.DEFAULT);

        assertThat(signals.fromZero()).isTrue();
        assertThat(signals.pools().get(0).desired()).isEqualTo(1);
        assertThat(signals.pools().get(1).desired()).isZero();
    }

    @Test
    void starting_isWaitedFor() {
        PoolState starting = new PoolState(PREFILL, 2, 1, 0, 20, 10, 1, 0.1, 0, 0, STEP, TARGET);

        assertThat(one(starting).desired()).isEqualTo(3);
        assertThat(one(starting).reason()).isEqualTo(Reason.STARTING);
    }

    @Test
    void floorAndCeiling_hold() {
        PoolState low = new PoolState(PREFILL, 2, 0, 4, 20, 0, 0, 0.1, 0, 0, STEP, TARGET);
        PoolState high = new PoolState(PREFILL, 2, 0, 0, 2, 10, 1, 0.1, 0, 0, STEP, TARGET);

        assertThat(one(low).desired()).isEqualTo(4);
        assertThat(one(low).reason()).isEqualTo(Reason.FLOOR);
        assertThat(one(high).desired()).isEqualTo(2);
        assertThat(one(high).reason()).isEqualTo(Reason.CEILING);
    }

    @Test
    void forecast_setsFloors() {
        FleetProblem problem = FleetProblem.builder()
                .traffic(TrafficClass.of("chat", 1, 1000, 100, TARGET))
                .option(ReplicaOption.of(Role.PREFILL_DECODE, "h100", 1, 4, Map.of("chat", Capacity.stated(2.5))))
                .build();

        SizingOutcome outcome = ScalingLoops.predict(problem, Map.of("chat", 10.0), SizingProgress.TO_THE_END);

        assertThat(outcome).isInstanceOfSatisfying(FleetPlan.class, plan -> {
            assertThat(plan.replicas(Role.PREFILL_DECODE)).isEqualTo(4);
            assertThat(plan.utilization()).isCloseTo(1, within(1e-9));
        });
    }

    @Test
    void report_measuresEachPool() {
        Map<String, Double> measured = new TreeMap<>();
        SchedulingObserver observer = new SchedulingObserver() {
            @Override
            public void measured(String source, String what, String kind, double value) {
                measured.put(source + " " + what + " " + kind, value);
            }
        };

        ScalingLoops.react(List.of(prefill(2, 1.0)), Pace.DEFAULT).report(observer, "planner");

        assertThat(measured)
                .containsEntry("planner fleet.desired-replicas prefill/h100/tp1", 3.0)
                .containsEntry("planner fleet.present-replicas prefill/h100/tp1", 2.0)
                .containsEntry("planner fleet.queued-seconds prefill/h100/tp1", 0.5)
                .containsEntry("planner fleet.utilization-share prefill/h100/tp1", 0.3)
                .containsEntry(
                        "planner fleet.attainment-share prefill/h100/tp1",
                        one(prefill(2, 1.0)).attainment())
                .containsEntry("planner fleet.from-zero prefill/h100/tp1", 0.0)
                .hasSize(6);
    }

    @Test
    void utilization_isTimeSpentReading_orTokensOfThoseThatMemoryAndTpotAllow() {
        PoolState.StepTime quick = new PoolState.StepTime(0.001, 1e-9);
        PoolState.StepTime hopeless = new PoolState.StepTime(0.2, 1e-5);
        ReplicaOption both = ReplicaOption.of(Role.PREFILL_DECODE, "h100", 1, 4, Map.of());

        // A step of 100 ms reads 9,900 tokens; memory has room for 100,000.
        assertThat(one(decode(2, 9_900)).utilization()).isCloseTo(0.5, within(1e-9));
        assertThat(one(decode(2, 29_700)).utilization()).isCloseTo(1.5, within(1e-9));
        assertThat(one(new PoolState(DECODE, 2, 0, 0, 20, 0, 0, 0, 50_000, 100_000, quick, TARGET))
                        .utilization())
                .isCloseTo(0.25, within(1e-9));
        assertThat(one(new PoolState(DECODE, 2, 0, 0, 20, 0, 0, 0, 50_000, 100_000, hopeless, TARGET))
                        .utilization())
                .isCloseTo(0.25, within(1e-9));
        assertThat(one(new PoolState(both, 2, 0, 0, 20, 0, 0.7, 0, 9_900, 100_000, STEP, TARGET))
                        .utilization())
                .isEqualTo(0.7);
        assertThat(one(decode(0, 9_900)).utilization()).isZero();
    }

    @Test
    void prefill_emptyQueueOfBusyReplicas_doesNotShrink() {
        PoolState busy = new PoolState(PREFILL, 4, 0, 0, 20, 0, 0.7, 0.1, 0, 0, STEP, TARGET);
        PoolState calm = new PoolState(PREFILL, 4, 0, 0, 20, 0, 0.6, 0.1, 0, 0, STEP, TARGET);

        // Three would be 93 % busy, or 80 %.
        assertThat(one(busy).desired()).isEqualTo(4);
        assertThat(one(busy).reason()).isEqualTo(Reason.CONSOLIDATION_REFUSED);
        assertThat(one(calm).desired()).isEqualTo(3);
    }

    @Test
    void promptAloneMissesTheTarget_replicasAreAddedForWhatWaitsOnly() {
        PoolState late = new PoolState(PREFILL, 2, 0, 0, 20, 0.9, 0.5, 0.6, 0, 0, STEP, TARGET);
        PoolState flooded = new PoolState(PREFILL, 2, 0, 0, 20, 10, 0.5, 0.6, 0, 0, STEP, TARGET);

        assertThat(one(late).desired()).isEqualTo(2);
        assertThat(one(late).reason()).isEqualTo(Reason.OUT_OF_REACH);
        assertThat(one(late).attainment()).isZero();
        assertThat(one(flooded).desired()).isEqualTo(4);
        assertThat(one(flooded).reason()).isEqualTo(Reason.OUT_OF_REACH);
    }

    @Test
    void stepAloneMissesTheTarget_replicasAreAddedForMemoryOnly() {
        PoolState.StepTime slow = new PoolState.StepTime(0.2, 1e-5);
        PoolState fits = new PoolState(DECODE, 2, 0, 0, 20, 0, 0, 0, 150_000, 100_000, slow, TARGET);
        PoolState full = new PoolState(DECODE, 2, 0, 0, 20, 0, 0, 0, 250_000, 100_000, slow, TARGET);

        assertThat(one(fits).desired()).isEqualTo(2);
        assertThat(one(fits).reason()).isEqualTo(Reason.OUT_OF_REACH);
        assertThat(one(fits).attainment()).isZero();
        assertThat(one(full).desired()).isEqualTo(3);
    }

    @Test
    void fromNothing_whatWaitsLong_isNotForecastInTime() {
        PoolState empty = new PoolState(PREFILL, 0, 0, 0, 20, 40, 0, 0.1, 0, 0, STEP, TARGET);

        assertThat(one(empty).reason()).isEqualTo(Reason.FROM_ZERO);
        // 0.4 s are left of 40 that wait: 1 - exp(-0.01).
        assertThat(one(empty).attainment()).isCloseTo(0.00995, within(1e-5));
    }

    @Test
    void floor_isTheReason_alsoFromNothingAndForWhatIdles() {
        PoolState none = new PoolState(PREFILL, 0, 0, 3, 20, 0, 0, 0.1, 0, 0, STEP, TARGET);
        PoolState idle = new PoolState(PREFILL, 4, 0, 4, 20, 0, 0, 0.1, 0, 0, STEP, TARGET);

        assertThat(one(none).desired()).isEqualTo(3);
        assertThat(one(none).reason()).isEqualTo(Reason.FLOOR);
        assertThat(one(idle).desired()).isEqualTo(4);
        assertThat(one(idle).reason()).isEqualTo(Reason.FLOOR);
    }

    @Test
    void forecastOfAnUnknownClass_isRefused() {
        FleetProblem problem = FleetProblem.builder()
                .traffic(TrafficClass.of("chat", 1, 1000, 100, TARGET))
                .build();

        assertThatThrownBy(() -> ScalingLoops.predict(problem, Map.of("caht", 10.0), SizingProgress.TO_THE_END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("requestsPerSecond: there is no class caht, only [chat].\nMaybe ");
    }

    /** What is scaled down could still take everything with the margin, whatever the load. */
    @Property
    void scaleDown_neverViolatesConsolidation(
            @ForAll @IntRange(min = 1, max = 19) int running,
            @ForAll @DoubleRange(min = 0, max = 20) double queued,
            @ForAll @DoubleRange(min = 0, max = 1) double busy) {
        ScalingSignals.Pool signal =
                one(new PoolState(PREFILL, running, 0, 0, 20, queued, busy, 0.1, 0, 0, STEP, TARGET));

        assertThat(signal.desired()).isBetween(Math.max(1, running - 1), Math.min(20, running + 2));
        if (signal.desired() < running) {
            assertThat(queued / signal.desired()).isLessThanOrEqualTo(0.8 * 0.4 + 1e-12);
            assertThat(busy * running / signal.desired()).isLessThanOrEqualTo(0.8 + 1e-12);
        }
    }
}
