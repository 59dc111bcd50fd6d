// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.core.profile.Profile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cases of BLIS's scorers by load, of their weighted sum, and of its least loaded. */
final class PeerBlisCases {
    private static final List<Map<String, ?>> ALL_REQUESTS = List.of(
            Map.of("signal", "waiting-requests"),
            Map.of("signal", "running-requests"),
            Map.of("signal", "in-flight-requests"));

    void run(String policy, Case one) {
        Case given = one.object("given");
        if (policy.contains("least-loaded")) {
            byLoad(one, given, "least");
        } else if (policy.contains("busiest")) {
            byLoad(one, given, "most");
        } else if (policy.contains("weight") && !policy.contains("vllm-dp")) {
            weighted(one, given);
        } else if (policy.contains("load-balance")) {
            throw new Skipped("1/(1+load) flattens out as load grows; token-load and load-aware scores are on a scale");
        } else {
            scores(policy, one, given);
        }
    }

    private static void byLoad(Case one, Case given, String prefer) {
        PeerScene scene;
        if (given.has("queueBatch")) {
            List<?> pairs = given.list("queueBatch");
            scene = new PeerScene(PeerLoadCases.positions(pairs.size()));
            each(
                    pairs,
                    (name, waiting, running) ->
                            scene.metrics(name).waitingRequests(waiting).runningRequests(running));
        } else {
            scene = PeerScene.of(given, given.either("queue", "batch", "inflight"));
            requests(scene, PeerScene.named(given, "queue"), PeerScene.named(given, "batch"));
        }
        scene.inFlight(PeerScene.named(given, given.either("inflight", "inFlight")));
        Map<String, Object> parameters = Map.of("terms", ALL_REQUESTS, "prefer", prefer);
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scene.costs("weighted-load", Map.of("terms", ALL_REQUESTS)), "loads", "load");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("weighted-load", parameters));
        }
    }

    private static void requests(
            PeerScene scene, Map<String, @Nullable Double> queue, Map<String, @Nullable Double> batch) {
        for (String name : scene.names()) {
            Double waiting = queue.get(name);
            Double running = batch.get(name);
            scene.metrics(name).waitingRequests(waiting == null ? 0 : waiting.intValue());
            scene.metrics(name).runningRequests(running == null ? 0 : running.intValue());
        }
    }

    /** Runs a profile of BLIS's names for each set of weights. */
    private static void weighted(Case one, Case given) {
        PeerScene scene = PeerScene.of(given, given.either("queue", "kv", "batch"));
        requests(scene, PeerScene.named(given, "queue"), PeerScene.named(given, "batch"));
        PeerScene.named(given, "kv").forEach((name, used) -> {
            if (used != null) {
                scene.metrics(name).kvUsage(used);
            }
        });
        List<String> scorers =
                given.list("scorers").stream().map(String::valueOf).toList();
        if (scorers.isEmpty()) {
            scorers = List.of("queue-depth", "kv-utilization", "load-balance");
        }
        List<?> weights = given.list("weights");
        List<?> sets = !weights.isEmpty() && weights.get(0) instanceof List<?> ? weights : List.of(weights);
        List<Set<String>> winners = new ArrayList<>();
        for (Object set : sets) {
            Profile.Builder profile = Profile.builder("default");
            if (set instanceof List<?> numbers) {
                for (int i = 0; i < numbers.size(); i++) {
                    add(profile, scorers.get(i), Case.number("weights", numbers.get(i)));
                }
            }
            winners.add(PeerExpectations.greatest(PeerScene.totals(scene.evaluate(profile.build()))));
        }
        Case expect = one.object("expect");
        if (expect.has("sameWinner")) {
            Mismatch.require(
                    "sameWinner",
                    expect.flag("sameWinner", true),
                    Set.copyOf(winners).size() == 1);
        }
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        if (expectations.expectsWinner()) {
            expectations.winner(winners.get(0));
        }
    }

    private static void add(Profile.Builder profile, String scorer, double weight) {
        switch (scorer) {
            case "queue-depth" -> profile.scorer("queue-scorer", weight);
            case "kv-utilization" -> profile.scorer("kv-cache-utilization-scorer", weight);
            case "running", "running-requests" -> profile.scorer("running-requests-size-scorer", weight);
            case "active", "active-requests" -> profile.scorer("active-request-scorer", weight);
            case "load-aware" -> profile.scorer("load-aware-scorer", weight);
            case "load-balance" -> profile.scorer("weighted-load", weight);
            default -> throw new Mismatch("scorer " + scorer + ": is not known to this runner");
        }
    }

    private static void scores(String policy, Case one, Case given) {
        PeerScene scene;
        String type;
        Map<String, Object> parameters = new LinkedHashMap<>();
        String field = given.either("input", "queue", "kv", "running", "active");
        if (policy.contains("vllm-dp")) {
            List<?> pairs = given.list(field);
            scene = new PeerScene(PeerLoadCases.positions(pairs.size()));
            each(
                    pairs,
                    (name, waiting, running) ->
                            scene.metrics(name).waitingRequests(waiting).runningRequests(running));
            type = "weighted-load";
            parameters.put(
                    "terms",
                    List.of(Map.of("signal", "waiting-requests", "weight", 4), Map.of("signal", "running-requests")));
        } else {
            Map<String, @Nullable Double> input = PeerScene.named(given, field);
            scene = new PeerScene(input.keySet());
            type = scorer(policy);
            input.forEach((name, value) -> {
                if (value == null) {
                    return;
                }
                switch (type) {
                    case "kv-cache-utilization-scorer" -> scene.metrics(name).kvUsage(value);
                    case "running-requests-size-scorer" -> scene.metrics(name).runningRequests(value.intValue());
                    case "active-request-scorer" ->
                        scene.with(cycle -> cycle.with(InFlightLoad.REQUESTS, name, value.longValue()));
                    default -> scene.metrics(name).waitingRequests(value.intValue());
                }
            });
        }
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scene.scores(type, parameters), "scores", "score");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.best(type, parameters));
        }
    }

    private static String scorer(String policy) {
        if (policy.startsWith("queue")) {
            return "queue-scorer";
        }
        if (policy.startsWith("kv")) {
            return "kv-cache-utilization-scorer";
        }
        if (policy.startsWith("load-aware")) {
            return "load-aware-scorer";
        }
        if (policy.startsWith("running")) {
            return "running-requests-size-scorer";
        }
        if (policy.startsWith("active")) {
            return "active-request-scorer";
        }
        throw new Mismatch("policy " + policy + ": is not known to this runner");
    }

    private interface Requests {
        void take(String name, int waiting, int running);
    }

    private static void each(List<?> pairs, Requests requests) {
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i) instanceof List<?> pair) {
                String name = Integer.toString(i);
                requests.take(name, (int) Case.integer(name, pair.get(0)), (int) Case.integer(name, pair.get(1)));
            }
        }
    }
}
