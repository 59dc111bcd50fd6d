// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.config.PluginLookup;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.Decider;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cases of the rules by which a stage is separated: of a decider by itself, and of the peers' thresholds. */
final class DeciderCases implements CaseGroup {
    static final String PREFIX_BASED = "prefix-based-pd-decider";
    static final String NON_CACHED = "nonCachedTokens";
    private static final String BLIS = "blis-prefix-threshold-decider";
    private static final String DYNAMO = "dynamo-conditional-disagg-decider";
    private static final List<String> MEDIA = List.of(
            "multimodal",
            "hasMultimodal",
            "multimodalFeatures",
            "media",
            "image",
            "images",
            "video",
            "videos",
            "audio",
            "hasImage",
            "hasVideo",
            "hasAudio");
    private static final Set<Object> NO_MEDIA = Set.of(false, 0L, "", "none", List.of(), Map.of());

    @Override
    public boolean takes(Case one) {
        String policy = one.text("policy", "");
        String rule = one.text("rule", "");
        return "decider".equals(one.text("kind", ""))
                || policy.startsWith("prefix-threshold decider")
                || policy.startsWith("conditional disagg")
                || rule.startsWith("effective=max(0,prompt-overlap)")
                || rule.startsWith("bypass iff prompt-overlap")
                || isThreshold(one);
    }

    /** Tells a case of llm-d's or BLIS's threshold from one that schedules a request with it. */
    private static boolean isThreshold(Case one) {
        return one.has("area") && one.object("expected").hasAny("disaggregate", "blis", "llmd");
    }

    @Override
    public void run(Case one) {
        one.raw("ruleFrom"); // Says where the rule was taken from, and is nothing to check.
        if (one.has("kind")) {
            decider(one);
        } else if (one.text("policy", "").startsWith("prefix-threshold decider")) {
            Case given = one.object("given");
            boolean separate = separate(
                    BLIS,
                    Map.of("threshold", given.integer("threshold")),
                    given.integer(given.either("tokens", "promptTokens", "inputTokens")),
                    given.integer("cachedBlocks", 0),
                    given.integer("blockSize", 16));
            expect(one.object("expect"), separate);
        } else if (one.has("policy")) {
            dynamo(one.object("given"), one.object("expect"));
        } else if (one.object("expected").hasAny("blis", "llmd")) {
            equality(one.object("inputs"), one.object("expected"));
        } else if (one.text("rule", "").startsWith("threshold>0")) {
            llmd(one.object("inputs"), one.object("expected"));
        } else {
            dynamo(one.object("inputs"), one.object("expected"));
        }
    }

    private static void decider(Case one) {
        Decider decider = made(one.text("plugin"), one.map("params"));
        List<Case> endpoints = one.objects("endpoints");
        Case request = one.object("request");
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < endpoints.size(); i++) {
            fleet.endpoint(endpoints.get(i).text("name", "e" + i));
        }
        TestCycle cycle = TestCycle.of(fleet.build(), request(request));
        for (int i = 0; i < endpoints.size(); i++) {
            cached(
                    cycle,
                    endpoints.get(i).text("name", "e" + i),
                    endpoints.get(i).object("attributes"));
        }
        expect(one.object("expected"), decider.separate(cycle, endpoints.isEmpty() ? null : target(cycle.fleet(), 0)));
    }

    /** Makes what is asked about; its text or tokens are of the length that the case states. */
    static InferenceRequest request(Case request) {
        InferenceRequest.Builder builder = TestRequests.builder();
        if (request.has("prompt")) {
            builder.text(request.text("prompt", ""));
        } else {
            builder.tokens(new int[(int) request.integer(request.either("tokenCount", "inputTokens", "tokens"), 0)]);
        }
        boolean media = false;
        for (String name : MEDIA) {
            Object value = request.raw(name);
            media |= value != null && !NO_MEDIA.contains(value);
        }
        if (media) {
            builder.multimodalItems(List.of(new MultimodalItem("image-1", 0, 1)));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        request.map("headers").forEach((name, value) -> {
            if (value != null) {
                headers.put(name, String.valueOf(value));
            }
        });
        return builder.headers(HeaderLookup.of(headers)).build();
    }

    /** Sets what is said to be cached on an endpoint; the count without weights, if there is one, as plugins find it. */
    static void cached(TestCycle cycle, String endpoint, Case attributes) {
        if (!attributes.has("prefixMatch")) {
            return;
        }
        Case match = attributes.object("prefixMatch");
        String producer = match.text("producer", PrefixMatch.DEFAULT_PRODUCER);
        long blocks = match.raw("cachedBlocks") != null
                ? match.integer("cachedBlocks")
                : (long) match.number("matchBlocks", 0);
        match.raw("matchBlocks");
        match.raw("cachedBlocksByTier"); // They add up to cachedBlocks.
        if (!match.names().isEmpty()) {
            setCached(
                    cycle,
                    endpoint,
                    producer,
                    blocks,
                    match.integer("totalBlocks", blocks),
                    match.integer("blockSizeTokens", 1));
        }
    }

    static void setCached(
            TestCycle cycle, String endpoint, String producer, long blocks, long totalBlocks, long blockSize) {
        cycle.with(PrefixMatch.of(producer), new PrefixMatch((int) totalBlocks, (int) blockSize))
                .with(PrefixMatch.matchedBlocks(producer), endpoint, blocks);
    }

    static Target target(FleetSnapshot fleet, int slot) {
        return new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), 1);
    }

    private static void llmd(Case inputs, Case expected) {
        boolean separate = separate(
                PREFIX_BASED,
                Map.of(
                        NON_CACHED,
                        inputs.integer(inputs.either(NON_CACHED, "threshold")),
                        "promptTokens",
                        inputs.integer("promptTokens", 0)),
                inputs.integer("inputTokens"),
                inputs.integer(inputs.either("cachedTokensOnDecode", "cachedTokens"), 0)
                        / inputs.integer("blockSize", 1),
                inputs.integer("blockSize", 1));
        expect(expected, separate);
    }

    /** Both rules on as many tokens that are not cached. */
    private static void equality(Case inputs, Case expected) {
        long threshold = inputs.integer("threshold");
        long tokens = inputs.integer(NON_CACHED);
        if (expected.has("llmd")) {
            require(expected, "llmd", separate(PREFIX_BASED, Map.of(NON_CACHED, threshold), tokens, 0, 1));
        }
        if (expected.has("blis")) {
            require(expected, "blis", separate(BLIS, Map.of("threshold", threshold), tokens, 0, 1));
        }
    }

    private static void require(Case expected, String name, boolean separate) {
        Mismatch.require(expected.path() + "." + name, expected.text(name), separate ? "disaggregate" : "local");
    }

    private static void dynamo(Case given, Case expected) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        String policy = given.text("policy", given.has("cap") ? "token_cap" : "isl_bounding");
        if (policy.endsWith("_load")) {
            throw new Skipped("rules that look at the prefill worker that would be chosen come with the planner");
        }
        parameters.put("policy", policy);
        put(parameters, "effIslThreshold", given, "effThreshold", "effIslCap", "effIslThreshold");
        put(parameters, "effIslRatioThreshold", given, "ratioThreshold", "effRatioCap", "effIslRatioThreshold");
        put(parameters, "maxNewTokens", given, "cap", "maxNewTokens");
        long blockSize = given.integer("blockSize", 1);
        // Without the feature there is no such decider, and a prefill is always remote.
        boolean off = !given.flag("enabled", true);
        boolean separate = separate(
                off ? "always-disagg-pd-decider" : DYNAMO,
                off ? Map.of() : parameters,
                given.integer(given.either("promptTokens", "tokens")),
                given.has("overlapTokens")
                        ? given.integer("overlapTokens") / blockSize
                        : given.integer("overlapBlocks", 0),
                blockSize);
        Mismatch.require(expected.path() + ".bypassRemotePrefill", expected.raw("bypassRemotePrefill"), !separate);
    }

    private static void put(Map<String, Object> parameters, String parameter, Case given, String... names) {
        Object value = given.raw(given.either(names));
        if (value != null) {
            parameters.put(parameter, value);
        }
    }

    private static boolean separate(
            String type, Map<String, ?> parameters, long promptTokens, long cachedBlocks, long blockSize) {
        TestCycle cycle = TestCycle.of(
                TestFleet.of("decode"),
                TestRequests.builder().tokens(new int[(int) promptTokens]).build());
        long blocks = Math.max(cachedBlocks, (promptTokens + blockSize - 1) / blockSize);
        setCached(cycle, "decode", PrefixMatch.DEFAULT_PRODUCER, cachedBlocks, blocks, blockSize);
        return made(type, parameters).separate(cycle, target(cycle.fleet(), 0));
    }

    private static void expect(Case expected, boolean separate) {
        Object wanted = expected.raw(expected.either("disaggregate", "separate", "decide"));
        Mismatch.require(expected.path() + ".disaggregate", wanted, separate);
    }

    private static Decider made(String type, Map<String, ?> parameters) {
        Plugin plugin = plugin(type, parameters, NO_PLUGINS);
        if (plugin instanceof Decider decider) {
            return decider;
        }
        throw new Mismatch(type + ": is no decider");
    }

    private static final PluginLookup NO_PLUGINS = (path, name) -> {
        throw ParameterException.unknown(path, "plugin", name, List.of());
    };

    /** Makes a plugin as a loaded configuration does. */
    static Plugin plugin(String type, Map<String, ?> parameters, PluginLookup lookup) {
        PluginFactory factory = factory(type);
        if (factory == null) {
            throw new Mismatch("there is no plugin type " + type);
        }
        Parameters given = Parameters.of("params", parameters, lookup);
        ParameterSpec.checkNames(given, factory.parameters());
        return factory.create(type, given);
    }

    static @Nullable PluginFactory factory(String type) {
        return BuiltInPlugins.factories(Semantics.LLM_D).stream()
                .filter(factory ->
                        factory.type().equals(type) || factory.aliases().contains(type))
                .findFirst()
                .orElse(null);
    }
}
