// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.Capacity;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.TrafficClass;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Closed forms against published numbers, and against each other where they must agree. */
class QueueingTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    @Test
    void twoGpus_meanTtft_isDistServes() {
        assertThat(Queueing.replicas(2, 14, 0.1)).isCloseTo(0.216667, within(1e-6));
        assertThat(Queueing.twoStages(14, 0.1)).isCloseTo(0.158333, within(1e-6));
        assertThat(Queueing.sharded(14, 0.1, 1.5)).isCloseTo(0.533333, within(1e-6));
        assertThat(Queueing.oneReplica(14, 0.1)).isInfinite();
    }

    @Test
    void crossover_ofStagesAndShards_isAtPublishedRate() {
        double rate = Queueing.crossover(0.1, 1.5);

        assertThat(rate).isCloseTo(9.3606, within(1e-4));
        assertThat(Queueing.sharded(rate, 0.1, 1.5)).isCloseTo(Queueing.twoStages(rate, 0.1), CLOSE);
        assertThat(Queueing.crossover(0.1, 1)).isZero();
        assertThat(Queueing.crossover(0.1, 2)).isInfinite();
    }

    @Test
    void headroom_meanTtftTarget_takesFiveOfTp1OrTwoOfTp2() {
        LatencyTarget target = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(50));
        TrafficClass traffic = TrafficClass.of("all", 4, 1000, 0, target);
        FleetProblem.Builder problem = FleetProblem.builder().traffic(traffic);
        double[] services = {0.4, 0.25};
        for (int tp = 1; tp <= 2; tp++) {
            Capacity most = Capacity.stated(Queueing.mostRate(services[tp - 1], 0, 0.5, 0));
            problem.option(ReplicaOption.of(Role.PREFILL_DECODE, "gpu", tp, tp, Map.of("all", most)));
        }

        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem.build());

        // Two of TP2, or one of it and two of TP1; four GPUs both.
        assertThat(plan.totalDollars()).isEqualTo(4);
        assertThat(PlanExplanation.of(problem.build(), plan).alternatives())
                .anySatisfy(other -> assertThat(other.plan()).hasToString("5 x aggregated/gpu/tp1: 5.00 $/h"))
                .anySatisfy(other -> assertThat(other.plan()).hasToString("2 x aggregated/gpu/tp2: 4.00 $/h"));
        assertThat(Queueing.replicas(2, 4, 0.4)).isCloseTo(1.2, CLOSE);
    }

    @Test
    void pooledServers_ofOne_areMG1() {
        assertThat(Queueing.pooledWait(1, 2, 0.4, 0.5)).isCloseTo(Queueing.meanWait(2, 0.4, 0.5), CLOSE);
        assertThat(Queueing.erlangC(1, 0.7)).isCloseTo(0.7, CLOSE);
        // Two servers, one Erlang: C = 1/3.
        assertThat(Queueing.erlangC(2, 1)).isCloseTo(1 / 3.0, CLOSE);
        assertThat(Queueing.pooledWait(2, 3, 0.7, 0)).isInfinite();
    }

    @Test
    void quantile_ofMM1_isItsLogarithm() {
        double wait = Queueing.meanWait(0.8, 1, 1);

        assertThat(Queueing.waitQuantile(wait, 0.8, 0.9)).isCloseTo(Math.log(8) * 5, CLOSE);
        assertThat(Queueing.waitQuantile(wait, 0.8, 0.2)).isZero();
        assertThat(Queueing.waitAttainment(wait, 0.8, Math.log(8) * 5)).isCloseTo(0.9, CLOSE);
    }

    @Test
    void mostRate_meetsItsTargetExactly() {
        double mean = Queueing.mostRate(0.4, 0.3, 0.5, 0);
        double tail = Queueing.mostRate(0.4, 0.3, 1.5, 0.95);

        assertThat(0.4 + Queueing.meanWait(mean, 0.4, 0.3)).isCloseTo(0.5, CLOSE);
        assertThat(0.4 + Queueing.waitQuantile(Queueing.meanWait(tail, 0.4, 0.3), tail * 0.4, 0.95))
                .isCloseTo(1.5, within(1e-6));
        assertThat(Queueing.mostRate(0.6, 0, 0.5, 0)).isZero();
    }

    @Test
    void batchOfOne_isMM1K() {
        double rho = 0.8;
        int places = 7;
        BatchStation station = BatchStation.of(rho, 1, places, n -> 1);

        double blocked = (1 - rho) * Math.pow(rho, places) / (1 - Math.pow(rho, places + 1));
        double present = rho / (1 - rho) - (places + 1) * Math.pow(rho, places + 1) / (1 - Math.pow(rho, places + 1));
        assertThat(station.blocked()).isCloseTo(blocked, CLOSE);
        assertThat(station.inService() + station.waiting()).isCloseTo(present, CLOSE);
        assertThat(station.inService()).isCloseTo(station.throughput(), CLOSE);
        assertThat(station.waitSeconds() + station.serviceSeconds()).isCloseTo(present / station.throughput(), CLOSE);
    }

    @Test
    void batchWithRateByNumber_isErlangsLoss() {
        BatchStation station = BatchStation.of(3, 4, 4, n -> n);

        // Erlang B of 3 on 4 servers.
        assertThat(station.blocked()).isCloseTo(27.0 / 131, CLOSE);
        assertThat(station.waiting()).isZero();
        assertThat(station.serviceSeconds()).isCloseTo(1, CLOSE);
    }

    @Test
    void longQueue_overloaded_doesNotOverflow() {
        BatchStation station = BatchStation.of(1e6, 64, 5000, n -> n);

        assertThat(station.throughput()).isCloseTo(64, within(1e-3));
        assertThat(station.waiting()).isGreaterThan(4900);
    }

    @Test
    void nonsense_isRefusedInTwoLines() {
        assertThatThrownBy(() -> Queueing.waitQuantile(1, 0.5, 90))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("quantile: must be at least 0 and below 1, but was 90.0.\n"
                        + "Maybe it is a percentage; divide it by 100.");
        assertThatThrownBy(() -> BatchStation.of(0, 1, 1, n -> 1)).hasMessageContaining("arrivals");
        assertThatThrownBy(() -> Queueing.erlangC(0, 1)).hasMessageContaining("servers");
    }
}
