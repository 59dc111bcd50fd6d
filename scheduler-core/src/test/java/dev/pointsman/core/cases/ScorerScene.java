// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.scorer.attribute.MmEmbeddingsCacheScorer;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a case of a scorer begins with: endpoints with metrics, labels and produced data, and a request. There is one cycle,
 * unless endpoints disagree on how many blocks the prompt has; llm-d keeps that number by endpoint, so then each has a cycle of
 * its own.
 */
final class ScorerScene {
    private static final long NOW = Duration.ofHours(1).toNanos();
    private static final Map<String, String> TOPOLOGY_LABELS = Map.of(
            "host", "kubernetes.io/hostname",
            "rack", "topology.kubernetes.io/rack",
            "zone", "topology.kubernetes.io/zone",
            "region", "topology.kubernetes.io/region");
    private static final Map<String, String> GAUGES = Map.of(
            "poolQueueSize", "llm_d_epp_average_queue_size",
            "poolKvUtilization", "llm_d_epp_average_kv_cache_utilization");

    private final Case params;
    private final Case request;
    private final List<Case> endpoints;
    private final Map<String, String> ids = new LinkedHashMap<>();
    private final List<TestCycle> cycles = new ArrayList<>();
    private final Map<TestCycle, List<Case>> endpointsOf = new HashMap<>();

    /** As how many blocks the prompt counts, or 0 for those that each endpoint says. */
    private long totalBlocks;

    private ScorerScene(Case one) {
        params = one.object("params");
        params.names(); // The factory refuses those that it does not know.
        request = one.object("request");
        endpoints = one.objects("endpoints");
        for (Case endpoint : endpoints) {
            String name = endpoint.text("name");
            // As a host would name endpoints whose tokens are to be llm-d's.
            ids.put(name, endpoint.has("namespace") ? endpoint.text("namespace") + "/" + name : name);
        }
    }

    static ScorerScene of(Case one) {
        ScorerScene scene = new ScorerScene(one);
        TestFleet fleet = scene.fleet(one.object("state").list("lruOldestFirst"));
        // A match's share and its length in tokens are of one endpoint; other scorers compare candidates with each
        // other.
        if (!one.text("plugin", "").endsWith("prefix-cache-scorer")) {
            scene.totalBlocks = commonTotal(scene.endpoints);
            scene.cycles.add(scene.cycle(fleet, scene.endpoints));
            return scene;
        }
        Map<PrefixMatch, List<Case>> byPrompt = new LinkedHashMap<>();
        List<Case> without = new ArrayList<>();
        for (Case endpoint : scene.endpoints) {
            Case match = endpoint.object("attributes").object("prefixMatch");
            if (match.has("totalBlocks")) {
                byPrompt.computeIfAbsent(prompt(match), absent -> new ArrayList<>())
                        .add(endpoint);
            } else {
                without.add(endpoint);
            }
        }
        if (byPrompt.size() <= 1) {
            byPrompt.values().forEach(without::addAll);
            scene.cycles.add(scene.cycle(fleet, scene.endpoints));
        } else {
            byPrompt.values().forEach(some -> scene.cycles.add(scene.cycle(fleet, some)));
            if (!without.isEmpty()) {
                scene.cycles.add(scene.cycle(fleet, without));
            }
        }
        return scene;
    }

    List<TestCycle> cycles() {
        return cycles;
    }

    String id(String name) {
        return ids.getOrDefault(name, name);
    }

    /** Returns the ids of the candidates of a cycle, in the case's order. */
    String[] candidates(TestCycle cycle) {
        return endpointsOf.getOrDefault(cycle, endpoints).stream()
                .map(endpoint -> id(endpoint.text("name")))
                .toArray(String[]::new);
    }

    private TestFleet fleet(List<?> others) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : endpoints) {
            String id = id(endpoint.text("name"));
            Endpoint.Builder built = Endpoint.builder(id, endpoint.text("name") + ".test:8000");
            Case labels = endpoint.object("labels");
            labels.names().forEach(key -> built.label(key, labels.text(key)));
            Case attributes = endpoint.object("attributes");
            topology(attributes.object("topology"), built);
            fleet.endpoint(built.build(), metrics(endpoint.object("metrics"), attributes));
        }
        others.stream()
                .map(String::valueOf)
                .filter(name -> !ids.containsKey(name))
                .forEach(fleet::endpoint);
        return fleet.build();
    }

    private static void topology(Case topology, Endpoint.Builder endpoint) {
        for (String tier : topology.names()) {
            String label = TOPOLOGY_LABELS.get(tier.toLowerCase(Locale.ROOT));
            if (label == null) {
                throw new Mismatch("topology." + tier + ": is no tier");
            }
            endpoint.label(label, topology.text(tier));
        }
    }

    private static EndpointMetrics metrics(Case metrics, Case attributes) {
        long age = Duration.ofMillis(metrics.integer("ageMs", 0)).toNanos();
        EndpointMetrics.Builder built = EndpointMetrics.builder(NOW - age);
        if (metrics.has("waitingQueue")) {
            built.waitingRequests((int) metrics.integer("waitingQueue"));
        }
        if (metrics.has("runningRequests")) {
            built.runningRequests((int) metrics.integer("runningRequests"));
        }
        if (metrics.has("kvCacheUsage")) {
            built.kvUsage(metrics.number("kvCacheUsage"));
        }
        if (metrics.has("cacheBlockSize")) {
            built.kvBlockSize((int) metrics.integer("cacheBlockSize"));
        }
        if (metrics.has("cacheNumBlocks")) {
            built.kvBlockCount(metrics.integer("cacheNumBlocks"));
        }
        if (metrics.hasAny("activeModels", "waitingModels", "maxActiveModels")) {
            built.lora(new LoraState(
                    Set.copyOf(metrics.object("activeModels").names()),
                    Set.copyOf(metrics.object("waitingModels").names()),
                    (int) metrics.integer("maxActiveModels", 0)));
        }
        Case scalars = attributes.object("scalar");
        scalars.names().forEach(name -> built.gauge(name, scalars.number(name)));
        GAUGES.forEach((attribute, gauge) -> {
            if (attributes.raw(attribute) != null) {
                built.gauge(gauge, attributes.number(attribute));
            }
        });
        return built.build();
    }

    private TestCycle cycle(TestFleet fleet, List<Case> some) {
        TestCycle cycle = TestCycle.of(fleet, requestOf(null)).now(NOW);
        endpointsOf.put(cycle, some);
        if (request.has("peer")) {
            Endpoint.Builder peer = Endpoint.builder("the earlier stage's", "peer.test:8000");
            topology(request.object("peer").object("topology"), peer);
            cycle.with(Peer.ENDPOINT, peer.build());
        }
        if (request.flag("cold", false)) {
            cold(cycle);
        }
        some.forEach(endpoint -> produce(endpoint.object("attributes"), id(endpoint.text("name")), cycle));
        return cycle;
    }

    /** Makes a request one of which no endpoint holds anything. */
    void cold(TestCycle cycle) {
        String producer = ScorerCases.prefixProducer(params);
        cycle.with(PrefixMatch.of(producer), new PrefixMatch(10, 16));
        ((TestFleet) cycle.fleet()).ids().forEach(id -> cycle.with(PrefixMatch.matchedBlocks(producer), id, 0));
    }

    /** Makes the case's request, or one with the headers of the same names that each say one thing. */
    InferenceRequest requestOf(@Nullable String saying) {
        Map<String, String> headers = new LinkedHashMap<>();
        Case given = request.object("headers");
        for (String name : given.names()) {
            headers.put(name.toLowerCase(Locale.ROOT), saying == null ? given.text(name) : saying);
        }
        String model = request.text(request.either("targetModel", "model"), "model");
        int tokens = (int) request.integer(request.either("tokenCount", "promptTokens", "inputTokens"), 0);
        return InferenceRequest.builder(request.text("id", "request"), model == null ? "model" : model)
                .prompt(Prompt.blocks(new long[0], 16, tokens))
                .headers(HeaderLookup.of(headers))
                .build();
    }

    private void produce(Case attributes, String id, TestCycle cycle) {
        Case inFlight = attributes.object("inFlight");
        if (inFlight.has("requests")) {
            cycle.with(InFlightLoad.REQUESTS, id, inFlight.integer("requests"));
        }
        if (inFlight.has("tokens")) {
            cycle.with(InFlightLoad.TOKENS, id, inFlight.integer("tokens"));
        }
        if (attributes.has("uncachedRequestTokens")) {
            cycle.with(InFlightLoad.REQUEST_TOKENS, id, attributes.integer("uncachedRequestTokens"));
        }
        prefixMatch(attributes.object("prefixMatch"), id, cycle);
        latency(attributes.object("latency"), id, cycle);
        for (String name :
                List.of("mmMatch", "mmEmbeddings", "mmEmbeddingsCache", "encoderCache", "encoderCacheMatch")) {
            mmEmbeddings(attributes.object(name), id, cycle);
        }
    }

    private void prefixMatch(Case match, String id, TestCycle cycle) {
        prefixMatch(match, totalBlocks, ScorerCases.prefixProducer(params), id, cycle);
    }

    /**
     * Says what an endpoint has cached, as a prefix producer would.
     *
     * @param total as how many blocks the prompt counts, a multiple of what the endpoint says; 0 for that itself
     */
    static void prefixMatch(Case match, long total, String producer, String id, TestCycle cycle) {
        if (!match.has("totalBlocks")) {
            return;
        }
        PrefixMatch own = prompt(match);
        long times = total == 0 || own.totalBlocks() == 0 ? 1 : total / own.totalBlocks();
        cycle.with(
                PrefixMatch.of(producer),
                times == 1 && total == 0 ? own : new PrefixMatch((int) total, own.blockSize()));
        double matched = match.number("matchBlocks", 0);
        match.raw("cachedBlocksByTier"); // What is read of them is in the sums.
        cycle.with(PrefixMatch.matchedBlocks(producer), id, times * match.integer("cachedBlocks", (long) matched));
        if (match.has("cachedBlocks") || matched != Math.rint(matched)) {
            cycle.with(PrefixMatch.weightedBlocks(producer), id, times * Math.floor(matched));
        }
    }

    /** Returns the least number of blocks of which what each endpoint says is a share; llm-d keeps the number by endpoint. */
    static long commonTotal(List<Case> endpoints) {
        long common = 0;
        for (Case endpoint : endpoints) {
            Case match = endpoint.object("attributes").object("prefixMatch");
            long total = match.has("totalBlocks") ? match.integer("totalBlocks") : 0;
            if (total > 0) {
                common = common == 0
                        ? total
                        : common
                                / BigInteger.valueOf(common)
                                        .gcd(BigInteger.valueOf(total))
                                        .longValue()
                                * total;
            }
        }
        return common;
    }

    private static PrefixMatch prompt(Case match) {
        return new PrefixMatch((int) match.integer("totalBlocks"), (int) match.integer("blockSizeTokens", 16));
    }

    private void latency(Case latency, String id, TestCycle cycle) {
        if (latency.has("dispatched")) {
            cycle.with(InFlightLoad.REQUESTS, id, latency.integer("dispatched"));
        }
        String named = params.text("latencyPredictionInfoProducerName", "");
        latency(latency, named == null || named.isEmpty() ? PredictedLatency.PRODUCER : named, id, cycle);
    }

    /** Says what is predicted of an endpoint; a prediction is one whole in llm-d, in which what is not stated is 0. */
    static void latency(Case latency, String producer, String id, TestCycle cycle) {
        PredictedLatency keys = PredictedLatency.of(producer);
        if (latency.hasAny("ttft", "tpot")) {
            cycle.with(keys.ttft(), id, nanos(latency.number("ttft", 0)))
                    .with(keys.tpot(), id, nanos(latency.number("tpot", 0)));
        }
        if (latency.hasAny("ttftHeadroom", "tpotHeadroom")) {
            headroom(latency, "ttft", keys.ttftHeadroom(), id, cycle);
            headroom(latency, "tpot", keys.tpotHeadroom(), id, cycle);
        }
    }

    private static void headroom(Case latency, String which, LongColumnKey key, String id, TestCycle cycle) {
        double millis = latency.number(which + "Headroom", 0);
        cycle.with(key, id, nanos(millis));
        if (latency.has(which + "Valid")) {
            Mismatch.require(which + "Valid", latency.flag(which + "Valid", false), millis >= 0);
        }
    }

    private static long nanos(double millis) {
        return Math.round(millis * 1e6);
    }

    /** An endpoint's matched items and the request's, each a number, a list of sizes, or a list of items that have one. */
    private void mmEmbeddings(Case match, String id, TestCycle cycle) {
        String matched = match.either("matchedItems", "matched", "matchedSize", "matchedWeight");
        String all = match.either("requestItems", "total", "requestSize", "totalSize", "totalWeight", "requested");
        if (match.has(matched) || match.has(all)) {
            String producer = params.text("producerName", MmEmbeddingsCacheScorer.DEFAULT_PRODUCER);
            double total = sizes(match, all);
            cycle.with(
                    MmEmbeddingsCacheScorer.matchedShare(
                            producer == null ? MmEmbeddingsCacheScorer.DEFAULT_PRODUCER : producer),
                    id,
                    total > 0 ? sizes(match, matched) / total : 0);
        }
    }

    private static double sizes(Case match, String name) {
        double sum = 0;
        for (Object item : match.list(name)) {
            sum += item instanceof Map<?, ?> fields
                    ? Case.number(name, fields.get("size"))
                    : item instanceof String ? 1 : Case.number(name, item);
        }
        return sum;
    }
}
