// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.scorer.Dispatched;
import dev.pointsman.core.scorer.label.ContextLengthAware;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cases of scorers, of how scores become totals, and of how one of them reads its label. A candidate that llm-d leaves unscored
 * adds nothing to its total there, and so must score 0.
 */
final class ScorerCases implements CaseGroup {
    private static final String RANGE_TYPE = "context-length-aware";

    @Override
    public boolean takes(Case one) {
        return switch (one.text("kind", "")) {
            case "scorer" -> true;
            case "framework" -> isClamp(one) || isSum(one);
            case "parse" -> one.text("plugin", "").equals(RANGE_TYPE);
            default -> false;
        };
    }

    private static boolean isClamp(Case one) {
        return one.text("plugin", "").equals("score-clamp");
    }

    private static boolean isSum(Case one) {
        return one.text("plugin", "").equals("weighted-sum");
    }

    @Override
    public void run(Case one) {
        if (isClamp(one)) {
            clamp(one);
        } else if (isSum(one)) {
            sum(one);
        } else if (one.text("kind").equals("parse")) {
            range(one);
        } else {
            score(one);
        }
    }

    private static void score(Case one) {
        Plugin plugin = plugin(one.text("plugin"), one.map("params"));
        if (!(plugin instanceof Scorer scorer)) {
            throw new Mismatch(one.path() + ": " + one.text("plugin") + " is no scorer but " + plugin.getClass());
        }
        ScorerScene scene = ScorerScene.of(one);
        scene.cycles().forEach(cycle -> FilterCases.readAttributes(one.object("request"), plugin, cycle));
        before(one.object("state"), plugin, scene);
        Map<String, Double> actual = new LinkedHashMap<>();
        for (TestCycle cycle : scene.cycles()) {
            double[] scores = cycle.score(scorer, cycle.candidates(scene.candidates(cycle)));
            for (int i = 0; i < scores.length; i++) {
                actual.put(scene.candidates(cycle)[i], scores[i]);
            }
        }

        Case expected = one.object("expected");
        Tolerance tolerance = Tolerance.of(expected);
        compare("scores", expected, tolerance, scene, actual);
        compare("rawScores", expected, tolerance, scene, actual);
        for (Object name : expected.list("unscored")) {
            tolerance.require("unscored " + name, 0, actual.getOrDefault(scene.id(String.valueOf(name)), Double.NaN));
        }
        if (!expected.hasAny("scores", "rawScores", "unscored")) {
            throw new Mismatch(one.path() + ": expects " + expected + ", and no scores");
        }
    }

    private static void compare(
            String kind, Case expected, Tolerance tolerance, ScorerScene scene, Map<String, Double> actual) {
        Case scores = expected.object(kind);
        for (String name : scores.names()) {
            Double score = actual.get(scene.id(name));
            if (score == null) {
                throw new Mismatch(kind + ": expects one of " + name + ", which is no candidate");
            }
            tolerance.require(kind + " " + name, clamped(scores.number(name)), clamped(score));
        }
    }

    private static double clamped(double score) {
        return Math.max(0, Math.min(1, score)); // NaN stays NaN
    }

    /** Lets happen what happened before the case begins: cold requests, and requests of sessions. */
    private static void before(Case state, Plugin plugin, ScorerScene scene) {
        TestCycle cycle = scene.cycles().get(0);
        for (Object id : state.list("lruOldestFirst")) {
            TestCycle cold = TestCycle.of(cycle.fleet());
            scene.cold(cold);
            ((SchedulingObserver) plugin).dispatched(cold, Dispatched.to(cold, scene.id(String.valueOf(id))));
        }
        Case bindings = state.object("bindings");
        for (String session : bindings.names()) {
            String id = scene.id(bindings.text(session));
            if (cycle.fleet().slotOf(id) >= 0) { // Else its endpoint is gone, and with it the binding.
                TestCycle bound =
                        TestCycle.of(cycle.fleet(), scene.requestOf(session)).now(cycle.now());
                for (DataKey key : plugin.consumesIfPresent()) {
                    if (key instanceof AttributeKey<?> attribute && attribute.type() == String.class) {
                        put(bound, attribute, session);
                    }
                }
                ((SchedulingObserver) plugin).dispatched(bound, Dispatched.to(bound, id));
            }
        }
    }

    private static <T> void put(TestCycle cycle, AttributeKey<T> key, String value) {
        cycle.with(key, requireNonNull(key.type().cast(value)));
    }

    /** A scorer of a host's own may write anything; what counts of it is asked for. */
    private static void clamp(Case one) {
        Case request = one.object("request");
        double score = request.number(request.either("score", "raw", "value"));
        EndpointScorer scorer = (asked, candidate) -> score;
        try (Pointsman pointsman = Pointsman.builder(Fleet.of(Endpoint.of("e", "e.test:8000")))
                .profile(Profile.builder("default").scorer(scorer).build())
                .build()) {
            CandidateExplanation candidate = candidates(pointsman).get(0);
            Case expected = one.object("expected");
            Tolerance.of(expected)
                    .require(
                            "score",
                            expected.number("score"),
                            candidate.scores().get(0).used());
        }
    }

    /** Adds up scorers that each read a number of their own, in a loaded configuration. */
    private static void sum(Case one) {
        List<Map<String, Object>> plugins = new ArrayList<>();
        List<Map<String, Object>> uses = new ArrayList<>();
        Map<String, Double> gauges = new LinkedHashMap<>();
        for (Case scorer : one.object("params").objects("scorers")) {
            String name = "scorer-" + gauges.size();
            gauges.put(name, scorer.number(scorer.either("constant", "score")));
            plugins.add(Map.of(
                    "name",
                    name,
                    "type",
                    "endpoint-attribute-scorer",
                    "parameters",
                    Map.of(
                            "attributeKey",
                            name,
                            "algorithm",
                            Map.of(
                                    "type",
                                    "linear_higher_is_better",
                                    "normalization",
                                    Map.of("fixedRange", Map.of("min", 0, "max", 1))))));
            uses.add(
                    scorer.has("weight")
                            ? Map.of("pluginRef", name, "weight", scorer.number("weight"))
                            : Map.of("pluginRef", name));
        }
        String text = JsonTree.write(Map.of(
                "apiVersion",
                "llm-d.ai/v1alpha1",
                "kind",
                "EndpointPickerConfig",
                "plugins",
                plugins,
                "schedulingProfiles",
                List.of(Map.of("name", "default", "plugins", uses))));
        Fleet fleet = Fleet.create();
        EndpointMetrics.Builder metrics = EndpointMetrics.builder(0);
        gauges.forEach(metrics::gauge);
        for (Case endpoint : one.objects("endpoints")) {
            fleet.join(Endpoint.of(endpoint.text("name"), endpoint.text("name") + ".test:8000"));
            fleet.update(endpoint.text("name"), metrics.build());
        }
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .configuration(EndpointPickerConfig.parse(one.path(), text))
                .build()) {
            Map<String, Double> actual = new LinkedHashMap<>();
            candidates(pointsman).forEach(candidate -> actual.put(candidate.endpoint(), candidate.total()));
            Case expected = one.object("expected");
            Tolerance tolerance = Tolerance.of(expected);
            Case totals = expected.object("totals");
            for (String name : totals.names()) {
                tolerance.require("totals " + name, totals.number(name), actual.getOrDefault(name, Double.NaN));
            }
        }
    }

    private static List<CandidateExplanation> candidates(Pointsman pointsman) {
        return pointsman
                .evaluate(TestRequests.request())
                .explanation()
                .profiles()
                .get(0)
                .candidates();
    }

    /** Tells a range by what the filter keeps at its ends and removes beyond them, and no range by a score of 0. */
    private static void range(Case one) {
        Map<String, @Nullable Object> params = new LinkedHashMap<>(one.map("params"));
        params.put("enableFiltering", true);
        Plugin plugin = plugin(RANGE_TYPE, params);
        Case request = one.object("request");
        String label = String.valueOf(params.getOrDefault("label", ContextLengthAware.DEFAULT_LABEL));
        TestFleet fleet = TestFleet.builder()
                .endpoint(Endpoint.builder("e", "e.test:8000")
                        .label(label, request.text(request.either("label", "range", "value")))
                        .build())
                .build();
        Case expected = one.object("expected");
        List<?> ends = expected.list("range");
        if (expected.flag(expected.either("error", "invalid"), false)) {
            for (int length : new int[] {0, 1, 50, 100, 1_000_000}) {
                TestCycle cycle = cycle(fleet, length);
                Mismatch.require("kept at " + length, List.of(), cycle.filter((Filter) plugin));
                Mismatch.require("score at " + length, 0.0, cycle.score((Scorer) plugin)[0]);
            }
            return;
        }
        if (ends.size() != 2) {
            throw new Mismatch(one.path() + ": expects " + expected + ", and neither a range nor an error");
        }
        int min = (int) Case.integer("range[0]", ends.get(0));
        int max = (int) Case.integer("range[1]", ends.get(1));
        kept(min, true, fleet, plugin);
        kept(max, true, fleet, plugin);
        kept(max + 1, false, fleet, plugin);
        if (min > 0) {
            kept(min - 1, false, fleet, plugin);
        }
    }

    private static void kept(int length, boolean expected, TestFleet fleet, Plugin plugin) {
        List<String> kept = cycle(fleet, length).filter((Filter) plugin);
        Mismatch.require("kept at " + length, expected ? List.of("e") : List.of(), kept);
    }

    private static TestCycle cycle(TestFleet fleet, int length) {
        InferenceRequest request = TestRequests.builder()
                .prompt(Prompt.blocks(new long[0], 16, length))
                .build();
        return TestCycle.of(fleet, request);
    }

    /** Makes a built-in plugin as llm-d's configuration would. */
    static Plugin plugin(String type, Map<String, @Nullable Object> params) {
        PluginFactory factory = BuiltInPlugins.factories(Semantics.LLM_D).stream()
                .filter(one -> one.type().equals(type) || one.aliases().contains(type))
                .findFirst()
                .orElseThrow(() -> new Mismatch("plugin " + type + ": there is no such type"));
        Map<String, Object> given = new LinkedHashMap<>();
        params.forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        Parameters parameters = Parameters.of("params", given);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create(type, parameters);
    }

    /** Returns the name of the prefix producer that a case's scorer reads. */
    static String prefixProducer(Case params) {
        String named = params.text("prefixMatchInfoProducerName", "");
        return named == null || named.isEmpty() ? PrefixMatch.DEFAULT_PRODUCER : named;
    }
}
