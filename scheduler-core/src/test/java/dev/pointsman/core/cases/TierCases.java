// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.core.sizing.rules.PrefillThreshold;
import dev.pointsman.core.tier.CachedPrefix;
import dev.pointsman.core.tier.PrefillTime;
import dev.pointsman.core.tier.PrefixPull;
import dev.pointsman.core.tier.TierChoice;
import dev.pointsman.core.tier.TierLink;
import dev.pointsman.core.tier.TierPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Cases of loading, pulling and recomputing. */
final class TierCases {
    private TierCases() {}

    static void shapes(SizingCases.Shapes shapes) {
        shapes.shape(TierCases::load, "tokens", "recomputeTokPerS");
        shapes.shape(TierCases::pull, "recomputeMs", "pullMs");
        shapes.shape(TierCases::crossover, "crossoverTokens", "prefixTokens");
        shapes.shape(TierCases::instances, "instances", "balancingThreshold");
        shapes.shape(TierCases::refuse, "predTtftS", "ttftSloS");
        shapes.shape(TierCases::workingSet, "workingSetTokens");
        shapes.shape(TierCases::exclusiveThreshold, "threshold", "nonCachedTokens");
    }

    private static String word(TierChoice choice) {
        return choice.how().name().toLowerCase(Locale.ROOT);
    }

    private static void load(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        long tokens = in.integer("tokens");
        double bandwidth = in.number("readBytesPerS");
        TierLink tier = TierLink.of(in.text("tier", "tier"), bandwidth, in.number("latencyS", 0));
        TierPolicy policy =
                new TierPolicy(PrefillTime.atRate(in.number("recomputeTokPerS")), in.number("kvBytesPerToken"));
        double queued = in.number("queueS", 0) * bandwidth;
        CachedPrefix prefix = new CachedPrefix(tier, false, tokens, queued);
        TierChoice choice = policy.choose(tokens, 0, List.of(prefix));
        SizingCases.number(one, expected, "loadS", policy.secondsFrom(prefix, tokens, 0));
        SizingCases.number(one, expected, "recomputeS", choice.recomputeSeconds());
        SizingCases.text(expected, "decision", word(choice));
    }

    private static void pull(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        long tokens = in.integer("prefixTokens");
        double recompute = in.number("recomputeMs") / 1000;
        // A link that takes the time stated, whatever moves.
        TierLink link = TierLink.of("peer", 1e30, in.number("pullMs") / 1000);
        TierPolicy policy = new TierPolicy((read, cached) -> read == 0 ? 0 : recompute, 1);
        TierChoice choice = policy.choose(tokens, 0, List.of(new CachedPrefix(link, true, tokens, 0)));
        SizingCases.text(expected, "decision", word(choice));
        if (expected.has("savingMs")) {
            Tolerance.of(one).require("savingMs", expected.number("savingMs"), choice.savedSeconds() * 1000);
        }
    }

    /** A pull of constant time against a rate of reading, that cross at so many tokens. */
    private static void crossover(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        long crossing = in.integer("crossoverTokens");
        long tokens = in.integer("prefixTokens");
        // Any floor crosses there at some rate of reading; without one stated, a second.
        double floor = in.number("pullFloorS", 1);
        TierLink link = TierLink.of("peer", 1e30, floor);
        TierPolicy policy = new TierPolicy(PrefillTime.atRate((crossing - 0.5) / floor), 1);
        Mismatch.require("crossoverTokens", crossing, policy.crossoverTokens(link, 1 << 20));
        TierChoice choice = policy.choose(tokens, 0, List.of(new CachedPrefix(link, true, tokens, 0)));
        SizingCases.text(expected, "decision", word(choice));
    }

    private static void instances(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        List<PrefixPull.Instance> instances = new ArrayList<>();
        Case given = in.object("instances");
        for (String name : List.copyOf(given.names())) {
            Case its = given.object(name);
            instances.add(new PrefixPull.Instance(name, its.integer("prefix"), its.number("queueS")));
        }
        List<PrefixPull.Judged> judged = PrefixPull.judge(
                instances,
                in.integer("promptTokens"),
                PrefillTime.atRate(in.number("prefillTokPerS")),
                in.number("kvBytesPerToken"),
                TierLink.of("link", in.number("linkBytesPerS"), in.number("linkBaseS", 0)),
                in.number("balancingThreshold"));
        Case each = expected.object("perInstance");
        for (PrefixPull.Judged its : judged) {
            Case wanted = each.object(its.instance().name());
            SizingCases.number(one, wanted, "ttftS", its.ttftSeconds());
            SizingCases.text(wanted, "how", its.pulls() ? "pull best prefix" : "local prefix");
        }
        PrefixPull.Judged best = judged.stream()
                .min(Comparator.comparingDouble(PrefixPull.Judged::ttftSeconds))
                .orElseThrow();
        SizingCases.text(expected, "best", best.instance().name());
    }

    private static void refuse(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        boolean refused = PrefixPull.refuses(
                in.number("predTtftS"),
                in.number("ttftSloS"),
                in.number("predTbtMs", 0),
                in.number("tbtSloMs", Double.POSITIVE_INFINITY));
        SizingCases.text(expected, "decision", refused ? "reject" : "accept");
        if (expected.has("httpStatus")) {
            SizingCases.whole(expected, "httpStatus", refused ? 429 : 200);
        }
    }

    private static void workingSet(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        long set = in.integer("workingSetTokens");
        long gpu = in.integer("gpuCacheTokens");
        boolean gains = TierPolicy.tierHelps(set, gpu, in.integer("cpuCacheTokens", 0));
        SizingCases.text(expected, "decision", gains ? "enable CPU tier" : "GPU only");
        if (expected.hasAny("measuredAtQps10", "measuredAtQps20")) {
            throw new Skipped("the choice agrees; the TTFT before and after were measured on hardware");
        }
    }

    /** The same threshold, at which one simulator stays local and llm-d disaggregates. */
    private static void exclusiveThreshold(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        long threshold = in.integer("threshold");
        long tokens = in.integer("nonCachedTokens");
        SizingCases.text(
                expected, "blis", PrefillThreshold.ABOVE.disaggregates(threshold, tokens) ? "disaggregate" : "local");
        SizingCases.text(
                expected,
                "llmd",
                PrefillThreshold.AT_LEAST.disaggregates(threshold, tokens) ? "disaggregate" : "local");
    }
}
