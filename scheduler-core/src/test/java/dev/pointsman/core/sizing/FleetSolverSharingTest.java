// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.fleet.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/** Fleets whose replicas do more the more of them share a queue. */
class FleetSolverSharingTest {
    private static final int MOST = 6;

    /** One class of traffic over up to two types, some of whose replicas share queues. */
    private static FleetProblem fleet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FleetProblem.Builder problem = FleetProblem.builder()
                .traffic(TrafficClass.of("all", random.nextInt(2, 20), 1000, 100, SmallFleets.TARGET))
                .quota(OptionalInt.of(MOST));
        int types = random.nextInt(1, 3);
        for (int t = 0; t < types; t++) {
            for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
                double alone = random.nextInt(4) == 0 ? 0 : random.nextDouble(0.5, 6);
                List<Capacity> shared = new ArrayList<>();
                double last = alone;
                for (int i = random.nextInt(MOST); i > 0 && alone > 0 && role != Role.DECODE; i--) {
                    last *= random.nextDouble(1, 1.5);
                    shared.add(Capacity.stated(last));
                }
                Capacity capacity = new Capacity(alone, "stated", shared);
                double price = random.nextInt(10, 90) / 10.0;
                problem.option(ReplicaOption.of(role, "t" + t, 1, price, Map.of("all", capacity)));
            }
        }
        return problem.build();
    }

    @Test
    void plans_areTheCheapest_byTryingAll() {
        int feasible = 0;
        for (long seed = 0; seed < 1500; seed++) {
            FleetProblem problem = fleet(seed);
            double cheapest = cheapest(problem, 0, new int[problem.options().size()], MOST);

            SizingOutcome outcome = FleetSolver.solve(problem);

            if (outcome instanceof FleetPlan plan) {
                feasible++;
                assertThat(plan.proven()).isTrue();
                assertThat(plan.totalDollars()).as("seed %d", seed).isCloseTo(cheapest, within(1e-6));
                assertThat(plan.lowerBound()).as("seed %d", seed).isCloseTo(cheapest, within(1e-6));
            } else {
                assertThat(cheapest).as("seed %d", seed).isInfinite();
            }
        }
        assertThat(feasible).isGreaterThan(500);
    }

    /** Tries all fleets; shares no code with the solver but the capacities that are given. */
    private static double cheapest(FleetProblem problem, int option, int[] counts, int left) {
        if (option == counts.length) {
            double rate = problem.classes().get(0).requestsPerSecond() * (1 - 1e-9);
            return reads(problem, counts, true) >= rate && reads(problem, counts, false) >= rate
                    ? dollars(problem, counts)
                    : Double.POSITIVE_INFINITY;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int count = 0; count <= left; count++) {
            counts[option] = count;
            least = Math.min(least, cheapest(problem, option + 1, counts, left - count));
        }
        counts[option] = 0;
        return least;
    }

    private static double reads(FleetProblem problem, int[] counts, boolean prefill) {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            Role role = problem.options().get(i).role();
            Capacity capacity = problem.options().get(i).capacities().get("all");
            int sharing = 0;
            for (int j = 0; j < counts.length; j++) {
                Capacity other = problem.options().get(j).capacities().get("all");
                sharing += problem.options().get(j).role() == role && other.feasible() ? counts[j] : 0;
            }
            int more = Math.min(sharing - 2, capacity.shared().size() - 1);
            double each = more < 0
                    ? capacity.requestsPerSecond()
                    : capacity.shared().get(more).requestsPerSecond();
            sum += (prefill ? role.prefills() : role.decodes()) ? counts[i] * each : 0;
        }
        return sum;
    }

    private static double dollars(FleetProblem problem, int[] counts) {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i] * problem.options().get(i).dollarsPerHour();
        }
        return sum;
    }

    @Property(tries = 100)
    void moreLoad_neverCostsLess(@ForAll long seed, @ForAll @DoubleRange(min = 1, max = 3) double factor) {
        FleetProblem problem = fleet(seed);

        assertThat(cost(problem.scaled(factor))).isGreaterThanOrEqualTo(cost(problem) - 1e-9);
    }

    private static double cost(FleetProblem problem) {
        return FleetSolver.solve(problem) instanceof FleetPlan plan ? plan.totalDollars() : Double.POSITIVE_INFINITY;
    }

    /** A replica that cannot serve a class waits for no queue of its requests, so it gains nothing to the others. */
    @Test
    void cheapReplica_thatServesNothing_isNotBoughtForCompany() {
        TrafficClass traffic = TrafficClass.of("all", 3, 1000, 100, SmallFleets.TARGET);
        Capacity able = new Capacity(1, "alone", List.of(Capacity.stated(1.6)));
        FleetProblem problem = FleetProblem.builder()
                .traffic(traffic)
                .option(ReplicaOption.of(Role.PREFILL_DECODE, "able", 1, 10, Map.of("all", able)))
                .option(ReplicaOption.of(Role.PREFILL_DECODE, "idle", 1, 0.1, Map.of("all", Capacity.stated(0))))
                .build();

        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem);

        assertThat(plan).hasToString("2 x aggregated/able/tp1: 20.00 $/h");
        assertThat(plan.replicas().get(0).option().rate(traffic)).isEqualTo(1.6);
        assertThat(plan.utilization()).isCloseTo(3 / 3.2, within(1e-9));
    }

    @Test
    void rateThatFalls_whenShared_isRefused() {
        assertThatThrownBy(() -> new Capacity(2, "alone", List.of(Capacity.stated(1.9))))
                .hasMessageContaining("shared: must not fall")
                .hasMessageContaining("\nMaybe");
    }
}
