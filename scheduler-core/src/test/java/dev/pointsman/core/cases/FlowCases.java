// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.core.sizing.rules.ConcurrencyLimits;
import dev.pointsman.core.sizing.rules.FlowCeilings;
import java.util.List;

/** Cases of llm-d's limits of flow control. */
final class FlowCases {
    private FlowCases() {}

    static void shapes(SizingCases.Shapes shapes) {
        shapes.shape(FlowCases::holdback, "minCeiling", "maxCeiling");
        shapes.shape(FlowCases::reflective, "bands", "saturation");
        shapes.shape(FlowCases::limits, "throughputRps", "numGpuBlocks");
        shapes.shape(FlowCases::tokens, "rPeakTokPerS", "tMaxS");
        shapes.shape(FlowCases::probabilistic, "endpoints", "power", "k");
    }

    private static void holdback(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double[] priorities = SizingCases.numbers(in, "priorities");
        double lowest = in.number("minCeiling");
        double highest = in.number("maxCeiling");
        double[] actual = "value".equals(in.text("domain", "rank"))
                ? FlowCeilings.byValue(lowest, highest, priorities)
                : FlowCeilings.byRank(lowest, highest, priorities.length);
        double[] wanted = SizingCases.numbers(expected, "ceilings");
        Mismatch.require("ceilings", wanted.length, actual.length);
        for (int i = 0; i < wanted.length; i++) {
            Tolerance.of(one).require("ceilings[" + i + "]", wanted[i], actual[i]);
        }
    }

    private static void reflective(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        int bands = (int) in.integer("bands");
        double saturation = in.number("saturation");
        long calls = in.integer("calls", 1);
        for (int band = 0; band < bands; band++) {
            List<?> wanted = expected.list("ceilingBand" + band);
            for (int call = 1; call <= wanted.size(); call++) {
                Mismatch.require(
                        "band " + band + " call " + call,
                        Case.number("ceiling", wanted.get(call - 1)) > 0,
                        FlowCeilings.open(band, bands, saturation, call));
            }
            if (!wanted.isEmpty()) {
                Mismatch.require("calls", calls, (long) wanted.size());
            }
        }
    }

    private static void limits(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        boolean caching = in.flag("prefixCaching", false);
        double shared = in.number("sharedPrefix", 0);
        ConcurrencyLimits limits = ConcurrencyLimits.of(
                in.number("throughputRps"),
                in.number("latencyS"),
                in.number("numGpuBlocks") * in.number("blockSize"),
                new ConcurrencyLimits.Lengths(
                        in.number("islMean"), in.number("islStd"), in.number("oslMean"), in.number("oslStd")),
                caching ? shared : 0,
                in.number("z"));
        SizingCases.whole(expected, "computeBound", limits.compute());
        SizingCases.whole(expected, "memoryBound", limits.memory());
        SizingCases.whole(expected, "nActive", limits.active());
        SizingCases.whole(expected, "serverBuffer", limits.buffer());
        SizingCases.whole(expected, "gatewayLimit", limits.gateway());
        if (expected.has("cv")) {
            // Printed with two digits.
            new Tolerance(0.005, 0).require("cv", expected.number("cv"), limits.variation());
        }
    }

    private static void tokens(Case one) {
        Case in = one.object("inputs");
        SizingCases.number(
                one,
                one.object("expected"),
                "tauTokens",
                FlowCeilings.fullTokens(in.number("rPeakTokPerS"), in.number("tMaxS")));
    }

    private static void probabilistic(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        List<Case> endpoints = in.objects("endpoints");
        double queue = in.number("queueThreshold");
        double kv = in.number("kvThreshold");
        // An endpoint without metrics counts as full.
        double[] waiting = endpoints.stream()
                .mapToDouble(its -> its.hasAny("queue", "kvUsage") ? its.number("queue", 0) : queue)
                .toArray();
        double[] usage =
                endpoints.stream().mapToDouble(its -> its.number("kvUsage", 0)).toArray();
        double saturation = FlowCeilings.saturation(waiting, usage, queue, kv);
        double chance = endpoints.isEmpty() || in.integer("priority", -1) >= 0
                ? 0
                : FlowCeilings.refusal(saturation, in.number("power"), in.number("k"));
        SizingCases.number(one, expected, "saturation", saturation);
        SizingCases.number(one, expected, "rejectProbability", chance);
        SizingCases.text(expected, "decision", in.number("random", 0) < chance ? "reject" : "admit");
    }
}
