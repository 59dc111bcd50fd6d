// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The endpoints of a case and what is known of each, to ask built-in plugins about, alone or in a scheduler's profile. */
final class PeerScene {
    /** What the engine counts an infinite cost as. */
    static final double INFINITE = 1e300;

    private static final int DRAWS = 64;

    private final Map<String, EndpointMetrics.Builder> metrics = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> labels = new LinkedHashMap<>();
    private final List<Consumer<TestCycle>> data = new ArrayList<>();
    private int promptTokens;
    private int outputTokens = -1;

    PeerScene(Iterable<String> names) {
        for (String name : names) {
            metrics.put(name, EndpointMetrics.builder(0));
            labels.put(name, new LinkedHashMap<>());
        }
    }

    /** Makes as many endpoints as a list has, or those that a map names. */
    static PeerScene of(Case given, String field) {
        return new PeerScene(named(given, field).keySet());
    }

    /** Reads a list, by position, or a map, by name, of numbers; what is no finite number is null. */
    static Map<String, @Nullable Double> named(Case given, String field) {
        Map<String, @Nullable Double> named = new LinkedHashMap<>();
        each(given.raw(field), (name, value) -> named.put(name, number(value)));
        return named;
    }

    interface Each {
        void take(String name, @Nullable Object value);
    }

    static void each(@Nullable Object listOrMap, Each each) {
        if (listOrMap instanceof Map<?, ?> map) {
            map.forEach((name, value) -> each.take(String.valueOf(name), value));
        } else if (listOrMap instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                each.take(Integer.toString(i), list.get(i));
            }
        } else if (listOrMap != null) {
            each.take("0", listOrMap);
        }
    }

    static @Nullable Double number(@Nullable Object value) {
        return value instanceof Number number && Double.isFinite(number.doubleValue()) ? number.doubleValue() : null;
    }

    List<String> names() {
        return List.copyOf(metrics.keySet());
    }

    EndpointMetrics.Builder metrics(String name) {
        EndpointMetrics.Builder builder = metrics.get(name);
        if (builder == null) {
            throw new Mismatch("endpoint " + name + " is not one of " + metrics.keySet());
        }
        return builder;
    }

    PeerScene gauges(String gauge, Map<String, @Nullable Double> values) {
        values.forEach((name, value) -> metrics(name).gauge(gauge, value == null ? Double.NaN : value));
        return this;
    }

    PeerScene label(String name, String label, String value) {
        metrics(name);
        Map<String, String> its = labels.get(name);
        if (its != null) {
            its.put(label, value);
        }
        return this;
    }

    PeerScene column(LongColumnKey key, Map<String, @Nullable Double> values) {
        values.forEach((name, value) -> {
            if (value != null) {
                data.add(cycle -> cycle.with(key, name, Math.round(value)));
            }
        });
        return this;
    }

    /** Adds requests in flight, which a scheduler knows of all endpoints. */
    PeerScene inFlight(Map<String, @Nullable Double> values) {
        names().forEach(name -> data.add(cycle -> cycle.with(InFlightLoad.REQUESTS, name, 0)));
        return column(InFlightLoad.REQUESTS, values);
    }

    PeerScene with(Consumer<TestCycle> datum) {
        data.add(datum);
        return this;
    }

    PeerScene prompt(int tokens) {
        promptTokens = tokens;
        return this;
    }

    PeerScene output(int tokens) {
        outputTokens = tokens;
        return this;
    }

    private InferenceRequest request() {
        InferenceRequest.Builder request =
                TestRequests.builder().prompt(TestRequests.tokens(promptTokens).prompt());
        return outputTokens < 0
                ? request.build()
                : request.expectedOutputTokens(outputTokens).build();
    }

    TestCycle cycle() {
        TestFleet.Builder fleet = TestFleet.builder();
        metrics.forEach((name, signals) -> fleet.endpoint(endpoint(name), signals.build()));
        TestCycle cycle = TestCycle.of(fleet.build(), request());
        data.forEach(datum -> datum.accept(cycle));
        return cycle;
    }

    private Endpoint endpoint(String name) {
        return Endpoint.builder(name, name + ".test:8000")
                .labels(labels.getOrDefault(name, Map.of()))
                .build();
    }

    /** Makes a built-in plugin. */
    static <P extends Plugin> P plugin(Class<P> kind, String type, Map<String, ?> parameters) {
        for (PluginFactory factory : BuiltInPlugins.factories(Semantics.LLM_D)) {
            if (factory.type().equals(type)) {
                return kind.cast(factory.create(type, Parameters.of("parameters", parameters)));
            }
        }
        throw new Mismatch("plugin type " + type + " is not built in");
    }

    Map<String, Double> costs(String type, Map<String, ?> parameters) {
        return cycle().costsById(plugin(CostScorer.class, type, parameters));
    }

    Map<String, Double> scores(String type, Map<String, ?> parameters) {
        return cycle().scoresById(plugin(Scorer.class, type, parameters));
    }

    /** Returns what a cost type chooses by itself: the least cost, whoever shares it. */
    Set<String> cheapest(String type, Map<String, ?> parameters) {
        Map<String, Double> totals = new LinkedHashMap<>();
        costs(type, parameters)
                .forEach((name, cost) -> totals.put(name, -(Double.isNaN(cost) ? mean(type, parameters) : cost)));
        return picked("max-score-picker", Map.of(), totals);
    }

    private double mean(String type, Map<String, ?> parameters) {
        return costs(type, parameters).values().stream()
                .filter(cost -> !Double.isNaN(cost))
                .mapToDouble(cost -> cost)
                .average()
                .orElse(0);
    }

    /** Returns what a scorer chooses by itself; a missing score is neutral. */
    Set<String> best(String type, Map<String, ?> parameters) {
        Map<String, Double> totals = new LinkedHashMap<>();
        scores(type, parameters)
                .forEach((name, score) -> totals.put(name, Double.isNaN(score) ? Scorer.NEUTRAL : score));
        return picked("max-score-picker", Map.of(), totals);
    }

    /** Returns all that a picker picks in many draws. */
    Set<String> picked(String type, Map<String, ?> parameters, Map<String, Double> totals) {
        Picker picker = plugin(Picker.class, type, parameters);
        Set<String> picked = new TreeSet<>();
        for (int seed = 0; seed < DRAWS; seed++) {
            picked.addAll(cycle().seed(seed).pick(picker, totals, 1));
        }
        return picked;
    }

    /** Has a scheduler evaluate a request with a profile over these endpoints. */
    Evaluation evaluate(Profile profile) {
        Fleet fleet = Fleet.create();
        metrics.forEach((name, signals) -> {
            fleet.join(endpoint(name));
            fleet.update(name, signals.build());
        });
        try (Pointsman pointsman =
                Pointsman.builder(fleet).profile(profile).clock(() -> 0).build()) {
            return pointsman.evaluate(request());
        }
    }

    /** Returns the totals by which an evaluation chose; without those that were filtered out. */
    static Map<String, Double> totals(Evaluation evaluation) {
        Map<String, Double> totals = new LinkedHashMap<>();
        evaluation
                .explanation()
                .profiles()
                .forEach(profile -> profile.candidates().stream()
                        .filter(candidate -> !Double.isNaN(candidate.total()))
                        .forEach(candidate -> put(totals, candidate)));
        return totals;
    }

    private static void put(Map<String, Double> totals, CandidateExplanation candidate) {
        totals.put(candidate.endpoint(), candidate.total());
    }
}
