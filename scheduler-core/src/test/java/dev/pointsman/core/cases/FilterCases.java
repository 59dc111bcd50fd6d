// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.scorer.Dispatched;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cases of filters: endpoints and a request go in, and the names of those that are kept must come out. The order of what is kept
 * is not compared, because the order of candidates means nothing here.
 */
final class FilterCases implements CaseGroup {
    private static final Set<String> LATER = Set.of("utilization-detector", "concurrency-detector");
    private static final long NOW = Duration.ofHours(1).toNanos();
    private static final Map<String, String> TOPOLOGY_LABELS = Map.of(
            "host", "kubernetes.io/hostname",
            "rack", "topology.kubernetes.io/rack",
            "zone", "topology.kubernetes.io/zone",
            "region", "topology.kubernetes.io/region");

    @Override
    public boolean takes(Case one) {
        return one.text("kind", "").equals("filter");
    }

    @Override
    public void run(Case one) {
        String type = one.text("plugin");
        if (LATER.contains(type)) {
            throw new Skipped("saturation detectors belong to flow control, which is not here yet");
        }
        Case params = one.object("params");
        Plugin plugin = plugin(type, params);
        if (!(plugin instanceof Filter filter)) {
            throw new Mismatch(type + ": is no filter but " + plugin.getClass());
        }
        Map<String, String> ids = ids(one);
        TestFleet fleet = fleet(one, ids);
        Case request = one.object("request");
        TestCycle cycle =
                TestCycle.of(fleet, request(request, headers(request))).now(NOW);
        produce(one, params, ids, cycle);
        readAttributes(request, plugin, cycle);
        bind(one.object("state"), request, plugin, ids, cycle);

        List<String> kept = cycle.filter(filter);

        Case expected = one.object("expected");
        Mismatch.require(
                "kept",
                sorted(expected.list("kept"), ids),
                kept.stream().sorted().toList());
        if (expected.has("responseHeaders")) {
            Map<String, String> headers = new LinkedHashMap<>();
            ((ResponseDecorator) plugin).decorate(Dispatched.to(cycle, kept.get(0)), headers);
            Mismatch.require("responseHeaders", expected.map("responseHeaders"), headers);
        }
    }

    private static List<String> sorted(List<?> names, Map<String, String> ids) {
        return names.stream()
                .map(name -> id(String.valueOf(name), ids))
                .sorted()
                .toList();
    }

    private static Plugin plugin(String type, Case params) {
        PluginFactory factory = BuiltInPlugins.factories(Semantics.LLM_D).stream()
                .filter(one -> one.type().equals(type) || one.aliases().contains(type))
                .findFirst()
                .orElseThrow(() -> new Mismatch("plugin " + type + ": there is no such type"));
        Map<String, Object> given = new LinkedHashMap<>();
        for (String name : params.names()) {
            Object value = params.raw(name);
            if (value != null) {
                given.put(name, value);
            }
        }
        Parameters parameters = Parameters.of("params", given);
        ParameterSpec.checkNames(parameters, factory.parameters());
        return factory.create(type, parameters);
    }

    /** Names endpoints as a host would whose tokens are to be llm-d's: by namespace and name. */
    private static Map<String, String> ids(Case one) {
        Map<String, String> ids = new LinkedHashMap<>();
        for (Case endpoint : one.objects("endpoints")) {
            String name = endpoint.text("name");
            ids.put(name, endpoint.has("namespace") ? endpoint.text("namespace") + "/" + name : name);
        }
        return ids;
    }

    private static String id(String name, Map<String, String> ids) {
        return ids.getOrDefault(name, name);
    }

    private static TestFleet fleet(Case one, Map<String, String> ids) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : one.objects("endpoints")) {
            String name = endpoint.text("name");
            Endpoint.Builder built = Endpoint.builder(id(name, ids), address(endpoint, name));
            Case labels = endpoint.object("labels");
            labels.names().forEach(key -> built.label(key, labels.text(key)));
            Case attributes = endpoint.object("attributes");
            topology(attributes.object("topology"), built);
            fleet.endpoint(built.build(), metrics(endpoint.object("metrics"), attributes.object("scalar")));
        }
        return fleet.build();
    }

    private static String address(Case endpoint, String name) {
        String address = endpoint.text("address", name + ".test");
        return endpoint.has("port") ? address + ":" + endpoint.text("port") : address;
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

    private static EndpointMetrics metrics(Case metrics, Case scalars) {
        long age = Duration.ofMillis(metrics.integer("ageMs", 0)).toNanos();
        EndpointMetrics.Builder built = EndpointMetrics.builder(NOW - age);
        String waiting = metrics.either("waitingQueue", "waitingQueueSize", "waitingRequests");
        if (metrics.has(waiting)) {
            built.waitingRequests((int) metrics.integer(waiting));
        }
        String running = metrics.either("runningRequests", "runningRequestsSize");
        if (metrics.has(running)) {
            built.runningRequests((int) metrics.integer(running));
        }
        String kv = metrics.either("kvCacheUsage", "kvCacheUsagePercent", "kvUsage");
        if (metrics.has(kv)) {
            built.kvUsage(metrics.number(kv));
        }
        scalars.names().forEach(name -> built.gauge(name, scalars.number(name)));
        return built.build();
    }

    private static Map<String, String> headers(Case request) {
        Map<String, String> headers = new HashMap<>();
        Case given = request.object("headers");
        given.names().forEach(name -> headers.put(name.toLowerCase(Locale.ROOT), given.text(name)));
        return headers;
    }

    private static InferenceRequest request(Case request, Map<String, String> headers) {
        int tokens = (int) request.integer(request.either("tokenCount", "promptTokens"), 0);
        return TestRequests.builder()
                .tokens(IntStream.range(0, tokens).toArray())
                .headers(HeaderLookup.of(headers))
                .priority((int) request.integer("priority", 0))
                .build();
    }

    private static void produce(Case one, Case params, Map<String, String> ids, TestCycle cycle) {
        Case peer = one.object("request").object("peer");
        if (one.object("request").has("peer")) {
            Endpoint.Builder built = Endpoint.builder("the earlier stage's", "peer.test");
            topology(peer.object("topology"), built);
            cycle.with(Peer.ENDPOINT, built.build());
        }
        long totalBlocks = ScorerScene.commonTotal(one.objects("endpoints"));
        for (Case endpoint : one.objects("endpoints")) {
            String id = id(endpoint.text("name"), ids);
            Case attributes = endpoint.object("attributes");
            inFlight(attributes.object("inFlight"), id, cycle);
            latency(attributes.object("latency"), params, id, cycle);
            if (attributes.has("prefixMatch")) {
                prefixMatch(attributes.object("prefixMatch"), totalBlocks, params, id, cycle);
            }
        }
    }

    private static void inFlight(Case load, String id, TestCycle cycle) {
        if (load.has("requests")) {
            cycle.with(InFlightLoad.REQUESTS, id, load.integer("requests"));
        }
        if (load.has("tokens")) {
            cycle.with(InFlightLoad.TOKENS, id, load.integer("tokens"));
        }
    }

    private static void latency(Case latency, Case params, String id, TestCycle cycle) {
        ScorerScene.latency(
                latency,
                nonEmpty(params.text("latencyPredictionInfoProducerName", ""), PredictedLatency.PRODUCER),
                id,
                cycle);
    }

    private static void prefixMatch(Case match, long totalBlocks, Case params, String id, TestCycle cycle) {
        ScorerScene.prefixMatch(
                match,
                totalBlocks,
                nonEmpty(params.text("prefixMatchInfoProducerName", ""), PrefixMatch.DEFAULT_PRODUCER),
                id,
                cycle);
    }

    private static String nonEmpty(@Nullable String name, String otherwise) {
        return name == null || name.isEmpty() ? otherwise : name;
    }

    /** Gives the plugin those attributes of the request that it says it reads. */
    static void readAttributes(Case request, Plugin plugin, TestCycle cycle) {
        Case attributes = request.object("attributes");
        for (DataKey key : plugin.consumesIfPresent()) {
            String name = spelling(key.name());
            for (String given : attributes.names()) {
                if (spelling(given).equals(name) && key instanceof AttributeKey<?> attribute) {
                    put(cycle, attribute, attributes.text(given));
                }
            }
        }
    }

    private static String spelling(String name) {
        return name.replaceAll("[-_.]", "").toLowerCase(Locale.ROOT);
    }

    private static <T> void put(TestCycle cycle, AttributeKey<T> key, String value) {
        cycle.with(key, key.type().cast(value));
    }

    /** Dispatches a request of each bound session to its endpoint, as it happened before the case begins. */
    private static void bind(Case state, Case request, Plugin plugin, Map<String, String> ids, TestCycle cycle) {
        Case bindings = state.object("bindings");
        for (String session : bindings.names()) {
            String id = id(bindings.text(session), ids);
            if (cycle.fleet().slotOf(id) < 0) {
                continue; // Its endpoint is gone, and with it the binding.
            }
            Map<String, String> headers = new HashMap<>();
            headers(request).keySet().forEach(name -> headers.put(name, session));
            TestCycle before =
                    TestCycle.of(cycle.fleet(), request(request, headers)).now(NOW);
            for (DataKey key : plugin.consumesIfPresent()) {
                if (key instanceof AttributeKey<?> attribute && attribute.type() == String.class) {
                    put(before, attribute, session);
                }
            }
            ((SchedulingObserver) plugin).dispatched(before, Dispatched.to(before, id));
        }
    }
}
