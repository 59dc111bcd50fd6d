// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.Capacity;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.TrafficClass;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cases that the fleet solver answers. */
final class FleetCases {
    private static final LatencyTarget TARGET = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(50));

    private FleetCases() {}

    record Counts(List<Integer> counts, double cost) {}

    static void heterogeneous(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        Case types = in.object("types");
        List<String> names = List.copyOf(types.names());
        FleetProblem.Builder problem =
                FleetProblem.builder().traffic(TrafficClass.of("all", in.number("lambdaRps"), 1000, 100, TARGET));
        for (String type : names) {
            Case its = types.object(type);
            double price = its.number("costPerHour");
            if (its.has("available")) {
                problem.available(type, (int) its.integer("available"));
            }
            problem.option(ReplicaOption.of(
                    Role.PREFILL, type, 1, price, Map.of("all", Capacity.stated(its.number("prefillRps")))));
            problem.option(ReplicaOption.of(
                    Role.DECODE, type, 1, price, Map.of("all", Capacity.stated(its.number("decodeRps")))));
            if (its.has("aggregatedRps")) {
                problem.option(ReplicaOption.of(
                        Role.PREFILL_DECODE,
                        type,
                        1,
                        price,
                        Map.of("all", Capacity.stated(its.number("aggregatedRps")))));
            }
        }
        if (!(FleetSolver.solve(problem.build()) instanceof FleetPlan plan)) {
            if (expected.flag("feasible", true) || expected.hasAny("cost", "optima")) {
                throw new Mismatch("no plan was found");
            }
            return;
        }
        Mismatch.require("feasible", expected.flag("feasible", true), true);
        SizingCases.number(one, expected, "cost", plan.dollarsPerHour());
        if (!expected.has("optima")) {
            return;
        }
        boolean found = false;
        for (Case optimum : expected.objects("optima")) {
            boolean same = true;
            for (String type : names) {
                Case its = optimum.object(type);
                same &= its.integer("P", 0) == plan.replicas("prefill/" + type + "/tp1");
                same &= its.integer("D", 0) == plan.replicas("decode/" + type + "/tp1");
            }
            found |= same;
        }
        if (!found) {
            throw new Mismatch("optima: expected one of " + expected.raw("optima") + ", actual " + plan);
        }
    }

    /** Routes buckets in fractions: aggregated replicas, each bucket a class of traffic. */
    static Counts fractional(List<String> types, double[] costs, double[] rates, double[][] throughput) {
        FleetProblem.Builder problem = FleetProblem.builder();
        for (int b = 0; b < rates.length; b++) {
            problem.traffic(TrafficClass.of("bucket " + b, rates[b], 1000, 100, TARGET));
        }
        for (int t = 0; t < costs.length; t++) {
            Map<String, Capacity> capacities = new HashMap<>();
            for (int b = 0; b < rates.length; b++) {
                capacities.put("bucket " + b, Capacity.stated(throughput[b][t]));
            }
            problem.option(ReplicaOption.of(Role.PREFILL_DECODE, types.get(t), 1, costs[t], capacities));
        }
        if (!(FleetSolver.solve(problem.build()) instanceof FleetPlan plan)) {
            throw new Mismatch("no plan was found");
        }
        List<Integer> counts = types.stream()
                .map(type -> plan.replicas("aggregated/" + type + "/tp1"))
                .toList();
        return new Counts(counts, plan.dollarsPerHour());
    }
}
