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
import dev.pointsman.core.sizing.rules.GreedyVariants;
import dev.pointsman.core.sizing.rules.VariantQueue;
import dev.pointsman.core.sizing.rules.VariantSaturation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of llm-d's workload variant autoscaler. */
final class VariantCases {
    private VariantCases() {}

    static void shapes(SizingCases.Shapes shapes) {
        shapes.shape(VariantCases::computeBound, "maxBatchedTokens", "maxNumSeqs");
        shapes.shape(VariantCases::capacity, "totalKv", "kvThreshold");
        shapes.shape(VariantCases::band, "demand", "supply");
        shapes.shape(VariantCases::demand, "replicaDemand");
        shapes.shape(VariantCases::variants, "variants");
        shapes.shape(VariantCases::times, "alpha", "beta", "gamma");
        shapes.shape(VariantCases::spare, "kvUsage", "queue", "kvSpareTrigger");
    }

    private static void computeBound(Case one) {
        Case in = one.object("inputs");
        double bound = VariantSaturation.computeBound(
                in.number("maxBatchedTokens"), in.number("maxNumSeqs"), in.number("avgIn"), in.number("avgOut"));
        SizingCases.number(one, one.object("expected"), "k2", bound);
    }

    private static void capacity(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double memory = VariantSaturation.memoryBound(in.number("totalKv"), in.number("kvThreshold"));
        boolean saturated = in.flag("queueSaturated", false);
        double used = in.number("tokensInUse", Double.NaN);
        double history = in.number(in.either("historyK2", "history", "k2History"), Double.NaN);
        double derived = in.number(in.either("derivedK2", "k2"), Double.NaN);
        double compute = saturated ? used : Double.isNaN(history) ? derived : history;
        SizingCases.number(one, expected, "perReplica", VariantSaturation.capacity(memory, compute));
        SizingCases.number(one, expected, "k1", memory);
    }

    private static void band(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double demand = in.number("demand");
        double supply = in.number("supply");
        double coming = in.number("anticipatedSupply", supply);
        SizingCases.number(
                one, expected, "required", VariantSaturation.required(demand, coming, in.number("upThreshold", 0.85)));
        SizingCases.number(
                one, expected, "spare", VariantSaturation.spare(demand, supply, in.number("downBoundary", 0.7)));
    }

    private static void demand(Case one) {
        Case in = one.object("inputs");
        double demand = VariantSaturation.demand(
                in.number("replicaDemand"),
                in.number("queueSize"),
                in.number("queueBytes"),
                in.number("avgIn"),
                in.number("avgOut"),
                in.number("hitRate", 0));
        SizingCases.number(one, one.object("expected"), "totalDemand", demand);
    }

    private static void variants(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        List<GreedyVariants.Variant> before = new ArrayList<>();
        for (Case variant : in.objects("variants")) {
            before.add(new GreedyVariants.Variant(
                    variant.text("name"), variant.number("cost"), variant.number("cap"), (int)
                            variant.integer(variant.either("n", "replicas"), 0)));
            if (variant.number("pending", 0) > 0) {
                throw new Mismatch("pending replicas are not known to this runner");
            }
        }
        List<GreedyVariants.Variant> after = in.has("spare")
                ? GreedyVariants.down(before, in.number("spare"), (int) in.integer("minReplicas", 0))
                : GreedyVariants.up(before, in.number("required"));
        Case greedy = expected.has("greedy") ? expected.object("greedy") : expected;
        for (GreedyVariants.Variant variant : after) {
            if (greedy != expected || expected.has(variant.name())) {
                Mismatch.require(variant.name(), greedy.integer(variant.name(), 0), (long) variant.replicas());
            }
        }
        SizingCases.number(one, greedy, "cost", GreedyVariants.cost(after));
        if (expected.has("optimal")) {
            optimal(one, before, in.number("required"), expected.object("optimal"));
        }
    }

    private static void optimal(Case one, List<GreedyVariants.Variant> variants, double required, Case expected) {
        LatencyTarget target = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(50));
        FleetProblem.Builder problem =
                FleetProblem.builder().traffic(TrafficClass.of("tokens", required, 1, 1, target));
        for (GreedyVariants.Variant variant : variants) {
            problem.option(ReplicaOption.of(
                    Role.PREFILL_DECODE,
                    variant.name(),
                    1,
                    variant.cost(),
                    Map.of("tokens", Capacity.stated(variant.capacity()))));
        }
        FleetPlan plan = (FleetPlan) FleetSolver.solve(problem.build());
        SizingCases.number(one, expected, "cost", plan.dollarsPerHour());
        for (GreedyVariants.Variant variant : variants) {
            Mismatch.require(variant.name(), expected.integer(variant.name(), 0), (long)
                    plan.replicas("aggregated/" + variant.name() + "/tp1"));
        }
    }

    private static void times(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        VariantQueue queue = new VariantQueue(
                in.number("alpha"), in.number("beta"), in.number("gamma"), in.number("avgIn"), in.number("avgOut"));
        double batch = in.number("batch");
        String title = one.text("title");
        double time = title.contains("prefill")
                ? queue.prefill(batch)
                : title.contains("decode") ? queue.decode(batch) : queue.iteration(batch);
        SizingCases.number(one, expected, "ms", time);
    }

    private static void spare(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        VariantSaturation.Thresholds thresholds = new VariantSaturation.Thresholds(
                in.number("kvThreshold"),
                in.number("queueThreshold"),
                in.number("kvSpareTrigger"),
                in.number("queueSpareTrigger"));
        double[] kv = SizingCases.numbers(in, "kvUsage");
        double[] queue = SizingCases.numbers(in, "queue");
        VariantSaturation.Spare spare = VariantSaturation.spare(kv, queue, thresholds);
        if (expected.has("scaleUp")) {
            Mismatch.require("scaleUp", expected.flag("scaleUp", false), spare.scaleUp());
        }
        if (expected.has("scaleDown")) {
            Mismatch.require(
                    "scaleDown",
                    expected.flag("scaleDown", false),
                    !spare.scaleUp() && VariantSaturation.scaleDown(kv, queue, thresholds));
        }
        SizingCases.number(one, expected, "avgSpareKv", spare.spareKv());
        SizingCases.number(one, expected, "avgSpareQueue", spare.spareQueue());
    }
}
