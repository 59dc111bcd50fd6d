// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.testkit.TestCycle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cases of NVIDIA Dynamo's cost, its softmax, its taints and its cold pool. */
final class PeerDynamoCases {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int SAMPLES = 20_000;
    private static final Pattern CONFIGURED = Pattern.compile("(\\d+) configured");

    private static final String[] RAW_PREFILL = {"rawPrefillBlocks", "rawPrefill", "prefillBlocks", "adjustedPrefill"};
    private static final String[] DEVICE = {"deviceOverlapBlocks", "overlap", "device", "overlapBlocks"};
    private static final String[] HOST = {"hostOverlapBlocks", "hostBlocks", "host"};
    private static final String[] DISK = {"diskOverlapBlocks", "diskBlocks", "disk"};
    private static final String[] SHARED = {"sharedOverlapBlocks", "sharedBlocks", "sharedBeyond"};

    void run(String policy, Case one) {
        Case given = one.object("given");
        if (policy.contains("cold pool")) {
            coldPool(policy, one, given);
        } else if (policy.contains("required taint") || policy.contains("pin") || policy.contains("fenced")) {
            eligible(one, given);
        } else if (policy.contains("softmax") || policy.contains("temperature")) {
            softmax(one, given);
        } else if (given.has("costs")) {
            preferences(one, given);
        } else {
            cost(policy, one, given);
        }
    }

    /** Says of one endpoint how many blocks of the prompt it has in its device. */
    static void match(PeerScene scene, String name, long blocks, int total) {
        scene.with(cycle -> cycle.with(PrefixMatch.of(PRODUCER), new PrefixMatch(total, 16))
                .with(PrefixMatch.matchedBlocks(PRODUCER), name, blocks));
    }

    private static void cost(String policy, Case one, Case given) {
        boolean decodeOnly = policy.contains("decode-only");
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("decodeBlocksGauge", "decode");
        int block = (int) given.integer(given.either("block", "blockSize"), 16);
        if (!decodeOnly) {
            put(parameters, "overlapCredit", given, "credit", "overlapCredit");
        }
        put(parameters, "creditDecay", given, "decay", "creditDecay");
        put(parameters, "hostCredit", given, "hostCredit", "hostWeight");
        put(parameters, "diskCredit", given, "diskCredit", "diskWeight");
        put(parameters, "sharedCredit", given, "sharedCredit", "sharedMultiplier", "shared");
        put(parameters, "prefillLoadScale", given, "scale", "prefillLoadScale");
        put(parameters, "activeRequestWeight", given, "activeRequestWeight", "w", "weight");
        parameters.put("blockSize", block);
        if (policy.contains("lmetric") || policy.contains("product")) {
            parameters.put("formula", "product");
        }
        boolean tracked = given.flag(
                given.either("trackPrefillTokens", "tracked"), !decodeOnly && !policy.contains("not tracked"));
        parameters.put("trackPrefillTokens", tracked);
        List<String> workers = new ArrayList<>();
        for (String name : List.copyOf(given.names())) {
            if (given.raw(name) instanceof Map<?, ?>) {
                workers.add(name);
            }
        }
        PeerScene scene = new PeerScene(workers.isEmpty() ? List.of("0") : workers);
        int isl = (int) given.integer(given.either("isl", "promptTokens"), 0);
        boolean blocksAlone = isl == 0;
        if (blocksAlone) {
            // A case that gives blocks without a prompt: one that is just long enough for what is cached of it.
            for (String name : scene.names()) {
                isl = Math.max(isl, cached(workers.isEmpty() ? given : given.object(name), given, decodeOnly) * block);
            }
        }
        scene.prompt(isl);
        for (String name : scene.names()) {
            describe(
                    scene,
                    name,
                    workers.isEmpty() ? given : given.object(name),
                    given,
                    decodeOnly,
                    block,
                    isl,
                    blocksAlone);
        }
        Case expect = one.object("expect");
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        if (expect.raw("winner") instanceof Map<?, ?> byCredit) {
            byCredit.forEach((credit, winner) -> {
                Map<String, Object> with = new LinkedHashMap<>(parameters);
                with.put("overlapCredit", Double.parseDouble(String.valueOf(credit)));
                Mismatch.require(
                        "winner at a credit of " + credit,
                        Set.of(String.valueOf(winner)),
                        scene.cheapest("dynamo-cost", with));
            });
            return;
        }
        expectations.numbers(scene.costs("dynamo-cost", parameters), "cost", "costs", "score");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("dynamo-cost", parameters));
        }
    }

    /** Returns the blocks that a worker has cached, in all tiers. */
    private static int cached(Case worker, Case given, boolean decodeOnly) {
        double device = decodeOnly ? given.number("credit", 0) : worker.number(worker.either(DEVICE), 0);
        return (int) (device
                + worker.integer(worker.either(HOST), 0)
                + worker.integer(worker.either(DISK), 0)
                + worker.integer(worker.either(SHARED), 0));
    }

    private static void describe(
            PeerScene scene,
            String name,
            Case worker,
            Case given,
            boolean decodeOnly,
            int block,
            int isl,
            boolean blocksAlone) {
        double decode = worker.number(worker.either("decodeBlocks", "decode"), 0);
        scene.metrics(name).gauge("decode", decode);
        boolean total = blocksAlone || worker.hasAny(RAW_PREFILL);
        double rawPrefill = worker.number(worker.either(RAW_PREFILL), 0) * block;
        double active = worker.number(worker.either("activePrefillTokens", "activePrefill"), 0);
        scene.inFlight(Map.of(name, worker.number(worker.either("activeRequests", "requests"), 0)));
        scene.column(InFlightLoad.TOKENS, Map.of(name, total ? rawPrefill + active - isl : active));
        double device = decodeOnly ? given.number("credit", 0) : worker.number(worker.either(DEVICE), 0);
        long host = worker.integer(worker.either(HOST), 0);
        long disk = worker.integer(worker.either(DISK), 0);
        long shared = worker.integer(worker.either(SHARED), 0);
        int promptBlocks = Math.max(1, (isl + block - 1) / block);
        scene.with(cycle -> cycle.with(PrefixMatch.of(PRODUCER), new PrefixMatch(promptBlocks, block))
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.ACCELERATOR), name, Math.round(device))
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.HOST), name, host)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.STORAGE), name, disk)
                .with(PrecisePrefixProducer.blocksIn(PRODUCER, Tier.REMOTE), name, shared));
    }

    private static void put(Map<String, Object> parameters, String parameter, Case given, String... fields) {
        if (given.hasAny(fields)) {
            parameters.put(parameter, given.number(given.either(fields)));
        }
    }

    /** Costs as they are, of which some are multiplied. */
    private static void preferences(Case one, Case given) {
        Map<String, @Nullable Double> costs = PeerScene.named(given, "costs");
        PeerScene scene = new PeerScene(costs.keySet()).gauges("cost", costs);
        List<Map<String, ?>> preferences = new ArrayList<>();
        Map<String, @Nullable Double> given1 = new LinkedHashMap<>(PeerScene.named(given, "preferences"));
        for (String name : scene.names()) {
            Double own = PeerScene.number(given.raw(name + "Preference"));
            Double preference = own != null ? own : given1.get(name);
            if (preference != null) {
                scene.label(name, "taint-" + name, "true");
                preferences.add(Map.of("label", "taint-" + name, "preference", preference));
            }
        }
        Map<String, ?> parameters = Map.of("terms", List.of(Map.of("gauge", "cost")), "preferences", preferences);
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        expectations.numbers(scene.costs("weighted-load", parameters), "costs", "cost");
        if (expectations.expectsWinner()) {
            expectations.winner(scene.cheapest("weighted-load", parameters));
        }
    }

    private static void softmax(Case one, Case given) {
        Map<String, Double> totals = new LinkedHashMap<>();
        PeerScene.named(given, given.either("costs", "logits"))
                .forEach((name, cost) -> totals.put(name, cost == null ? -PeerScene.INFINITE : -cost));
        PeerScene scene = new PeerScene(totals.keySet());
        Map<String, ?> parameters = Map.of("temperature", given.number("temperature", 0), "maxNumOfEndpoints", 1);
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        if (expectations.expectsWinner()) {
            expectations.winner(scene.picked("softmax-picker", parameters, totals));
        }
        Case expect = one.object("expect");
        String field = expect.either("probabilities", "probability", "chances");
        if (expect.has(field)) {
            Picker picker = PeerScene.plugin(Picker.class, "softmax-picker", parameters);
            TestCycle cycle = scene.cycle();
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (int seed = 0; seed < SAMPLES; seed++) {
                counts.merge(cycle.seed(seed).pick(picker, totals, 1).get(0), 1, Integer::sum);
            }
            PeerScene.each(expect.raw(field), (name, chance) -> {
                double expected = Case.number(field, chance);
                double actual = (double) counts.getOrDefault(name, 0) / SAMPLES;
                if (Math.abs(expected - actual) > 0.02) {
                    throw new Mismatch(field + " of " + name + ": expected " + expected + ", actual " + actual);
                }
            });
        }
    }

    /** Workers with their taints, and what a request requires. */
    private static void eligible(Case one, Case given) {
        Map<String, @Nullable Object> taints = new LinkedHashMap<>();
        PeerScene.each(given.raw(given.either("taints", "workers", "workerTaints")), taints::put);
        PeerScene scene = new PeerScene(taints.keySet());
        taints.forEach((name, its) -> scene.label(
                name,
                "pointsman.dev/taints",
                its instanceof List<?> list
                        ? String.join(",", list.stream().map(String::valueOf).toList())
                        : String.valueOf(its)));
        String required = String.join(
                ",",
                given.list(given.either("required", "requiredTaints")).stream()
                        .map(String::valueOf)
                        .toList());
        TestCycle cycle = TestCycle.of(
                scene.cycle().fleet(),
                dev.pointsman.testkit.TestRequests.builder()
                        .headers(dev.pointsman.api.request.HeaderLookup.of(Map.of("x-required-taints", required)))
                        .build());
        List<String> kept =
                cycle.filter(PeerScene.plugin(Filter.class, "taint-filter", Map.of("tolerate", List.of("*"))));
        Case expect = one.object("expect");
        String field = expect.either("eligible", "candidates", "kept");
        if (expect.has(field)) {
            Mismatch.require(
                    field,
                    new TreeSet<>(
                            expect.list(field).stream().map(String::valueOf).toList()),
                    new TreeSet<>(kept));
        }
        PeerExpectations expectations = new PeerExpectations(one, scene.names());
        if (expectations.expectsWinner()) {
            expectations.winner(Set.copyOf(kept));
        }
    }

    /** How many endpoints a long prompt may go to, by the size of the fleet. */
    private static void coldPool(String policy, Case one, Case given) {
        Matcher inPolicy = CONFIGURED.matcher(policy);
        long configured = given.integer(
                given.either("configured", "workers", "poolSize"),
                inPolicy.find() ? Long.parseLong(inPolicy.group(1)) : 10);
        Filter filter =
                PeerScene.plugin(Filter.class, "cold-pool-filter", Map.of("workers", configured, "longTokens", 100));
        List<Object> effective = new ArrayList<>();
        for (Object total : given.list(given.either("totalWorkers", "total"))) {
            List<String> names = PeerLoadCases.positions((int) Case.integer("totalWorkers", total));
            PeerScene scene = new PeerScene(names);
            names.forEach(name -> scene.with(cycle -> cycle.with(InFlightLoad.REQUEST_TOKENS, name, 1000)));
            int kept = scene.cycle().filter(filter).size();
            // A pool of none filters nothing, so that all are kept where there are fewer than two.
            effective.add((long) (names.size() < 2 ? 0 : kept));
        }
        Case expect = one.object("expect");
        Mismatch.require("effective", expect.list(expect.either("effective", "result")), effective);
    }
}
