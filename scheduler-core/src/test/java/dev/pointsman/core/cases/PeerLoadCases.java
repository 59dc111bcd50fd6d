// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.core.policy.EndpointRamp;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cases of other projects' policies by load and cost. What a policy is called says which plugins express it, what is given
 * says how; totals come from built-in plugins or a scheduler's own evaluation.
 */
final class PeerLoadCases implements CaseGroup {
    /** Policies that choose by where a request, its session or its prefix was before; they are another group's. */
    private static final Pattern BY_AFFINITY = Pattern.compile("prefix|hash|session|cache_aware|\\bgate\\b|no-hit|lora"
            + "|imbalance|bucket|manual|preble|consistent|sticky|dualmap|kvaware|decider|disagg");

    /** Policies of things that are no choice of an endpoint, each with the reason to skip it. */
    private static final Map<Pattern, String> NO_CHOICE = new LinkedHashMap<>();

    static {
        NO_CHOICE.put(
                Pattern.compile(
                        "wspt|fcfs|lcfs|least-attained|\\blas\\b|queue key|deficit|jump|priority class|starvation"),
                "orders a queue: flow control, which comes later");
        NO_CHOICE.put(
                Pattern.compile(
                        "saturation|tier-shed|tier shed|zero-cost request|token bucket|token-bucket|overload veto"),
                "admits or sheds requests: flow control, which comes later");
        NO_CHOICE.put(
                Pattern.compile("vtc(?!.*estimator)"),
                "accounts tokens by tenant: fairness of flow control, which comes later");
        NO_CHOICE.put(Pattern.compile("backoff|retry|breaker"), "retries of the host's own client, not scheduling");
        NO_CHOICE.put(
                Pattern.compile("conductor"),
                "its (1 + 1/running) makes the busier of two equal endpoints look faster; predicted latency covers it");
        NO_CHOICE.put(Pattern.compile("\\bslo\\b"), "ranks sub-queues by profile: flow control, which comes later");
    }

    private static final Pattern STRATEGY = Pattern.compile("([a-z][a-z_-]*):([0-9.]+)");

    @Override
    public boolean takes(Case one) {
        String policy = policy(one);
        return one.has("peer")
                && (noChoice(policy) != null || !BY_AFFINITY.matcher(policy).find());
    }

    private static String policy(Case one) {
        return one.text("policy", "").toLowerCase(Locale.ROOT);
    }

    private static @Nullable String noChoice(String policy) {
        return NO_CHOICE.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(policy).find())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void run(Case one) {
        String policy = policy(one);
        String why = noChoice(policy);
        if (why != null) {
            throw new Skipped(why);
        }
        String peer = one.text("peer").toLowerCase(Locale.ROOT);
        if (peer.equals("dynamo")) {
            new PeerDynamoCases().run(policy, one);
        } else if (peer.equals("blis")) {
            new PeerBlisCases().run(policy, one);
        } else if (policy.contains("multi-strategy")) {
            multiStrategy(policy, one);
        } else if (policy.startsWith("load-balance")) {
            new PeerThroughputCases().run(one);
        } else if (policy.contains("least_load") || policy.contains("drain")) {
            PeerSmgCases.drainTime(one);
        } else if (policy.contains("power_of_two") || policy.contains("power-of-two")) {
            PeerSmgCases.powerOfTwo(one);
        } else if (policy.contains("token estimator")) {
            tokenEstimate(one);
        } else if (policy.contains("hybrid_cache_load")) {
            hybrid(one);
        } else if (policy.contains("token_load")) {
            tokenLoad(one);
        } else if (policy.contains("pull") || policy.contains("pack")) {
            capped(policy, one);
        } else if (policy.contains("latency")) {
            observedLatency(one);
        } else if (policy.contains("throughput")) {
            throughput(one);
        } else if (policy.contains("round robin") || policy.contains("round_robin")) {
            roundRobin(one);
        } else if (policy.contains("loadaware")) {
            loadAware(one);
        } else if (policy.contains("ramp") || policy.contains("penalty")) {
            ramp(one);
        } else if (policy.contains("top-k")) {
            topK(one);
        } else if (policy.contains("least-request")) {
            leastRequest(one);
        } else if (policy.contains("least")) {
            leastGauge(one);
        } else {
            throw new Mismatch("policy " + policy + ": is not known to this runner");
        }
    }

    /** A profile with one weighted scorer for each strategy; totals are divided by the sum of weights. */
    private static void multiStrategy(String policy, Case one) {
        Case given = one.object("given");
        List<Map<String, @Nullable Double>> raws = new ArrayList<>();
        List<Boolean> most = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (Case strategy : given.objects("strategies")) {
            raws.add(PeerScene.named(strategy, strategy.either("raw", "values", "scores")));
            most.add(strategy.text("polarity", "least").equals("most"));
            weights.add(strategy.number("weight", 1));
        }
        Matcher named = STRATEGY.matcher(policy);
        while (raws.size() < given.objects("strategies").size() + 8 && named.find()) {
            raws.add(PeerScene.named(given, fieldOf(given, named.group(1))));
            most.add(false);
            weights.add(Double.parseDouble(named.group(2)));
        }
        List<String> names = given.hasAny("pods", "endpoints")
                ? given.list(given.either("pods", "endpoints")).stream()
                        .map(String::valueOf)
                        .toList()
                : List.copyOf(raws.get(0).keySet());
        PeerScene scene = new PeerScene(names);
        Profile.Builder profile = Profile.builder("default");
        double sum = 0;
        for (int s = 0; s < raws.size(); s++) {
            String gauge = "strategy-" + s;
            raws.get(s)
                    .forEach((key, value) -> scene.gauges(
                            gauge,
                            Collections.singletonMap(
                                    names.contains(key) ? key : names.get(Integer.parseInt(key)), value)));
            profile.scorer(
                    PluginRef.type(
                            gauge,
                            "weighted-load",
                            Map.of(
                                    "terms",
                                    List.of(Map.of("gauge", gauge)),
                                    "prefer",
                                    most.get(s) ? "most" : "least",
                                    "missing",
                                    "worst")),
                    weights.get(s));
            sum += weights.get(s);
        }
        Map<String, Double> totals = new LinkedHashMap<>();
        double weightSum = sum;
        PeerScene.totals(scene.evaluate(profile.build())).forEach((name, total) -> totals.put(name, total / weightSum));
        PeerExpectations expectations = new PeerExpectations(one, names);
        expectations.numbers(totals, "final", "scores");
        if (expectations.expectsWinner()) {
            expectations.winner(PeerExpectations.greatest(totals));
        }
    }

    private static String fieldOf(Case given, String strategy) {
        if (strategy.equals("least-request")) {
            return given.either("running", "requests", "leastRequest");
        }
        String camel = Pattern.compile("-([a-z])")
                .matcher(strategy)
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
        return given.either(camel + "Raw", camel, strategy);
    }

    /** What a request of so many characters is expected to take, as the in-flight load producer estimates it. */
    private static void tokenEstimate(Case one) {
        String text = "x".repeat((int) one.object("given").integer("messageChars"));
        DataProducer producer =
                PeerScene.plugin(DataProducer.class, InFlightLoad.PRODUCER, Map.of("addEstimatedOutputTokens", true));
        TestCycle cycle =
                TestCycle.of(TestFleet.of("0"), TestRequests.text(text)).produce(producer);
        long total = cycle.numbers(InFlightLoad.REQUEST_TOKENS).getOrDefault("0", -1L);
        Long output = cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS);
        long generated = output == null ? 0 : output;
        PeerExpectations expectations = new PeerExpectations(one, List.of("0"));
        expectations.numbers(Map.of("0", (double) total - generated), "input");
        expectations.numbers(Map.of("0", (double) generated), "output");
        expectations.numbers(Map.of("0", (double) total), "total");
    }

    private static void hybrid(Case one) {
        Case given = one.object("given");
        PeerScene scene = new PeerScene(List.of("0"));
        scene.inFlight(Map.of("0", given.number("load")));
        PeerDynamoCases.match(scene, "0", Math.round(given.number("matchPercent")), 100);
        new PeerExpectations(one, scene.names())
                .numbers(
                        scene.costs("cache-discounted-load", Map.of("discount", given.number("factor", 0.5))),
                        "score",
                        "scores");
    }

    private static void tokenLoad(Case one) {
        Case given = one.object("given");
        List<?> pairs =
                given.has("cases") ? given.list("cases") : List.of(List.of(given.number("active"), given.number("kv")));
        PeerScene scene = new PeerScene(positions(pairs.size()));
        pairs(scene, pairs, "active", "kv");
        new PeerExpectations(one, scene.names())
                .numbers(
                        scene.costs("weighted-load", Map.of("terms", terms("active", 1, "kv", 0.5))),
                        "results",
                        "result",
                        "score",
                        "scores");
    }

    /** Requests go where there is room, to the least or, packed, to the most used. */
    private static void capped(String policy, Case one) {
        Case given = one.object("given");
        List<?> pairs = given.list("utilConsumption");
        PeerScene scene = new PeerScene(positions(pairs.size()));
        pairs(scene, pairs, "utilization", "consumption");
        List<?> terms = terms("utilization", 1, "consumption", 1);
        Profile profile = Profile.builder("default")
                .filter("weighted-load-filter", Map.of("terms", terms, "atMost", given.number("cap", 1)))
                .scorer(
                        "weighted-load",
                        1,
                        Map.of("terms", terms, "prefer", policy.contains("pack") ? "most" : "least"))
                .build();
        Evaluation evaluation = scene.evaluate(profile);
        Set<String> winners =
                evaluation.decision() == null ? Set.of() : PeerExpectations.greatest(PeerScene.totals(evaluation));
        new PeerExpectations(one, scene.names()).winner(winners);
    }

    private static void observedLatency(Case one) {
        Case given = one.object("given");
        List<String> names = new ArrayList<>();
        Map<String, @Nullable Object> pods = new LinkedHashMap<>();
        String field = given.either("pods", "endpoints", "metrics");
        PeerScene.each(given.raw(field), (name, pod) -> {
            names.add(name);
            pods.put(name, pod);
        });
        PeerScene scene = new PeerScene(names);
        pods.forEach((name, pod) -> {
            if (pod != null) {
                Case known = Case.of(given.path() + "." + field + "." + name, pod);
                gauge(scene, name, "queue-seconds", known, "queue", "queueS", "queueTime", "queue_s");
                gauge(scene, name, "prefill-seconds", known, "prefill", "prefillMean", "prefillS", "prefillTime");
                gauge(scene, name, "decode-seconds", known, "decode", "decodeMean", "decodeS", "decodeTime");
                gauge(scene, name, "prompt-tokens", known, "avgPrompt", "prompt", "promptTokens");
                gauge(scene, name, "output-tokens", known, "avgGen", "gen", "generation", "outputTokens");
                requireAsked(known);
            }
        });
        scene.prompt((int) given.integer(given.either("guessPrompt", "promptGuess"), 0));
        scene.output((int) given.integer(given.either("guessGen", "genGuess", "outputGuess"), -1));
        PeerExpectations expectations = new PeerExpectations(one, names);
        expectations.numbers(scene.costs("observed-latency", Map.of()), "raw", "scores", "score", "latency");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("observed-latency", Map.of()));
        }
    }

    static void requireAsked(Case part) {
        if (!part.unasked().isEmpty()) {
            throw new Mismatch("what is said of " + part.unasked() + " is not known to this runner");
        }
    }

    static void gauge(PeerScene scene, String name, String gauge, Case known, String... fields) {
        Double value = PeerScene.number(known.raw(known.either(fields)));
        scene.metrics(name).gauge(gauge, value == null ? Double.NaN : value);
    }

    private static void throughput(Case one) {
        Case given = one.object("given");
        given.raw("formula"); // In prose; the terms below are what it says.
        PeerScene scene;
        if (given.has("promptGen")) {
            scene = new PeerScene(positions(given.list("promptGen").size()));
            pairs(scene, given.list("promptGen"), "prompt", "generation");
        } else {
            scene = PeerScene.of(given, "avgPrompt");
            scene.gauges("prompt", PeerScene.named(given, "avgPrompt"));
            scene.gauges("generation", PeerScene.named(given, "avgGen"));
        }
        Map<String, ?> parameters = Map.of("terms", terms("prompt", 2, "generation", 1), "missing", "worst");
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scene.costs("weighted-load", parameters), "raw", "scores");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("weighted-load", parameters));
        }
    }

    private static void roundRobin(Case one) {
        Case given = one.object("given");
        new PeerTurns(given).require(one.object("expect"));
    }

    private static void loadAware(Case one) {
        Case given = one.object("given");
        Map<String, @Nullable Double> loads = PeerScene.named(given, given.either("load", "loads", "qps", "running"));
        Map<String, @Nullable Double> matched = PeerScene.named(given, given.either("matched", "match", "matchLength"));
        long prompt = given.integer(given.either("prompt", "promptLength", "promptTokens"));
        PeerScene scene = new PeerScene(loads.keySet()).inFlight(loads);
        matched.forEach((name, blocks) ->
                PeerDynamoCases.match(scene, name, blocks == null ? 0 : Math.round(blocks), (int) prompt));
        Map<String, ?> parameters = Map.of("loadWeight", given.number("beta", 1));
        double mean = loads.values().stream()
                .mapToDouble(load -> load == null ? 0 : load)
                .average()
                .orElse(0);
        Map<String, Double> scores = new LinkedHashMap<>();
        scene.costs("cache-minus-load", parameters)
                .forEach((name, cost) ->
                        scores.put(name, 1 + given.number("beta", 1) * mean / Math.max(1, mean) - cost));
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scores, "scores", "score");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("cache-minus-load", parameters));
        }
    }

    /** What a pod that joined so long ago is charged beside others, of which the least loaded is at {@code warmMin}. */
    private static void ramp(Case one) {
        Case given = one.object("given");
        double ramp = given.number(given.either("ramp", "rampSeconds", "rampS"), 300);
        double age = given.number(given.either("age", "ageSeconds", "ageS"));
        EndpointRamp plugin = PeerScene.plugin(
                EndpointRamp.class,
                "endpoint-ramp",
                Map.of("ramp", ramp, "penaltySeconds", given.number(given.either("warmMin", "warmMinimum"))));
        TestFleet fleet = TestFleet.of("0");
        plugin.joined(0, 1, fleet.endpoint(0));
        TestCycle.of(fleet).now(0).costs(plugin);
        Map<String, Double> costs =
                TestCycle.of(fleet).now(Math.round(age * 1e9)).costsById(plugin);
        new PeerExpectations(one, List.of("0")).numbers(costs, "penalty", "score");
    }

    private static void topK(Case one) {
        Case given = one.object("given");
        Map<String, @Nullable Double> running = PeerScene.named(given, given.either("running", "requests", "counts"));
        PeerScene scene = new PeerScene(running.keySet()).inFlight(running);
        Map<String, Double> totals = new LinkedHashMap<>();
        scene.costs("weighted-load", Map.of("terms", List.of(Map.of("signal", "in-flight-requests"))))
                .forEach((name, cost) -> totals.put(name, -cost));
        Map<String, ?> parameters =
                Map.of("k", given.integer("k", 5), "within", given.number(given.either("eps", "epsilon"), 4));
        new PeerExpectations(one, scene.names()).choice(scene.picked("top-k-picker", parameters, totals));
    }

    private static void leastRequest(Case one) {
        Case given = one.object("given");
        Map<String, @Nullable Double> running = PeerScene.named(given, given.either("running", "requests", "counts"));
        PeerScene scene = new PeerScene(running.keySet()).inFlight(running);
        new PeerExpectations(one, scene.names()).winner(scene.best("active-request-scorer", Map.of()));
    }

    /** The least of whatever gauges are given, added up. */
    private static void leastGauge(Case one) {
        Case given = one.object("given");
        List<String> fields = List.copyOf(given.names());
        PeerScene scene = PeerScene.of(given, fields.get(0));
        List<Map<String, ?>> terms = new ArrayList<>();
        for (String field : fields) {
            scene.gauges(field, PeerScene.named(given, field));
            terms.add(Map.of("gauge", field));
        }
        new PeerExpectations(one, scene.names())
                .winner(scene.cheapest("weighted-load", Map.of("terms", terms, "missing", "worst")));
    }

    static List<String> positions(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(Integer.toString(i));
        }
        return names;
    }

    static void pairs(PeerScene scene, List<?> pairs, String first, String second) {
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i) instanceof List<?> pair) {
                String name = Integer.toString(i);
                scene.metrics(name).gauge(first, Case.number(name, pair.get(0)));
                scene.metrics(name).gauge(second, Case.number(name, pair.get(1)));
            }
        }
    }

    private static List<Map<String, ?>> terms(String first, double weight, String second, double otherWeight) {
        return List.of(Map.of("gauge", first, "weight", weight), Map.of("gauge", second, "weight", otherWeight));
    }
}
