// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.decider.PrefixBasedPdDecider;
import dev.pointsman.core.disagg.Distance;
import dev.pointsman.core.disagg.JointDisaggHandler;
import dev.pointsman.core.disagg.JointPlan;
import dev.pointsman.core.disagg.KvLink;
import dev.pointsman.core.disagg.LegTuple;
import dev.pointsman.core.disagg.LegTuple.KvSource;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.handler.DisaggProfileHandler;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.latency.PredictedTimes;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cases of one request's legs: pairs and local prefills by time, KV pulled from a peer or loaded from a tier against reading it
 * again, and pools that are empty. Times that a case states are what predictions say.
 */
final class JointCases implements CaseGroup {
    private static final PredictedLatency KEYS = PredictedLatency.of(PredictedLatency.PRODUCER);
    private static final double NANOS = 1e9;
    private static final double FAR = 1e5;

    @Override
    public boolean takes(Case one) {
        if (!one.has("area")) {
            return false;
        }
        Case inputs = one.object("inputs");
        boolean pair = inputs.has("decode") && inputs.has("prefill");
        boolean stated = inputs.has("linkBytesPerS") || inputs.raw("decode") instanceof Long;
        boolean pull = inputs.has("prefixTokens") && inputs.hasAny("recomputeMs", "crossoverTokens");
        boolean tier = inputs.has("readBytesPerS") && inputs.has("recomputeTokPerS");
        return (pair && stated) || inputs.has("instances") || pull || tier;
    }

    @Override
    public void run(Case one) {
        one.raw("ruleFrom"); // Says where the rule was taken from, and is nothing to check.
        Case inputs = one.object("inputs");
        Case expected = one.object("expected");
        Tolerance tolerance = Tolerance.of(one);
        if (inputs.has("linkBytesPerS") && inputs.has("decode")) {
            pairs(inputs, expected, tolerance);
        } else if (inputs.has("decode")) {
            pools(inputs, expected);
        } else if (inputs.has("instances")) {
            instances(inputs, expected, tolerance);
        } else if (inputs.has("prefixTokens")) {
            pull(inputs, expected, tolerance);
        } else {
            tier(inputs, expected, tolerance);
        }
    }

    /** One endpoint, in seconds and tokens. */
    private record Spot(double queue, long cached, long lower) {}

    /** What all endpoints have in common, in seconds, tokens and bytes. */
    private record Times(double readPerToken, double bytesPerToken) implements PredictedTimes {
        @Override
        public @Nullable Deployment deployment(int slot) {
            return null;
        }

        @Override
        public double readNanos(int slot, long newTokens, long cachedTokens) {
            return newTokens * readPerToken * NANOS;
        }

        @Override
        public double interferenceNanos(int slot, long newTokens, long cachedTokens) {
            return 0;
        }

        @Override
        public double kvBytes(int slot, long tokens) {
            return tokens * bytesPerToken;
        }
    }

    private static LegTuple chosen(
            long prompt, Times times, JointDisaggHandler handler, Map<String, Spot> prefill, Map<String, Spot> decode) {
        Map<String, Spot> all = new LinkedHashMap<>(prefill);
        all.putAll(decode);
        FleetSnapshot fleet = TestFleet.of(all.keySet().toArray(String[]::new));
        TestCycle cycle = TestCycle.of(fleet, TestRequests.tokens((int) prompt))
                .with(KEYS.times(), times)
                .with(KEYS.outputTokens(), 0L)
                .with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch((int) prompt, 1));
        all.forEach((id, spot) -> {
            double ttft = spot.queue + (prompt - spot.cached) * times.readPerToken;
            cycle.with(KEYS.ttft(), id, Math.round(ttft * NANOS))
                    .with(KEYS.tpot(), id, 0)
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, spot.cached)
                    .with(PrefixMatch.weightedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, spot.cached - 0.5 * spot.lower);
        });
        Map<String, List<String>> left = new LinkedHashMap<>();
        left.put("decode", List.copyOf(decode.keySet()));
        left.put("prefill", List.copyOf(prefill.keySet()));
        return planned(handler, cycle, GivenResults.of(List.of("decode", "prefill"), left, fleet));
    }

    private static LegTuple planned(JointDisaggHandler handler, ProductionCycle cycle, GivenResults results) {
        handler.next(cycle, results);
        JointPlan plan = cycle.attribute(JointPlan.of(JointDisaggHandler.TYPE));
        if (plan == null || plan.chosen() == null) {
            throw new Mismatch("plan: there is none");
        }
        return plan.chosen();
    }

    /** Starts a handler that goes by time to first token alone. */
    private static JointDisaggHandler.Builder handler(KvLink link) {
        JointDisaggHandler.Builder builder = JointDisaggHandler.builder()
                .interferenceWeight(0)
                .backlogWeight(0)
                .lowerTierWeight(0.5)
                .perRole(64);
        for (Distance distance : Distance.values()) {
            builder.link(distance, link);
        }
        return builder;
    }

    private static KvLink link(double setupSeconds, double bytesPerSecond) {
        return new KvLink(setupSeconds * NANOS, NANOS / bytesPerSecond);
    }

    private static void pairs(Case inputs, Case expected, Tolerance tolerance) {
        long prompt = inputs.integer("promptTokens");
        Times times = new Times(1 / inputs.number("prefillTokPerS"), inputs.number("kvBytesPerToken"));
        JointDisaggHandler handler = handler(link(inputs.number("linkBaseS", 0), inputs.number("linkBytesPerS")))
                .peerPull(false)
                .build();
        Map<String, Spot> decode = spots(inputs.object("decode"));
        Map<String, Spot> prefill = spots(inputs.object("prefill"));
        Mismatch.require("best", expected.text("best"), path(chosen(prompt, times, handler, prefill, decode)));
        Case ttfts = expected.object("ttftS");
        for (String path : ttfts.names()) {
            boolean local = path.startsWith("local:");
            int cut = local ? path.indexOf(':') : path.indexOf("->");
            String end = path.substring(cut + (local ? 1 : 2));
            Map<String, Spot> onlyDecode = only(decode, end, local ? 0 : FAR);
            Map<String, Spot> onlyPrefill = local ? Map.of() : only(prefill, path.substring(0, cut), 0);
            LegTuple tuple = chosen(prompt, times, handler, onlyPrefill, onlyDecode);
            Mismatch.require(path, path, path(tuple));
            tolerance.require(path, ttfts.number(path), tuple.ttftNanos() / NANOS);
        }
    }

    private static Map<String, Spot> spots(Case given) {
        Map<String, Spot> spots = new LinkedHashMap<>();
        for (String id : given.names()) {
            Case spot = given.object(id);
            double queue = spot.number(spot.either("queueS", "localPrefillQueueS"), 0);
            spots.put(id, new Spot(queue, spot.integer(spot.either("cached", "prefix"), 0), 0));
        }
        return spots;
    }

    /** Returns one of them, waiting longer than it says. */
    private static Map<String, Spot> only(Map<String, Spot> spots, String id, double longer) {
        Spot spot = spots.get(id);
        if (spot == null) {
            throw new Mismatch(id + ": is expected, but not given");
        }
        return Map.of(id, new Spot(spot.queue + longer, spot.cached, 0));
    }

    private static String path(LegTuple tuple) {
        return tuple.remote() ? tuple.path() : "local:" + tuple.decode().id();
    }

    /** Each instance may pull the longest prefix; the threshold of the paper only says when that is worth a comparison. */
    private static void instances(Case inputs, Case expected, Tolerance tolerance) {
        long prompt = inputs.integer("promptTokens");
        inputs.number("balancingThreshold", 1);
        Times times = new Times(1 / inputs.number("prefillTokPerS"), inputs.number("kvBytesPerToken"));
        JointDisaggHandler handler = handler(link(inputs.number("linkBaseS", 0), inputs.number("linkBytesPerS")))
                .build();
        Map<String, Spot> spots = spots(inputs.object("instances"));
        LegTuple best = chosen(prompt, times, handler, Map.of(), spots);
        Mismatch.require("best", expected.text("best"), best.decode().id());
        Case each = expected.object("perInstance");
        for (String id : each.names()) {
            Map<String, Spot> othersBusy = new LinkedHashMap<>();
            spots.forEach((other, spot) ->
                    othersBusy.put(other, other.equals(id) ? spot : new Spot(spot.queue + FAR, spot.cached, 0)));
            LegTuple tuple = chosen(prompt, times, handler, Map.of(), othersBusy);
            String how = tuple.source() == KvSource.PEER_PULL ? "pull best prefix" : "local prefix";
            Mismatch.require(id, each.object(id).text("how"), how);
            tolerance.require(id, each.object(id).number("ttftS"), tuple.ttftNanos() / NANOS);
        }
    }

    /** One token follows the prefix, because an engine reads at least the last one. */
    private static void pull(Case inputs, Case expected, Tolerance tolerance) {
        long prefix = inputs.integer("prefixTokens");
        Times times;
        KvLink link;
        if (inputs.has("recomputeMs")) {
            times = new Times(inputs.number("recomputeMs") / 1e3 / prefix, 1);
            link = link(inputs.number("pullMs") / 1e3, Double.POSITIVE_INFINITY);
        } else {
            // Only where both take the same is known, so the pull is its floor, and reading reaches it there.
            double floor = inputs.number("pullFloorS", 1);
            times = new Times(floor / inputs.number("crossoverTokens"), 1);
            link = link(floor, Double.POSITIVE_INFINITY);
        }
        Map<String, Spot> spots = Map.of("reader", new Spot(0, 0, 0), "holder", new Spot(FAR, prefix, 0));
        LegTuple tuple = chosen(prefix + 1, times, handler(link).build(), Map.of(), spots);
        boolean pulls = tuple.source() == KvSource.PEER_PULL;
        Mismatch.require("decision", expected.text("decision"), pulls ? "pull" : "recompute");
        if (expected.has("savingMs")) {
            LegTuple read =
                    chosen(prefix + 1, times, handler(link).peerPull(false).build(), Map.of(), spots);
            tolerance.require("savingMs", expected.number("savingMs"), (read.ttftNanos() - tuple.ttftNanos()) / 1e6);
        }
    }

    private static void tier(Case inputs, Case expected, Tolerance tolerance) {
        inputs.text("tier", "");
        long tokens = inputs.integer("tokens");
        Times times = new Times(1 / inputs.number("recomputeTokPerS"), inputs.number("kvBytesPerToken"));
        KvLink disk = link(inputs.number("latencyS", 0), inputs.number("readBytesPerS"));
        Map<String, Spot> cold = Map.of("reader", new Spot(0, 0, 0));
        Map<String, Spot> stored = Map.of("reader", new Spot(0, tokens, tokens));
        JointDisaggHandler handler = handler(KvLink.NONE).lowerTier(disk).build();
        LegTuple tuple = chosen(tokens + 1, times, handler, Map.of(), stored);
        double recompute = chosen(tokens, times, handler, Map.of(), cold).readNanos() / NANOS;
        boolean loads = tuple.source() == KvSource.LOWER_TIER;
        Mismatch.require("decision", expected.text("decision"), loads ? "load" : "recompute");
        if (expected.has("recomputeS")) {
            tolerance.require("recomputeS", expected.number("recomputeS"), recompute);
        }
        if (expected.has("loadS")) {
            // The handler says what it chose; where that is to read, slow reading has it load.
            Times slow = new Times(1, times.bytesPerToken());
            LegTuple loaded = chosen(tokens + 1, slow, handler, Map.of(), stored);
            tolerance.require("loadS", expected.number("loadS"), loaded.fetchNanos() / NANOS);
        }
    }

    private static void pools(Case inputs, Case expected) {
        Fleet fleet = Fleet.create();
        join(fleet, "p", inputs.integer("prefill"), Role.PREFILL);
        join(fleet, "d", inputs.integer("decode"), Role.DECODE);
        int tokens = (int) inputs.integer("inputTokens", 1);
        Pointsman pointsman = Pointsman.builder(fleet)
                .profile(Profile.builder("decode").filter("decode-filter").build())
                .profile(Profile.builder("prefill").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance(
                        "handler",
                        DisaggProfileHandler.builder()
                                .prefillDecider(new PrefixBasedPdDecider((int) inputs.integer("threshold", 1)))
                                .build()))
                .build();
        SchedulingOutcome outcome = pointsman.schedule(TestRequests.tokens(tokens));
        Mismatch.require("error", expected.flag("error", false), !(outcome instanceof Dispatch));
        if (outcome instanceof Dispatch dispatch) {
            List<Leg> others = dispatch.decision().otherLegs();
            Mismatch.require("decode", expected.flag("decode", true), true);
            Mismatch.require("prefill", expected.flag("prefill", false), !others.isEmpty());
            if (expected.has("headerPrefiller")) {
                String header = dispatch.decision().headers().get("x-prefiller-host-port");
                Object wanted = expected.raw("headerPrefiller");
                Mismatch.require("headerPrefiller", wanted == null, header == null || header.isEmpty());
            }
            dispatch.close();
        }
    }

    private static void join(Fleet fleet, String prefix, long count, Role role) {
        for (int i = 0; i < count; i++) {
            fleet.join(Endpoint.builder(prefix + i, prefix + i + ":8000")
                    .role(role)
                    .build());
        }
    }
}
