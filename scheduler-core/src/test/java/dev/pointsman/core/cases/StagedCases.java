// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cases that schedule requests in stages, from a configuration that is made of their parameters. What endpoints have cached is
 * theirs to say, so a producer of what they say stands where a real one would look it up.
 */
final class StagedCases implements CaseGroup {
    private static final List<String> STAGES = List.of("decode", "prefill", "encode");
    private static final Map<String, Object> USUAL_PROFILES = Map.of(
            "prefill",
            Map.of("filters", List.of("prefill-filter"), "scorers", Map.of("prefix-cache-scorer", 50)),
            "decode",
            Map.of("filters", List.of("decode-filter"), "scorers", Map.of("load-aware-scorer", 1)));

    @Override
    public boolean takes(Case one) {
        return "end-to-end".equals(one.text("kind", "")) || one.text("rule", "").startsWith("threshold>0 AND input");
    }

    @Override
    public void run(Case one) {
        one.raw("ruleFrom"); // Says where the rule was taken from, and is nothing to check.
        if (one.has("area")) {
            counted(one.object("inputs"), one.object("expected"));
        } else {
            declared(one);
        }
    }

    private static void declared(Case one) {
        Case params = one.object("params");
        Case request = one.object("request");
        Case expected = one.object("expected");
        Map<String, Object> handler = new LinkedHashMap<>();
        if (!params.map("deciders").isEmpty()) {
            handler.put("deciders", params.map("deciders"));
        }
        if (params.has("stageOrder")) {
            handler.put("stageOrder", params.text("stageOrder"));
        }
        Fleet fleet = Fleet.create();
        int number = 0;
        for (Case candidate : one.objects("endpoints")) {
            Endpoint endpoint = HandlerCases.endpoint(candidate, number++);
            fleet.join(endpoint);
            fleet.update(endpoint.id(), metrics(candidate.object("metrics")));
        }
        Given cached = new Given(request.integer("cachedTokens", 0));
        Pointsman pointsman = scheduler(
                fleet,
                params.map("profiles"),
                params.text("handler", "disagg-profile-handler"),
                handler,
                one.object("harness").map("deciderParams"),
                cached);
        InferenceRequest asked = DeciderCases.request(request);
        if (expected.has("first")) {
            check(expected.object("first"), pointsman.schedule(asked));
            if (expected.has("afterFullyCached")) {
                cached.tokens = asked.prompt().tokenCount();
                check(expected.object("afterFullyCached"), pointsman.schedule(asked));
            }
        } else {
            check(expected, pointsman.schedule(asked));
        }
    }

    /** A case that says how many endpoints there are of each role. */
    private static void counted(Case inputs, Case expected) {
        Fleet fleet = Fleet.create();
        for (String role : List.of("prefill", "decode", "encode", "both")) {
            for (int i = 0; i < inputs.integer(role, 0); i++) {
                fleet.join(
                        Endpoint.builder(role + i, "10.0.0." + (fleet.snapshot().size() + 1) + ":8000")
                                .label("llm-d.ai/role", role)
                                .build());
            }
        }
        for (int i = 0; i < inputs.integer(inputs.either("unlabelled", "unlabeled", "noRole"), 0); i++) {
            fleet.join(Endpoint.of("plain" + i, "10.0.0." + (fleet.snapshot().size() + 1) + ":8000"));
        }
        long threshold = inputs.integer(inputs.either("threshold", DeciderCases.NON_CACHED), 1);
        Pointsman pointsman = scheduler(
                fleet,
                USUAL_PROFILES,
                "disagg-profile-handler",
                Map.of("deciders", Map.of("prefill", DeciderCases.PREFIX_BASED)),
                Map.of(DeciderCases.NON_CACHED, threshold, "promptTokens", inputs.integer("promptTokens", 0)),
                new Given(inputs.integer(inputs.either("cachedTokensOnDecode", "cachedTokens"), 0)));
        int prompt = (int) inputs.integer(inputs.either("inputTokens", "tokenCount"), threshold);
        Object outcome = pointsman.schedule(
                TestRequests.builder().tokens(new int[prompt]).build());
        if (expected.flag("error", false)) {
            Mismatch.require(expected.path() + ".error", true, !(outcome instanceof Dispatch));
            return;
        }
        SchedulingDecision decision = decision(expected, outcome);
        Map<String, String> legs = legs(decision);
        for (String stage : STAGES) {
            if (expected.has(stage)) {
                Object wanted = expected.raw(stage);
                Mismatch.require(
                        expected.path() + "." + stage,
                        wanted,
                        wanted instanceof Boolean ? (Object) legs.containsKey(stage) : legs.get(stage));
            }
        }
        if (expected.has("headerPrefiller")) {
            Object wanted = expected.raw("headerPrefiller");
            String set = decision.headers().getOrDefault("x-prefiller-host-port", "");
            String address = address(decision, "prefill");
            Mismatch.require(
                    expected.path() + ".headerPrefiller",
                    wanted != null && !Boolean.FALSE.equals(wanted),
                    !set.isEmpty());
            Mismatch.require("x-prefiller-host-port", address, set);
        }
    }

    private static EndpointMetrics metrics(Case given) {
        EndpointMetrics.Builder metrics = EndpointMetrics.builder(0);
        for (String name : given.names()) {
            switch (name) {
                case "waitingQueue" -> metrics.waitingRequests((int) given.integer(name));
                case "runningRequests" -> metrics.runningRequests((int) given.integer(name));
                case "kvCacheUsage" -> metrics.kvUsage(given.number(name));
                default -> throw new Mismatch(given.path() + "." + name + ": is not known to this runner");
            }
        }
        return metrics.build();
    }

    private static Pointsman scheduler(
            Fleet fleet,
            Map<String, ?> profiles,
            String handler,
            Map<String, ?> handlerParameters,
            Map<String, ?> deciderParameters,
            Given cached) {
        Map<String, Map<String, ?>> plugins = new LinkedHashMap<>();
        List<Object> declaredProfiles = new ArrayList<>();
        profiles.forEach((name, parts) -> {
            Case profile = Case.of(name, parts);
            List<Object> uses = new ArrayList<>();
            for (Object filter : profile.list("filters")) {
                plugins.put(String.valueOf(filter), Map.of());
                uses.add(Map.of("pluginRef", filter));
            }
            profile.map("scorers").forEach((scorer, weight) -> {
                plugins.put(scorer, Map.of());
                uses.add(Map.of("pluginRef", scorer, "weight", weight == null ? 1 : weight));
            });
            String picker = profile.text("picker", "max-score-picker");
            plugins.put(picker, Map.of());
            uses.add(Map.of("pluginRef", picker));
            declaredProfiles.add(Map.of("name", name, "plugins", uses));
        });
        if (handlerParameters.get("deciders") instanceof Map<?, ?> deciders) {
            for (Object decider : deciders.values()) {
                boolean takes = DeciderCases.PREFIX_BASED.equals(decider);
                plugins.put(String.valueOf(decider), takes ? deciderParameters : Map.of());
            }
        }
        plugins.put(handler, handlerParameters);
        List<Object> declared = new ArrayList<>();
        plugins.forEach((type, parameters) -> declared.add(Map.of("type", type, "parameters", parameters)));
        String text = JsonTree.write(Map.of(
                "apiVersion",
                "llm-d.ai/v1alpha1",
                "kind",
                "EndpointPickerConfig",
                "plugins",
                declared,
                "schedulingProfiles",
                declaredProfiles));
        return Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse("case.json", text))
                .plugin("given-prefix-matches", cached)
                .clock(() -> 0)
                .build();
    }

    private static void check(Case expected, Object outcome) {
        if (expected.flag("error", false)) {
            Mismatch.require(expected.path() + ".error", true, !(outcome instanceof Dispatch));
            return;
        }
        Map<String, String> legs = legs(decision(expected, outcome));
        for (String stage : STAGES) {
            Object wanted = expected.raw(stage);
            String chosen = legs.get(stage);
            if (wanted instanceof List<?> any) {
                Mismatch.require(expected.path() + "." + stage + " is one of " + any, true, any.contains(chosen));
            } else {
                Mismatch.require(expected.path() + "." + stage, wanted, chosen);
            }
        }
    }

    private static SchedulingDecision decision(Case expected, Object outcome) {
        if (outcome instanceof Dispatch dispatch) {
            return dispatch.decision();
        }
        throw new Mismatch(expected.path() + ": was refused: " + outcome);
    }

    private static Map<String, String> legs(SchedulingDecision decision) {
        Map<String, String> legs = new LinkedHashMap<>();
        legs.put(decision.primary().profile(), decision.endpoint().id());
        for (Leg leg : decision.otherLegs()) {
            legs.put(leg.profile(), leg.target().endpoint().id());
        }
        return legs;
    }

    private static String address(SchedulingDecision decision, String profile) {
        return decision.otherLegs().stream()
                .filter(leg -> leg.profile().equals(profile))
                .map(leg -> leg.target().endpoint().address())
                .findFirst()
                .orElse("");
    }

    /** Says that every endpoint has the same number of the prompt's tokens cached, in blocks of one token. */
    private static final class Given implements DataProducer {
        private static final String AS = PrefixMatch.DEFAULT_PRODUCER;

        private long tokens;

        Given(long tokens) {
            this.tokens = tokens;
        }

        @Override
        public Set<DataKey> produces() {
            return new LinkedHashSet<>(List.of(PrefixMatch.of(AS), PrefixMatch.matchedBlocks(AS)));
        }

        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            cycle.put(
                    PrefixMatch.of(AS), new PrefixMatch(cycle.request().prompt().tokenCount(), 1));
            LongColumn.Writable matched = cycle.fill(PrefixMatch.matchedBlocks(AS));
            for (int i = 0; i < candidates.size(); i++) {
                matched.set(candidates.slot(i), tokens);
            }
        }
    }
}
