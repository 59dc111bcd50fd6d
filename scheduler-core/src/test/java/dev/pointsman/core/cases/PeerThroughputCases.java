// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Cases of load divided by speed: one pod, pods by name, or lists by position. */
final class PeerThroughputCases {
    private static final List<String> FIELDS =
            List.of("running", "queued", "waiting", "tokPerSec", "rate", "kvFree", "kvUsed");

    void run(Case one) {
        Case given = one.object("given");
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("speedGauge", "speed");
        optional(given, "queuedWeight", "lam").ifPresent(value -> parameters.put("queuedWeight", value));
        optional(given, "kvPenalty", "alpha").ifPresent(value -> parameters.put("kvPenalty", value));
        Map<String, Map<String, @Nullable Double>> pods = pods(given);
        PeerScene scene = new PeerScene(pods.keySet());
        pods.forEach((name, pod) -> describe(scene, name, pod));
        List<String> names = scene.names();
        if (names.size() == 1) {
            // Beside another one, so that a pod alone is not the least full of all.
            PeerScene pair = new PeerScene(List.of(names.get(0), "idle"));
            describe(pair, names.get(0), pods.values().iterator().next());
            pair.metrics("idle").runningRequests(0).gauge("speed", 1);
            new PeerExpectations(one, names)
                    .numbers(pair.costs("throughput-normalized-load", parameters), "score", "scores");
            return;
        }
        PeerExpectations expectations = new PeerExpectations(one, names);
        expectations.numbers(scene.costs("throughput-normalized-load", parameters), "scores", "score");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("throughput-normalized-load", parameters));
        }
    }

    private static Optional<Double> optional(Case given, String... names) {
        return Optional.ofNullable(PeerScene.number(given.raw(given.either(names))));
    }

    private static Map<String, Map<String, @Nullable Double>> pods(Case given) {
        String nested = given.either("pods", "endpoints");
        if (given.raw(nested) instanceof Map<?, ?>) {
            return pods(given.object(nested));
        }
        Map<String, Map<String, @Nullable Double>> pods = new LinkedHashMap<>();
        if (FIELDS.stream().anyMatch(given::has)) {
            for (String field : FIELDS) {
                PeerScene.named(given, field)
                        .forEach((name, value) -> pods.computeIfAbsent(name, absent -> new LinkedHashMap<>())
                                .put(field, value));
            }
            return pods;
        }
        for (String name : List.copyOf(given.names())) {
            if (given.raw(name) instanceof Map<?, ?>) {
                Case pod = given.object(name);
                Map<String, @Nullable Double> its = new LinkedHashMap<>();
                FIELDS.forEach(field -> its.put(field, PeerScene.number(pod.raw(field))));
                pods.put(name, its);
            }
        }
        return pods;
    }

    private static void describe(PeerScene scene, String name, Map<String, @Nullable Double> pod) {
        Double running = pod.get("running");
        Double queued = pod.get("queued") != null ? pod.get("queued") : pod.get("waiting");
        Double speed = pod.get("tokPerSec") != null ? pod.get("tokPerSec") : pod.get("rate");
        Double free = pod.get("kvFree");
        Double used = pod.get("kvUsed");
        scene.metrics(name).runningRequests(running == null ? 0 : running.intValue());
        if (queued != null) {
            scene.metrics(name).waitingRequests(queued.intValue());
        }
        if (speed != null) {
            scene.metrics(name).gauge("speed", speed);
        }
        if (free != null || used != null) {
            scene.metrics(name).kvUsage(used != null ? used : free == null ? 0 : 1 - free);
        }
    }
}
