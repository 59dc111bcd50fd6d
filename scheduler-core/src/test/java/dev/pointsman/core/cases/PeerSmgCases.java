// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cases of the SGLang gateway's least load by drain time, and of power of two choices. */
final class PeerSmgCases {
    private PeerSmgCases() {}

    static void drainTime(Case one) {
        Case given = one.object("given");
        if (given.raw("snapshots") instanceof List<?> snapshots) {
            drainTime(one, given, snapshots);
            return;
        }
        String first = given.either("queuedTokens", "queued", "inflight", "inFlight", "loads", "tokPerSec", "kv");
        PeerScene scene = PeerScene.of(given, first);
        scene.inFlight(PeerScene.named(given, given.either("inflight", "inFlight", "loads")));
        scene.gauges("queued", PeerScene.named(given, given.either("queuedTokens", "queued")));
        scene.gauges("speed", PeerScene.named(given, given.either("tokPerSec", "throughput", "rate")));
        PeerScene.named(given, given.either("kv", "kvUsage")).forEach((name, used) -> {
            if (used != null) {
                scene.metrics(name).kvUsage(used);
            }
        });
        requireDrainTime(one, given, scene);
    }

    /** What each engine reported last, or null of one that is dark. */
    private static void drainTime(Case one, Case given, List<?> snapshots) {
        PeerScene scene = new PeerScene(PeerLoadCases.positions(snapshots.size()));
        scene.inFlight(PeerScene.named(given, given.either("inflight", "inFlight", "loads")));
        for (int i = 0; i < snapshots.size(); i++) {
            if (snapshots.get(i) != null) {
                String name = Integer.toString(i);
                Case known = Case.of(given.path() + ".snapshots[" + i + "]", snapshots.get(i));
                PeerLoadCases.gauge(scene, name, "queued", known, "queuedTokens", "queued");
                PeerLoadCases.gauge(scene, name, "speed", known, "tokPerSec", "throughput", "rate");
                Double used = PeerScene.number(known.raw(known.either("kv", "kvUsage")));
                if (used != null) {
                    scene.metrics(name).kvUsage(used);
                }
                PeerLoadCases.requireAsked(known);
            }
        }
        requireDrainTime(one, given, scene);
    }

    private static void requireDrainTime(Case one, Case given, PeerScene scene) {
        Map<String, Object> parameters = Map.of(
                "queuedTokensGauge", "queued",
                "speedGauge", "speed",
                "kvWeight", given.number("kvWeight", 0.15),
                "tokensPerSecond", given.number("defaultTokPerSec", 2000),
                "tokensPerRequest", given.number("meanPrefill", 1024));
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scene.costs("least-work", parameters), "seconds", "scores", "costs");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("least-work", parameters));
        }
    }

    static void powerOfTwo(Case one) {
        Case given = one.object("given");
        PeerScene scene;
        if (given.hasAny("running", "counts", "requests")) {
            Map<String, @Nullable Double> counts =
                    PeerScene.named(given, given.either("running", "counts", "requests"));
            scene = new PeerScene(counts.keySet()).inFlight(counts);
        } else {
            List<String> names = List.copyOf(given.names());
            scene = new PeerScene(names);
            Map<String, @Nullable Double> requests = new LinkedHashMap<>();
            for (String name : names) {
                Case worker = given.object(name);
                Double usage = PeerScene.number(worker.raw(worker.either("usage", "kv", "kvUsage")));
                if (usage != null) {
                    scene.metrics(name).kvUsage(usage);
                }
                requests.put(name, PeerScene.number(worker.raw(worker.either("reqs", "requests", "load"))));
            }
            scene.inFlight(requests);
        }
        Map<String, Double> scores = scene.scores("kv-usage-or-requests-scorer", Map.of());
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.winner(scene.picked("power-of-two-picker", Map.of(), scores));
    }
}
