// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.admission.ProbabilisticAdmitter;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.screener.EndpointSubsetScreener;
import dev.pointsman.core.screener.RevisionGating;
import dev.pointsman.core.screener.RolloutScreener;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Cases of admitters, screeners, revision shares and conditional decode. */
final class RequestCases implements CaseGroup {
    private static final PredictedLatency LATENCY = PredictedLatency.of(PredictedLatency.PRODUCER);
    private static final int SEEDS = 20_000;
    /** How close a draw must come to the one that a case wants. */
    private static final double DRAW_TOLERANCE = 1e-3;

    @Override
    public boolean takes(Case one) {
        return "admitter".equals(one.text("kind", ""))
                || List.of("endpoint-subset", "conditional-decode").contains(String.valueOf(one.text("plugin", "")))
                || isRollout(one);
    }

    private static boolean isRollout(Case one) {
        return one.has("inputs") && one.raw("inputs") instanceof Map<?, ?> inputs && inputs.containsKey("revA");
    }

    @Override
    public void run(Case one) {
        if (isRollout(one)) {
            rollout(one);
        } else if ("endpoint-subset".equals(one.text("plugin"))) {
            subset(one);
        } else if ("conditional-decode".equals(one.text("plugin"))) {
            conditionalDecode(one);
        } else {
            admitter(one);
        }
    }

    private static void admitter(Case one) {
        String type = one.text("plugin");
        Admission admitter = (Admission) plugin(type, one.map("params"));
        Case asked = one.object("request");
        Case expected = one.object("expected");
        TestCycle cycle = TestCycle.of(fleet(one), request(asked));
        one.objects("endpoints").forEach(endpoint -> latency(endpoint, cycle));

        if (admitter instanceof ProbabilisticAdmitter probabilistic) {
            double chance = asked.integer("priority", 0) < 0 ? probabilistic.refusalProbability(cycle.candidates()) : 0;
            String name = expected.either("rejectProbability", "rejectionProbability", "probability");
            if (expected.has(name)) {
                Tolerance.of(expected).require("chance of refusal", expected.number(name), chance);
            }
            cycle.seed(seed(type, asked, chance));
        }
        boolean admits = cycle.admit(admitter) == null;
        Mismatch.require("admit", expected.raw(expected.either("admit", "admitted", "allowed")), admits);
    }

    /** Finds a seed for which the plugin draws what the case wants. */
    private static long seed(String purpose, Case asked, double chance) {
        String name = asked.either("randomDraw", "random", "draw");
        if (!asked.has(name)) {
            if (chance > 0 && chance < 1) {
                throw new Mismatch(asked.path() + ": the chance is " + chance + ", and no draw is given");
            }
            return 0;
        }
        double wanted = asked.number(name);
        long best = 0;
        double distance = 2;
        for (long seed = 0; seed < SEEDS; seed++) {
            double drawn = Draw.of(seed, TestRequests.ID).forPurpose(purpose).unit(0);
            boolean sameSide = drawn < chance == wanted < chance;
            if (sameSide && Math.abs(drawn - wanted) < distance) {
                best = seed;
                distance = Math.abs(drawn - wanted);
            }
        }
        if (distance > DRAW_TOLERANCE) {
            throw new Mismatch(asked.path() + "." + name + ": no seed draws " + wanted);
        }
        return best;
    }

    private static void latency(Case endpoint, TestCycle cycle) {
        Case latency = endpoint.object("attributes").object("latency");
        headroom(endpoint.text("name"), latency, "ttft", cycle);
        headroom(endpoint.text("name"), latency, "tpot", cycle);
    }

    private static void headroom(String endpoint, Case latency, String which, TestCycle cycle) {
        double millis;
        if (latency.has(which + "Headroom")) {
            millis = latency.number(which + "Headroom");
        } else if (latency.has(which + "Valid")) {
            millis = latency.flag(which + "Valid", false) ? 1 : -1;
        } else {
            return;
        }
        long nanos = Math.round(millis * TimeUnit.MILLISECONDS.toNanos(1));
        boolean first = which.equals("ttft");
        cycle.with(first ? LATENCY.ttftHeadroom() : LATENCY.tpotHeadroom(), endpoint, nanos)
                .with(first ? LATENCY.ttftHeadroomP90() : LATENCY.tpotHeadroomP90(), endpoint, nanos);
    }

    private static void subset(Case one) {
        Screener screener = (Screener) plugin(EndpointSubsetScreener.TYPE, one.map("params"));
        TestFleet fleet = fleet(one);
        Case asked = one.object("request");
        String name = asked.either("subset", "subsetHint", "endpointSubset");
        boolean given = asked.raw(name) != null;
        Map<String, String> headers = new LinkedHashMap<>();
        if (given) {
            headers.put(
                    EndpointSubsetScreener.HEADER,
                    asked.list(name).stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        asked.object("headers")
                .names()
                .forEach(header -> headers.put(header, asked.object("headers").text(header)));

        List<String> kept = new ArrayList<>();
        TestCycle cycle = TestCycle.of(
                fleet, TestRequests.builder().headers(HeaderLookup.of(headers)).build());
        for (String id : cycle.screen(screener)) {
            kept.add(fleet.endpoint(fleet.slotOf(id)).address());
        }
        Case expected = one.object("expected");
        Mismatch.require("candidates", expected.list(expected.either("candidates", "kept")), kept);
    }

    /** The way of a real request: nothing is cached, so one that is conditional is refused, and any other is sent. */
    private static void conditionalDecode(Case one) {
        Mismatch.require("params", Map.of(), one.map("params"));
        Mismatch.require("endpoints", List.of(), one.list("endpoints"));
        EndpointPickerConfig config = EndpointPickerConfig.parse("empty", "");
        try (Pointsman pointsman = Pointsman.builder(Fleet.of(Endpoint.of("a", "10.0.0.1:8000")))
                .configuration(config)
                .build()) {
            SchedulingOutcome outcome = pointsman.schedule(request(one.object("request")));
            boolean conditional = outcome instanceof Rejection refused
                    && refused.reason() == Rejection.Reason.NOT_CACHED
                    && refused.reason().httpStatus() == 412;
            Mismatch.require("conditional", one.object("expected").raw("conditional"), conditional);
        }
    }

    private static void rollout(Case one) {
        Case inputs = one.object("inputs");
        one.text("ruleFrom", ""); // Where the next one was copied from.
        String mode = inputs.text("mode", inputs.has("muPrefillPod") ? "role-capacity" : "max-role");
        Map<String, Object> gating = new LinkedHashMap<>();
        gating.put("mode", mode);
        gating.put("requireRoles", Map.of("values", List.of("prefill", "decode")));
        if (inputs.has("muPrefillPod")) {
            gating.put(
                    "roleCapacity",
                    Map.of("prefill", inputs.number("muPrefillPod"), "decode", inputs.number("muDecodePod")));
        }
        RolloutScreener screener = (RolloutScreener) plugin(
                "disaggregatedset-rollout-screener",
                Map.of("scope", Map.of("labelSelector", "set=one"), "revisionGating", gating));
        TestFleet.Builder fleet = TestFleet.builder();
        for (String field : inputs.names()) {
            if (field.startsWith("rev")) {
                pods(fleet, field.substring(3), "prefill", inputs.object(field).integer("P", 0));
                pods(fleet, field.substring(3), "decode", inputs.object(field).integer("D", 0));
            }
        }

        Map<String, Double> shares = screener.shares(fleet.build());

        Case expected = one.object("expected");
        for (String revision : expected.names()) {
            Tolerance.of(one).require(revision, expected.number(revision), shares.getOrDefault(revision, 0.0));
        }
    }

    private static void pods(TestFleet.Builder fleet, String revision, String role, long count) {
        for (int i = 0; i < count; i++) {
            String id = revision + "-" + role + "-" + i;
            fleet.endpoint(Endpoint.builder(id, id + ":8000")
                    .label("set", "one")
                    .label(RevisionGating.REVISION_LABEL, revision)
                    .label(RevisionGating.ROLE_LABEL, role)
                    .build());
        }
    }

    private static Plugin plugin(String type, Map<String, ?> params) {
        for (PluginFactory factory : BuiltInPlugins.factories(Semantics.LLM_D)) {
            if (factory.type().equals(type) || factory.aliases().contains(type)) {
                Parameters parameters = Parameters.of("params", params);
                ParameterSpec.checkNames(parameters, factory.parameters());
                return factory.create(type, parameters);
            }
        }
        throw new Mismatch("there is no plugin type " + type);
    }

    private static TestFleet fleet(Case one) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : one.objects("endpoints")) {
            String name = endpoint.text("name");
            Endpoint.Builder known = Endpoint.builder(name, endpoint.text("address", name + ":8000"));
            endpoint.map("labels").forEach((label, value) -> known.label(label, String.valueOf(value)));
            Case metrics = endpoint.object("metrics");
            fleet.endpoint(known.build(), signals -> signals(metrics, signals));
        }
        return fleet.build();
    }

    private static void signals(Case metrics, EndpointMetrics.Builder signals) {
        if (metrics.has("waitingQueue")) {
            signals.waitingRequests((int) metrics.integer("waitingQueue"));
        }
        if (metrics.has("runningRequests")) {
            signals.runningRequests((int) metrics.integer("runningRequests"));
        }
        if (metrics.has("kvCacheUsage")) {
            signals.kvUsage(metrics.number("kvCacheUsage"));
        }
    }

    private static InferenceRequest request(Case asked) {
        Map<String, String> headers = new LinkedHashMap<>();
        Case given = asked.object("headers");
        for (String name : given.names()) {
            // A header that is there more than once comes as one, as proxies join it.
            String value = given.list(name).stream().map(String::valueOf).collect(Collectors.joining(", "));
            if (given.raw(name) != null) {
                headers.put(name, value);
            }
        }
        return TestRequests.builder()
                .priority((int) asked.integer("priority", 0))
                .headers(HeaderLookup.of(headers))
                .build();
    }
}
