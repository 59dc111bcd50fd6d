// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cases of other projects' policies by affinity. Each is asked of the built-in plugin that takes the policy's place, with settings
 * that make it that policy. Where upstream names endpoints by their place in a list, so do these ids.
 */
final class PeerAffinityCases implements CaseGroup {
    private static final String PRODUCER = PrefixMatch.DEFAULT_PRODUCER;
    private static final int BLOCK_SIZE = 16;

    /** No limit of deviations, as large as the parameter may be. */
    private static final double NO_LIMIT = 1e9;

    private interface Run {
        void run(Case one, Case given, Case expect);
    }

    /** How a policy is run, by the beginning of its name in lower case; the first that fits counts. */
    private static final Map<String, Run> RUNS = new LinkedHashMap<>();

    static {
        RUNS.put("load-imbalance gate", PeerAffinityCases::spreadGate);
        RUNS.put("central gate", PeerAffinityCases::outlierGate);
        RUNS.put("prefix-cache", PeerAffinityCases::prefixCache);
        RUNS.put("prefix_hash", PeerAffinityCases::boundedHash);
        RUNS.put("cache_aware imbalance", PeerAffinityCases::ratioGate);
        RUNS.put("cache_aware", PeerAffinityCases::cacheAware);
        RUNS.put("bucket", PeerAffinityCases::bucket);
        RUNS.put("precise-prefix min-max", PeerAffinityCases::relativePrefix);
        RUNS.put("no-hit-lru", PeerAffinityCases::noHitLru);
        RUNS.put("lora-affinity", PeerAffinityCases::lora);
        RUNS.put("session router", PeerAffinityCases::sessionRouter);
        RUNS.put("prefix router", PeerAffinityCases::prefixRouter);
    }

    @Override
    public boolean takes(Case one) {
        return one.hasAny("given", "expect") && runOf(one) != null;
    }

    private static @Nullable Run runOf(Case one) {
        String policy = one.text("policy", "");
        for (Map.Entry<String, Run> run : RUNS.entrySet()) {
            if (policy != null && policy.toLowerCase(Locale.ROOT).startsWith(run.getKey())) {
                return run.getValue();
            }
        }
        return null;
    }

    @Override
    public void run(Case one) {
        Run run = runOf(one);
        if (run == null) {
            throw new Mismatch(one.path() + ": is not known to this runner");
        }
        run.run(one, one.object("given"), one.object("expect"));
    }

    private static void spreadGate(Case one, Case given, Case expect) {
        Filter gate = filter(Map.of("rule", "spread", "spread", given.integer("threshold", 8)));
        Map<String, Double> load = numbers(given.raw("running"));
        gated(load, cycle(load).filter(gate), expect);
    }

    private static void outlierGate(Case one, Case given, Case expect) {
        Filter gate = filter(Map.of(
                "rule",
                "outlier",
                "factor",
                given.number("factor", 2),
                "spread",
                given.integer(given.either("minSpread", "spread", "threshold"), 8)));
        Map<String, Double> load = numbers(given.raw("running"));
        gated(load, cycle(load).filter(gate), expect);
    }

    private static void ratioGate(Case one, Case given, Case expect) {
        Map<String, Double> load = numbers(given.raw("loads"));
        Map<String, Double> kv = numbers(given.raw("kvUsage"));
        List<String> kept = hotCycle(load, kv).filter(ratioGate(given, given.number("kvSpread", 1)));
        boolean removed = kept.size() < load.size();
        if (!removed && !expect.hasAny("candidates", "excluded")) {
            // Endpoints that are all too full are removed only if there is another one to go to.
            String another = "another";
            load.put(another, load.values().stream().min(Double::compare).orElse(0.0));
            kv.put(another, 0.0);
            removed = hotCycle(load, kv).filter(ratioGate(given, 1)).size() < load.size();
            Mismatch.require("imbalanced", expect.flag("imbalanced", false), removed);
            return;
        }
        gated(load, kept, expect);
    }

    private static Filter ratioGate(Case given, double kvSpread) {
        return filter(Map.of(
                "rule",
                "ratio",
                "spread",
                given.integer("absThr"),
                "factor",
                given.number("relThr"),
                "kvSpread",
                kvSpread,
                "kvCeiling",
                given.number("kvCeiling", 1)));
    }

    private static TestCycle hotCycle(Map<String, Double> load, Map<String, Double> kv) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (String id : load.keySet()) {
            Double usage = kv.get(id);
            fleet.endpoint(id, signals -> {
                if (usage != null && !usage.isNaN()) {
                    signals.kvUsage(usage);
                }
            });
        }
        TestCycle cycle = TestCycle.of(fleet.build());
        load(cycle, load);
        return cycle;
    }

    /** A gate finds the load uneven if it removes somebody. */
    private static void gated(Map<String, Double> load, List<String> kept, Case expect) {
        boolean imbalanced = kept.size() < load.size();
        if (expect.has("imbalanced")) {
            Mismatch.require("imbalanced", expect.flag("imbalanced", false), imbalanced);
        }
        if (expect.has("candidates")) {
            Object candidates = expect.raw("candidates");
            Mismatch.require(
                    "candidates",
                    candidates == null ? List.copyOf(load.keySet()) : ids(expect.list("candidates")),
                    kept);
        }
        if (expect.has("excluded")) {
            List<String> excluded = new ArrayList<>(load.keySet());
            excluded.removeAll(kept);
            Mismatch.require("excluded", ids(expect.list("excluded")), excluded);
        }
    }

    private static void prefixCache(Case one, Case given, Case expect) {
        Map<String, Double> load = numbers(given.raw("running"));
        Map<String, Double> percent = numbers(given.raw("matchPercent"));
        Scorer scorer =
                (Scorer) plugin("prefix-affinity-gate-scorer", Map.of("loadDeviations", given.number("factor", 1)));
        TestCycle cycle = cycle(load);
        TestCycle cold = cycle(load);
        matches(cycle, 100, load.keySet(), percent);
        matches(cold, 100, load.keySet(), Map.of());
        winner(one, expect, cycle, scorer, cold);
    }

    private static void boundedHash(Case one, Case given, Case expect) {
        long workers = given.integer("workers");
        long load = given.integer("load");
        long others = given.integer("totalLoad") - load;
        if (workers == 0) {
            expect.flag("loadOk", false);
            throw new Skipped("of no workers none can be chosen, so there is nobody to ask whether its load will do");
        }
        if (others < 0 || (workers == 1 && others > 0)) {
            throw new Mismatch(given.path() + ": loads that add up to the total are needed");
        }
        Map<String, Double> loads = new LinkedHashMap<>();
        loads.put("0", (double) load);
        for (long i = 1; i < workers; i++) {
            long share = others * i / (workers - 1) - others * (i - 1) / (workers - 1);
            loads.put(Long.toString(i), (double) share);
        }
        Scorer scorer = (Scorer) plugin(
                "consistent-hash-scorer",
                Map.of("keys", List.of("header:x-key"), "loadFactor", given.number("factor", 1.25)));
        // A key of which the endpoint in question comes first on the ring, so that its load alone decides.
        String key = IntStream.range(0, 10_000)
                .mapToObj(Integer::toString)
                .filter(each -> hashed(each, Map.of(), loads.keySet()).score(scorer)[0] == 1)
                .findFirst()
                .orElseThrow(() -> new Mismatch("the ring never begins with the first of " + workers + " workers"));
        boolean chosen = hashed(key, loads, loads.keySet()).score(scorer)[0] == 1;
        Mismatch.require("loadOk", expect.flag("loadOk", false), chosen);
    }

    private static TestCycle hashed(String key, Map<String, Double> loads, Set<String> ids) {
        TestCycle cycle = TestCycle.of(
                TestFleet.of(ids.toArray(String[]::new)),
                TestRequests.builder()
                        .headers(HeaderLookup.of(Map.of("x-key", key)))
                        .build());
        load(cycle, loads);
        return cycle;
    }

    private static void cacheAware(Case one, Case given, Case expect) {
        Map<String, Double> overlap = numbers(given.raw("overlapBlocks"));
        Map<String, Double> load = numbers(given.raw("loads"));
        Set<String> ids = new LinkedHashSet<>(load.keySet());
        ids.addAll(overlap.keySet());
        if (ids.isEmpty()) {
            ids.addAll(List.of("w1", "w2")); // Of two that are alike in all but what they may have cached.
        }
        for (String id : ids) {
            load.putIfAbsent(id, 0.0);
        }
        long blockSize = given.integer("blockSize", BLOCK_SIZE);
        long most = Math.max(
                1, overlap.values().stream().mapToLong(Double::longValue).max().orElse(0));
        int blocks = (int) (given.has("promptTokens") ? given.integer("promptTokens") / blockSize : most);
        Scorer scorer = (Scorer) plugin(
                "prefix-affinity-gate-scorer",
                Map.of(
                        "loadDeviations",
                        NO_LIMIT,
                        "minShare",
                        given.number(given.either("threshold", "cacheThreshold"), 0)));
        TestCycle cycle = cycle(load);
        TestCycle cold = cycle(load);
        matches(cycle, blocks, ids, overlap);
        matches(cold, blocks, ids, Map.of());
        winner(one, expect, cycle, scorer, cold);
    }

    private static void bucket(Case one, Case given, Case expect) {
        if (expect.has("boundaries")) {
            Mismatch.require("boundaries", expect.list("boundaries"), boundaries(given));
            return;
        }
        Filter gate = filter(Map.of(
                "rule",
                "ratio",
                "load",
                "tokens",
                "spread",
                given.integer("absThr"),
                "factor",
                given.number("relThr")));
        Map<String, Double> work = numbers(given.raw(given.either("charLoads", "loads")));
        // The texts that upstream sends here are short ones.
        int length = (int) given.integer(given.either("length", "requestLength", "requestChars"), 1);
        TestCycle cycle = TestCycle.of(fleet(work.keySet()), ofLength(length));
        work.forEach((id, tokens) -> cycle.with(InFlightLoad.TOKENS, id, tokens.longValue()));
        List<String> kept = cycle.filter(gate);
        if (expect.has("rebalance")) {
            Mismatch.require("rebalance", expect.flag("rebalance", false), kept.size() < work.size());
        }
        if (expect.hasAny("winner", "winnerAnyOf")) {
            Scorer scorer = bucketScorer(cycle, Map.of());
            double[] scores = cycle.score(scorer, cycle.candidates(kept.toArray(String[]::new)));
            won(one, expect, best(kept, scores));
        }
    }

    private static List<?> boundaries(Case given) {
        int workers = (int) given.integer("workers");
        long longest = given.integer("lMax", 4096);
        TestFleet fleet = TestFleet.of(workers);
        Scorer scorer = bucketScorer(TestCycle.of(fleet), Map.of("maxLength", longest));
        List<Object> boundaries = new ArrayList<>();
        String before = "";
        for (int length = 0; length <= longest; length++) {
            TestCycle cycle = TestCycle.of(fleet, ofLength(length));
            String owner = best(fleet.ids(), cycle.score(scorer)).get(0);
            if (length > 0 && !owner.equals(before)) {
                boundaries.add((long) length - 1);
            }
            before = owner;
        }
        return boundaries;
    }

    private static InferenceRequest ofLength(int tokens) {
        return TestRequests.builder()
                .prompt(Prompt.blocks(new long[0], BLOCK_SIZE, tokens))
                .build();
    }

    private static Scorer bucketScorer(TestCycle cycle, Map<String, ?> parameters) {
        Plugin scorer = plugin("length-bucket-scorer", parameters);
        for (int slot = 0; slot < cycle.fleet().slotLimit(); slot++) {
            ((FleetListener) scorer)
                    .joined(slot, cycle.fleet().incarnation(slot), cycle.fleet().endpoint(slot));
        }
        return (Scorer) scorer;
    }

    private static void relativePrefix(Case one, Case given, Case expect) {
        Map<String, Double> blocks = numbers(given.raw("input"));
        TestCycle cycle = TestCycle.of(fleet(blocks.keySet()));
        double most =
                blocks.values().stream().mapToDouble(number -> number).max().orElse(0);
        matches(cycle, (int) Math.max(1, most), blocks.keySet(), blocks);
        Scorer scorer = (Scorer) plugin("affinity-ladder-scorer", Map.of("rungs", List.of(PRODUCER), "relative", true));
        scores(one, expect, cycle.score(scorer));
    }

    private static void noHitLru(Case one, Case given, Case expect) {
        TestFleet fleet = TestFleet.of((int) given.integer("endpoints", 3));
        TestCycle cycle = TestCycle.of(fleet);
        boolean cached = given.flag("anyEndpointCached", false);
        matches(cycle, 1, new LinkedHashSet<>(fleet.ids()), cached ? Map.of("e0", 1.0) : Map.of());
        scores(one, expect, cycle.score((Scorer) llmd("no-hit-lru-scorer")));
    }

    private static void lora(Case one, Case given, Case expect) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Object resident : given.list("resident")) {
            LoraState state = new LoraState(Set.of(Boolean.TRUE.equals(resident) ? "adapter" : "other"), Set.of(), 1);
            fleet.endpoint("e" + fleet.build().size(), signals -> signals.lora(state));
        }
        // llm-d asks for an adapter by the name of the model.
        InferenceRequest request = InferenceRequest.builder("request", "adapter")
                .loraAdapter("adapter")
                .build();
        scores(one, expect, TestCycle.of(fleet.build(), request).score((Scorer) llmd("lora-affinity-scorer")));
    }

    /** What counts as load upstream, queries a second, is requests in flight here. */
    private static void sessionRouter(Case one, Case given, Case expect) {
        Map<String, Double> load = numbers(given.raw("qps"));
        load.replaceAll((id, qps) -> qps.isNaN() ? 0 : qps); // One without statistics counts as idle upstream.
        TestCycle cycle = cycle(load);
        if (given.hasAny("session", "sessionId")) {
            cycle.with(Session.ID, given.text(given.either("session", "sessionId")));
        }
        Scorer scorer = (Scorer) plugin("affinity-ladder-scorer", Map.of("rungs", List.of("session", "load")));
        winner(one, expect, cycle, scorer, cycle);
    }

    private static void prefixRouter(Case one, Case given, Case expect) {
        Map<String, Double> load = numbers(given.raw("qps"));
        Map<String, Double> matched = new LinkedHashMap<>();
        int length = (int) given.integer("matchLength", 0);
        for (String id : ids(given.list("matched"))) {
            load.putIfAbsent(id, 0.0);
            matched.put(id, (double) length);
        }
        if (load.size() < 2) {
            load.put("another", 0.0); // Who is alone wins whatever is cached.
        }
        Scorer scorer = (Scorer) plugin(
                "prefix-affinity-gate-scorer",
                Map.of("loadDeviations", NO_LIMIT, "minTokens", BLOCK_SIZE * given.integer("minMatch", 0)));
        TestCycle cycle = cycle(load);
        TestCycle cold = cycle(load);
        // Lengths are of text upstream; here each of its units is a block.
        matches(cycle, Math.max(1, length), load.keySet(), matched);
        matches(cold, Math.max(1, length), load.keySet(), Map.of());
        winner(one, expect, cycle, scorer, cold);
    }

    /**
     * Requires the winner. One of null means that affinity has nothing to say: then all scores are what they are if nobody has
     * anything cached.
     */
    private static void winner(Case one, Case expect, TestCycle cycle, Scorer scorer, TestCycle cold) {
        double[] scores = cycle.score(scorer);
        if (expect.has("winner") && expect.raw("winner") == null) {
            Mismatch.require("scores without affinity", told(cold.score(scorer)), told(scores));
            return;
        }
        List<String> ids = new ArrayList<>();
        for (int slot = 0; slot < cycle.fleet().slotLimit(); slot++) {
            ids.add(cycle.fleet().endpoint(slot).id());
        }
        won(one, expect, best(ids, scores));
    }

    /** Upstream decides ties by place and we by draw, so a winner by a tie may be any of the tied; the case has to say so. */
    private static void won(Case one, Case expect, List<String> best) {
        if (expect.has("winnerAnyOf")) {
            List<String> anyOf = ids(expect.list("winnerAnyOf"));
            if (!anyOf.containsAll(best)) {
                throw new Mismatch("winner: expected one of " + anyOf + ", actual " + best);
            }
            return;
        }
        String winner = id(expect.raw("winner"));
        String words = one.text("note", "") + one.text("clarification", "");
        if (words.toLowerCase(Locale.ROOT).contains("winneranyof") && best.contains(winner)) {
            return;
        }
        Mismatch.require("winner", List.of(winner), best);
    }

    private static void scores(Case one, Case expect, double[] scores) {
        List<?> expected = expect.list(expect.either("scores", "score"));
        if (expected.size() != scores.length) {
            throw new Mismatch("scores: expected " + expected + ", actual " + told(scores));
        }
        for (int i = 0; i < scores.length; i++) {
            Tolerance.of(one).require("score " + i, Case.number("score " + i, expected.get(i)), scores[i]);
        }
    }

    private static List<String> best(List<String> ids, double[] scores) {
        double most = IntStream.range(0, ids.size())
                .mapToDouble(i -> scores[i])
                .filter(score -> !Double.isNaN(score))
                .max()
                .orElseThrow(() -> new Mismatch("all scores are missing"));
        return IntStream.range(0, ids.size())
                .filter(i -> scores[i] == most)
                .mapToObj(ids::get)
                .toList();
    }

    private static String told(double[] scores) {
        return Arrays.toString(scores);
    }

    private static void matches(TestCycle cycle, int total, Set<String> ids, Map<String, Double> blocks) {
        cycle.with(PrefixMatch.of(PRODUCER), new PrefixMatch(total, BLOCK_SIZE));
        for (String id : ids) {
            cycle.with(
                    PrefixMatch.matchedBlocks(PRODUCER),
                    id,
                    blocks.getOrDefault(id, 0.0).longValue());
        }
    }

    private static TestCycle cycle(Map<String, Double> load) {
        TestCycle cycle = TestCycle.of(fleet(load.keySet()));
        load(cycle, load);
        return cycle;
    }

    private static void load(TestCycle cycle, Map<String, Double> load) {
        load.forEach((id, requests) -> {
            if (!requests.isNaN()) {
                cycle.with(InFlightLoad.REQUESTS, id, requests.longValue());
            }
        });
    }

    private static TestFleet fleet(Set<String> ids) {
        return TestFleet.of(ids.toArray(String[]::new));
    }

    /** Reads numbers by endpoint, from an object or from a list whose places name them; null is NaN. */
    private static Map<String, Double> numbers(@Nullable Object tree) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        if (tree instanceof Map<?, ?> map) {
            map.forEach((id, number) -> numbers.put(String.valueOf(id), numberOrMissing(number)));
        } else if (tree instanceof List<?> list) {
            list.forEach(number -> numbers.put(Integer.toString(numbers.size()), numberOrMissing(number)));
        } else if (tree != null) {
            throw new Mismatch("numbers: expected a list or an object, actual " + JsonTree.write(tree));
        }
        return numbers;
    }

    private static double numberOrMissing(@Nullable Object number) {
        return number == null ? Double.NaN : Case.number("number", number);
    }

    private static List<String> ids(List<?> places) {
        return places.stream().map(PeerAffinityCases::id).toList();
    }

    private static String id(@Nullable Object place) {
        return String.valueOf(place);
    }

    private static Filter filter(Map<String, ?> parameters) {
        return (Filter) plugin("load-gate-filter", parameters);
    }

    /** Makes a plugin as llm-d has it, which BLIS simulates. */
    private static Plugin llmd(String type) {
        return plugin(type, Map.of(), Semantics.LLM_D);
    }

    private static Plugin plugin(String type, Map<String, ?> parameters) {
        return plugin(type, parameters, Semantics.CORRECTED);
    }

    private static Plugin plugin(String type, Map<String, ?> parameters, Semantics semantics) {
        return BuiltInPlugins.factories(semantics).stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new Mismatch("there is no type " + type))
                .create(type, Parameters.of("parameters", parameters));
    }
}
