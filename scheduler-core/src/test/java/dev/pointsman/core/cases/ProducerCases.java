// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.latency.Headrooms;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.reuse.BurstPrefixProducer;
import dev.pointsman.core.reuse.EmbeddingsCacheProducer;
import dev.pointsman.core.reuse.KvSource;
import dev.pointsman.core.reuse.KvSourceProducer;
import dev.pointsman.core.reuse.Sent;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Cases of data producers; those of prefix producers are in {@link PrefixProducerCases}. */
final class ProducerCases implements CaseGroup {
    private static final String PREFILL = "prefill";
    private static final Set<String> KINDS = Set.of("producer", "hash-vector", "lifecycle", "predicted-latency");

    @Override
    public boolean takes(Case one) {
        return KINDS.contains(one.text("kind", "")) && one.text("plugin", "").endsWith("-producer");
    }

    @Override
    public void run(Case one) {
        String type = one.text("plugin");
        one.object("params").names(); // Whoever makes a plugin of them refuses what it does not know.
        one.objects("endpoints").forEach(endpoint -> endpoint.text("name", null));
        if (PrefixProducerCases.TYPES.contains(type)) {
            PrefixProducerCases.run(one);
        } else if (type.equals(InFlightLoad.PRODUCER)) {
            inFlightLoad(one);
        } else if (type.equals(BurstPrefixProducer.TYPE)) {
            burst(one);
        } else if (type.equals(EmbeddingsCacheProducer.TYPE)) {
            embeddings(one);
        } else if (type.equals(KvSourceProducer.TYPE)) {
            kvSource(one);
        } else if (type.equals(PredictedLatency.PRODUCER)) {
            predictedLatency(one);
        } else {
            throw new Mismatch(one.path() + ": producer " + type + " is not known to this runner");
        }
    }

    /** Makes a case's plugin of its parameters, as llm-d reads them. */
    static Plugin plugin(String type, Map<String, ?> parameters) {
        return factory(type).create(type, Parameters.of("params", parameters));
    }

    private static PluginFactory factory(String type) {
        return BuiltInPlugins.factories(Semantics.LLM_D).stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new Mismatch("type " + type + ": is not known"));
    }

    /** Makes a fleet of a case's endpoints, of one named {@code pod} if it has none. */
    static TestFleet fleet(List<Case> endpoints) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : endpoints) {
            Case metrics = endpoint.object("metrics");
            fleet.endpoint(endpoint(endpoint), known -> report(metrics, known));
        }
        return endpoints.isEmpty() ? TestFleet.of("pod") : fleet.build();
    }

    private static Endpoint endpoint(Case endpoint) {
        String name = endpoint.text("name");
        String address = endpoint.text("address", name);
        String port = endpoint.text("port", "8000");
        Endpoint.Builder built = Endpoint.builder(name, address.contains(":") ? address : address + ":" + port);
        endpoint.map("labels").forEach((label, value) -> built.label(label, String.valueOf(value)));
        return built.build();
    }

    private static void report(Case metrics, EndpointMetrics.Builder known) {
        if (metrics.has("cacheBlockSize")) {
            known.kvBlockSize((int) metrics.integer("cacheBlockSize"));
        }
        if (metrics.has("cacheNumBlocks")) {
            known.kvBlockCount(metrics.integer("cacheNumBlocks"));
        }
        if (metrics.has("waitingQueue")) {
            known.waitingRequests((int) metrics.integer("waitingQueue"));
        }
        if (metrics.has("runningRequests")) {
            known.runningRequests((int) metrics.integer("runningRequests"));
        }
        if (metrics.has("kvCacheUsage")) {
            known.kvUsage(metrics.number("kvCacheUsage"));
        }
    }

    /** Says what a case's endpoint has cached, as a prefix producer would. */
    private static void cached(TestCycle cycle, String endpoint, Case match, String producer) {
        cycle.with(PrefixMatch.of(producer), new PrefixMatch((int) match.integer("totalBlocks"), (int)
                match.integer("blockSizeTokens")));
        long matched = match.integer("matchBlocks", 0);
        cycle.with(PrefixMatch.matchedBlocks(producer), endpoint, match.integer("cachedBlocks", matched));
        if (match.has("cachedBlocksByTier")) {
            Case tiers = match.object("cachedBlocksByTier");
            cycle.with(PrecisePrefixProducer.blocksIn(producer, Tier.ACCELERATOR), endpoint, tiers.integer("gpu", 0));
            cycle.with(PrecisePrefixProducer.blocksIn(producer, Tier.HOST), endpoint, tiers.integer("cpu", 0));
        }
    }

    // ---- inflight-load-producer

    private static void inFlightLoad(Case one) {
        if (one.object("expected").has("afterDeleteAndOneNew")) {
            recreatedEndpoint(one);
            return;
        }
        if (one.text("kind").equals("lifecycle")) {
            LoadLifecycle.run(one, factory(InFlightLoad.PRODUCER));
            return;
        }
        Case request = one.object("request");
        Case params = one.object("params");
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>(one.map("params"));
        Case expected = one.object("expected");
        boolean estimate = expected.has("estimatedOutputTokens");
        if (estimate) {
            parameters.put("addEstimatedOutputTokens", true);
        }
        InferenceRequest asked = TestRequests.builder()
                .tokens(new int[(int) request.integer("inputTokens")])
                .expectedOutputTokens((int) request.integer("maxTokens", -1))
                .build();
        List<Case> endpoints = one.objects("endpoints");
        TestCycle cycle = TestCycle.of(fleet(endpoints), asked);
        for (Case endpoint : endpoints) {
            Case attributes = endpoint.object("attributes");
            if (attributes.has("prefixMatch")) {
                cached(
                        cycle,
                        endpoint.text("name"),
                        attributes.object("prefixMatch"),
                        ScorerCases.prefixProducer(params));
            }
        }
        cycle.produce((DataProducer) plugin(InFlightLoad.PRODUCER, parameters));
        if (estimate) {
            Mismatch.require(
                    "estimatedOutputTokens",
                    expected.integer("estimatedOutputTokens"),
                    cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS));
        }
        List<Long> tokens =
                new ArrayList<>(cycle.numbers(InFlightLoad.REQUEST_TOKENS).values());
        for (String name : List.of("tokens", "trackedTokens", "uncachedRequestTokens")) {
            if (expected.has(name)) {
                Mismatch.require(name, List.of(expected.integer(name)), tokens.subList(0, 1));
            }
        }
    }

    /** An endpoint leaves with requests in flight and comes back; what ends late must not count against the new one. */
    private static void recreatedEndpoint(Case one) {
        String id = one.objects("endpoints").get(0).text("name");
        Case expected = one.object("expected");
        int before = (int) expected.integer("inFlightBeforeDelete");
        Fleet fleet = Fleet.of(Endpoint.of(id, id + ":8000"));
        Pointsman pointsman = Pointsman.builder(fleet)
                .factory(factory(InFlightLoad.PRODUCER))
                .plugin(PluginRef.type(InFlightLoad.PRODUCER, one.map("params")))
                .profile(Profile.builder("default").build())
                .build();

        List<Dispatch> old = IntStream.range(0, before)
                .mapToObj(i -> dispatched(pointsman, "old-" + i))
                .toList();
        Mismatch.require("inFlightBeforeDelete", (long) before, pointsman.requestsInFlight(id));
        fleet.leave(id);
        fleet.join(Endpoint.of(id, id + ":8000"));
        Dispatch newer = dispatched(pointsman, "new");
        Mismatch.require(
                "afterDeleteAndOneNew", expected.integer("afterDeleteAndOneNew"), pointsman.requestsInFlight(id));
        old.forEach(dispatch -> dispatch.completed(Usage.UNKNOWN));
        String late = expected.names().stream()
                .filter(name -> name.endsWith("LateReleases"))
                .findFirst()
                .orElseThrow(() -> new Mismatch("expected: has nothing after late releases"));
        Mismatch.require(late, expected.integer(late), pointsman.requestsInFlight(id));
        newer.completed(Usage.UNKNOWN);
        Mismatch.require("afterNewReleases", expected.integer("afterNewReleases"), pointsman.requestsInFlight(id));
    }

    private static Dispatch dispatched(Pointsman pointsman, String requestId) {
        if (pointsman.schedule(TestRequests.request(requestId)) instanceof Dispatch dispatch) {
            return dispatch;
        }
        throw new Mismatch("request " + requestId + ": was refused");
    }

    // ---- burst-prefix-cache-producer

    private static void burst(Case one) {
        List<Case> endpoints = one.objects("endpoints");
        TestFleet fleet = endpoints.isEmpty() ? TestFleet.builder().build() : fleet(endpoints);
        BurstPrefixProducer producer = (BurstPrefixProducer) plugin(BurstPrefixProducer.TYPE, one.map("params"));
        List<List<CompletableFuture<? extends Map<?, ?>>>> stages = new ArrayList<>();
        for (Case entry : one.object("request").objects("batch")) {
            InferenceRequest request =
                    TestRequests.builder().prompt(prompt(entry)).build();
            List<CompletableFuture<? extends Map<?, ?>>> its = new ArrayList<>();
            for (long i = entry.integer("count", 1); i > 0; i--) {
                its.add(producer.produce(request, fleet).toCompletableFuture());
            }
            stages.add(its);
        }
        producer.maintain(0);
        producer.maintain(producer.nextDeadline());

        TreeMap<String, Long> counts = new TreeMap<>();
        List<Set<String>> replicas = new ArrayList<>();
        for (List<CompletableFuture<? extends Map<?, ?>>> its : stages) {
            Set<String> where = new LinkedHashSet<>();
            for (CompletableFuture<? extends Map<?, ?>> stage : its) {
                if (!stage.isDone()) {
                    throw new Mismatch("burst: waits after its window");
                }
                Object placement = stage.join().get(BurstPrefixProducer.placement(BurstPrefixProducer.TYPE));
                String id = placement == null ? "" : ((BurstPrefixProducer.Placement) placement).endpointId();
                where.add(id);
                if (placement != null) {
                    counts.merge(id, 1L, Long::sum);
                }
            }
            replicas.add(where);
        }
        Case expected = one.object("expected");
        if (expected.has("counts")) {
            TreeMap<String, @Nullable Object> expectedCounts = new TreeMap<>(expected.map("counts"));
            expectedCounts.values().removeIf(count -> Long.valueOf(0).equals(count));
            Mismatch.require("counts", expectedCounts, counts);
        }
        for (Object together : expected.list("sameReplica")) {
            List<Set<String>> places = places(together, replicas);
            if (places.stream().distinct().count() > 1 || places.get(0).size() > 1) {
                throw new Mismatch("sameReplica " + together + ": are on " + places);
            }
        }
        for (Object apart : expected.list("differentReplica")) {
            List<Set<String>> places = places(apart, replicas);
            if (places.stream().distinct().count() < places.size()) {
                throw new Mismatch("differentReplica " + apart + ": are on " + places);
            }
        }
    }

    private static List<Set<String>> places(Object entries, List<Set<String>> replicas) {
        return ((List<?>) entries)
                .stream()
                        .map(entry -> replicas.get((int) Case.integer("entry", entry)))
                        .toList();
    }

    private static Prompt prompt(Case entry) {
        long[] blocks = entry.list("blocks").stream()
                .mapToLong(block -> Case.integer("block", block))
                .toArray();
        int tokens = (int) entry.integer("tokens", 64L * blocks.length);
        return Prompt.blocks(blocks, Math.max(1, (tokens + blocks.length - 1) / Math.max(1, blocks.length)), tokens);
    }

    // ---- mm-embeddings-cache-producer

    private static void embeddings(Case one) {
        Case expected = one.object("expected");
        long capacity = expected.integer("lruItems");
        Sent fleet =
                new Sent((DataProducer) plugin(EmbeddingsCacheProducer.TYPE, one.map("params")), TestFleet.of("pod"));
        one.objects("endpoints");
        InferenceRequest everything = TestRequests.builder()
                .multimodalItems(IntStream.range(0, (int) capacity + 3)
                        .mapToObj(i -> new MultimodalItem("image-" + i, 0, 0))
                        .toList())
                .build();

        fleet.send(everything, "pod");

        Map<String, Long> matched =
                fleet.produced(everything).numbers(EmbeddingsCacheProducer.matchedItems(EmbeddingsCacheProducer.TYPE));
        Mismatch.require("lruItems", capacity, matched.get("pod"));
    }

    // ---- p2p-source-producer

    private static void kvSource(Case one) {
        List<Case> endpoints = one.objects("endpoints");
        Case state = one.object("state");
        Case best = state.object("best");
        String bestPlace = best.text("hostPort", null);
        TestFleet known = fleet(endpoints);
        String bestId = bestPlace == null ? null : idAt(known, bestPlace);
        TestFleet all = bestPlace == null || !bestPlace.equals(bestId)
                ? known
                : known.toBuilder().endpoint(Endpoint.of(bestPlace, bestPlace)).build();
        Case request = one.object("request");
        Map<String, String> sent = new LinkedHashMap<>();
        request.map("headers").forEach((name, value) -> sent.put(name.toLowerCase(Locale.ROOT), String.valueOf(value)));
        TestCycle cycle = TestCycle.of(
                all,
                TestRequests.builder(request.text("id", TestRequests.ID))
                        .headers(HeaderLookup.of(sent))
                        .build());
        String prefix = one.object("params").text("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        long blockSize = 16;
        for (Case endpoint : endpoints) {
            Case attributes = endpoint.object("attributes");
            if (attributes.has("prefixMatch")) {
                Case match = attributes.object("prefixMatch");
                blockSize = match.integer("blockSizeTokens");
                cached(cycle, endpoint.text("name"), match, prefix);
            }
        }
        KvSourceProducer producer = (KvSourceProducer) plugin(KvSourceProducer.TYPE, one.map("params"));
        if (bestId != null && !one.object("expected").hasAny("source", "cachedTokens")) {
            // The case begins where the source is chosen.
            Endpoint source = all.endpoint(all.slotOf(bestId));
            cycle.with(KvSource.of(KvSourceProducer.TYPE), new KvSource(source, best.integer("cachedTokens")));
            if (cycle.attribute(PrefixMatch.of(prefix)) == null) {
                cycle.with(PrefixMatch.of(prefix), new PrefixMatch(1, (int) blockSize));
            }
        } else {
            if (bestId != null) {
                cycle.with(PrefixMatch.matchedBlocks(prefix), bestId, best.integer("cachedTokens") / blockSize);
            }
            cycle.produce(producer);
        }

        Case expected = one.object("expected");
        KvSource source = cycle.attribute(KvSource.of(KvSourceProducer.TYPE));
        if (expected.has("source")) {
            Mismatch.require(
                    "source",
                    expected.list("source").contains("") ? null : expected.text("source", null),
                    source == null ? null : source.endpoint().address());
        }
        if (expected.has("cachedTokens")) {
            Mismatch.require(
                    "cachedTokens", expected.integer("cachedTokens"), source == null ? 0L : source.cachedTokens());
        }
        if (state.has("decodePick")) {
            headers(cycle, producer, one.object("params").text("prefillProfileName", PREFILL), state, expected);
        }
    }

    /** Returns who is at an address, or the address itself if nobody is. */
    private static String idAt(TestFleet fleet, String address) {
        return fleet.ids().stream()
                .filter(id -> fleet.endpoint(fleet.slotOf(id)).address().equals(address))
                .findFirst()
                .orElse(address);
    }

    private static void headers(
            TestCycle cycle, RequestDecorator producer, String prefillProfile, Case state, Case expected) {
        String prefillPick = state.text("prefillPick", null);
        SchedulingDecision decision = Sent.decision(
                cycle, state.text("decodePick"), prefillPick == null ? Map.of() : Map.of(prefillProfile, prefillPick));
        Map<String, String> headers = new TreeMap<>();
        producer.decorate(cycle, decision.primary(), decision.otherLegs(), headers);
        // An empty value has the host remove what the client sent, so the header is absent.
        headers.values().removeIf(String::isEmpty);
        if (expected.has("headers")) {
            Mismatch.require("headers", new TreeMap<>(expected.map("headers")), headers);
        }
        for (Object absent : expected.list("headerAbsent")) {
            if (headers.containsKey(String.valueOf(absent))
                    || (absent.equals(true) && headers.containsKey(KvSourceProducer.HEADER))) {
                throw new Mismatch("headerAbsent: is " + headers);
            }
        }
    }

    // ---- predicted-latency-producer

    private static void predictedLatency(Case one) {
        Case parameters = one.object("params");
        plugin(PredictedLatency.PRODUCER, one.map("params"));
        Headrooms headrooms =
                new Headrooms(parameters.number("sloBufferFactor", 1), parameters.flag("streamingMode", false));
        Case request = one.object("request");
        Case endpoint = one.objects("endpoints").get(0);
        Case predicted = endpoint.object("attributes");
        String roleLabel = parameters.text("endpointRoleLabel", "");
        boolean prefillOnly =
                PREFILL.equals(endpoint.object("labels").text(roleLabel.isEmpty() ? "role" : roleLabel, null));

        long ttft = headrooms.ttft(nanos(request.number("ttftSlo", 0)), nanos(predicted.number("predictedTtft")));
        long tpot = headrooms.tpot(
                nanos(request.number("tpotSlo", 0)),
                nanos(request.number("podMinTpotSlo", 0)),
                nanos(predicted.number("predictedTpot")),
                prefillOnly);

        Case expected = one.object("expected");
        requireFlag(expected, "ttftOk", ttft >= 0);
        requireFlag(expected, "tpotOk", tpot >= 0);
        requireFlag(expected, "valid", ttft >= 0 && tpot >= 0);
        Tolerance tolerance = Tolerance.of(one);
        if (expected.has("ttftHeadroom")) {
            tolerance.require("ttftHeadroom", expected.number("ttftHeadroom"), ttft / 1e6);
        }
        if (expected.has("tpotHeadroom")) {
            tolerance.require("tpotHeadroom", expected.number("tpotHeadroom"), tpot / 1e6);
        }
    }

    private static void requireFlag(Case expected, String name, boolean actual) {
        if (expected.has(name)) {
            Mismatch.require(name, expected.flag(name, false), actual);
        }
    }

    private static long nanos(double millis) {
        return Math.round(millis * 1e6);
    }
}
