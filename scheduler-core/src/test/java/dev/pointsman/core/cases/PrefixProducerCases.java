// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.core.producer.ProducerFactories;
import dev.pointsman.core.reuse.LlmdApproxPrefixProducer;
import dev.pointsman.core.reuse.Sent;
import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.ByteSource;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.hash.LlmdBlockHasher;
import dev.pointsman.kvcache.hash.LlmdRouterHasher;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Cases of the approximate and the precise prefix producer, and of the hashes by which they name blocks. */
final class PrefixProducerCases {
    private static final String APPROX = PrefixMatch.DEFAULT_PRODUCER;
    private static final String MULTICLUSTER = "multicluster-approx-prefix-cache-producer";
    private static final String PRECISE = PrecisePrefixProducer.TYPE;

    static final Set<String> TYPES = Set.of(APPROX, MULTICLUSTER, PRECISE);

    private static final int MINIMUM_BLOCK_SIZE = 64;

    private PrefixProducerCases() {}

    static void run(Case one) {
        boolean precise = one.text("plugin").equals(PRECISE);
        if (one.text("kind").equals("hash-vector") || one.object("expected").has("hashesHex")) {
            hashes(one, precise);
        } else if (precise) {
            precise(one);
        } else {
            approx(one);
        }
    }

    // ---- hashes

    private static void hashes(Case one, boolean precise) {
        Case request = one.object("request");
        one.objects("endpoints");
        String model = request.text("model", TestRequests.MODEL);
        String salt = request.text("cacheSalt", null);
        Case parameters = one.object("params");
        List<String> found = new ArrayList<>();
        if (precise) {
            Case processor = parameters.object("tokenProcessorConfig");
            LlmdBlockHasher hasher = new LlmdBlockHasher(
                    processor.text("hashAlgorithm", "cbor-fnv").equals("xxh64")
                            ? LlmdBlockHasher.Algorithm.XXH64
                            : LlmdBlockHasher.Algorithm.CBOR_FNV,
                    (int) processor.integer(processor.either("blockSizeTokens", "blockSize"), 16),
                    processor.text("hashSeed", ""));
            int[] tokens = tokens(request);
            int blocks = tokens.length / (int) processor.integer(processor.either("blockSizeTokens", "blockSize"), 16);
            List<@Nullable List<String>> features = new ArrayList<>();
            if (salt != null && !salt.isEmpty() && blocks > 0) {
                features.add(List.of(salt));
                IntStream.range(1, blocks).forEach(i -> features.add(null));
            }
            LongStream.of(hasher.hashAfter(hasher.root(model), tokens, features))
                    .forEach(hash -> found.add(HexFormat.of().toHexDigits(hash)));
        } else {
            int floor = (int) one.object("harness").integer("minBlockFloor", MINIMUM_BLOCK_SIZE);
            int size = (int) parameters.integer(parameters.either("blockSizeTokens", "blockSize"), 16);
            LlmdRouterHasher hasher = new LlmdRouterHasher(Math.max(size, floor));
            long root = hasher.root(model, salt);
            long[] hashes;
            if (request.hasAny("text", "prompt")) {
                byte[] text = request.text(request.either("text", "prompt")).getBytes(StandardCharsets.UTF_8);
                hashes = new long[hasher.blocksOfText(text.length)];
                hasher.hashText(ByteSource.of(text), root, hashes, hashes.length);
            } else {
                int[] tokens = tokens(request);
                hashes = new long[hasher.blocksOfTokens(tokens.length)];
                hasher.hashTokens(TokenSource.of(tokens), root, hashes, hashes.length);
            }
            LongStream.of(hashes).forEach(hash -> found.add(HexFormat.of().toHexDigits(hash)));
        }
        Mismatch.require("hashesHex", one.object("expected").list("hashesHex"), found);
    }

    static int[] tokens(Case request) {
        if (request.raw("tokens") instanceof Map<?, ?>) {
            Case range = request.object("tokens");
            List<?> ends = range.list(range.either("rangeInclusive", "range"));
            int last = (int) Case.integer("range", ends.get(1)) + (range.has("rangeInclusive") ? 1 : 0);
            return IntStream.range((int) Case.integer("range", ends.get(0)), last)
                    .toArray();
        }
        return request.tokens("tokens");
    }

    // ---- approx-prefix-cache-producer

    private static void approx(Case one) {
        String type = one.text("plugin");
        if (ApproxHistory.takes(one)) {
            ApproxHistory.run(one, approxProducer(one, type), type);
            return;
        }
        TestFleet endpoints = ProducerCases.fleet(one.objects("endpoints"));
        Sent fleet = new Sent(approxProducer(one, type), endpoints);
        List<?> counts = one.object("request").list("promptTokenCounts");
        Case expected = one.object("expected");
        if (expected.has("blocksPerPrompt")) {
            List<Long> blocks = new ArrayList<>();
            for (Object count : counts) {
                long hashed = match(fleet, type, TestRequests.tokens((int) Case.integer("count", count)))
                        .totalBlocks();
                if (hashed > 0) {
                    blocks.add(hashed);
                }
            }
            Mismatch.require("blocksPerPrompt", expected.list("blocksPerPrompt"), blocks);
        }
        if (expected.has("hashedBlocks")) {
            long hashed = 0;
            for (Object count : counts) {
                hashed += match(fleet, type, TestRequests.tokens((int) Case.integer("count", count)))
                        .totalBlocks();
            }
            Mismatch.require("hashedBlocks", expected.integer("hashedBlocks"), hashed);
        }
        if (expected.has("effectiveBlockSizeTokens")) {
            Mismatch.require("effectiveBlockSizeTokens", expected.integer("effectiveBlockSizeTokens"), (long)
                    match(fleet, type, TestRequests.tokens(1000)).blockSize());
        }
        if (expected.has("lruLengthAfterThreeAdds")) {
            Mismatch.require(
                    "lruLengthAfterThreeAdds",
                    expected.integer("lruLengthAfterThreeAdds"),
                    rememberedOfThree(fleet, type));
        }
    }

    private static DataProducer approxProducer(Case one, String type) {
        DataProducer producer = (DataProducer) ProducerCases.plugin(type, one.map("params"));
        if (!one.has("harness")) {
            return producer;
        }
        // The floor is no parameter, upstream or here.
        Case parameters = one.object("params");
        return LlmdApproxPrefixProducer.builder()
                .name(type)
                .minimumBlockSize((int) one.object("harness").integer("minBlockFloor", MINIMUM_BLOCK_SIZE))
                .autoTune(parameters.flag("autoTune", true))
                .blockSize((int) parameters.integer(parameters.either("blockSizeTokens", "blockSize"), 16))
                .maxPrefixTokens((int) parameters.integer("maxPrefixTokensToMatch", 131_072))
                .maxPrefixBlocks((int) parameters.integer("maxPrefixBlocksToMatch", 2048))
                .capacityPerEndpoint((int) parameters.integer("lruCapacityPerServer", 31_250))
                .build();
    }

    private static PrefixMatch match(Sent fleet, String producer, InferenceRequest request) {
        PrefixMatch match = fleet.produced(request).attribute(PrefixMatch.of(producer));
        if (match == null) {
            throw new Mismatch("prefix match: there is none");
        }
        return match;
    }

    /** Sends three prompts of one block each to the first endpoint, and counts those that it is still thought to have. */
    private static long rememberedOfThree(Sent fleet, String producer) {
        String id = fleet.fleet().ids().get(0);
        List<InferenceRequest> prompts = LongStream.rangeClosed(1, 3)
                .mapToObj(hash -> TestRequests.builder()
                        .prompt(Prompt.blocks(new long[] {hash}, 64, 64))
                        .build())
                .toList();
        prompts.forEach(prompt -> fleet.send(prompt, id));
        return prompts.stream()
                .mapToLong(prompt -> fleet.produced(prompt)
                        .numbers(PrefixMatch.matchedBlocks(producer))
                        .getOrDefault(id, 0L))
                .sum();
    }

    // ---- precise-prefix-cache-producer

    private static void precise(Case one) {
        Case expected = one.object("expected");
        one.objects("endpoints");
        if (expected.has("hashedBlocks")) {
            PrecisePrefixProducer producer = (PrecisePrefixProducer) ProducerCases.plugin(PRECISE, one.map("params"));
            long hashed = 0;
            for (Object count : one.object("request").list("promptTokenCounts")) {
                TestCycle cycle =
                        TestCycle.of(TestFleet.of("pod"), TestRequests.tokens((int) Case.integer("count", count)));
                PrefixMatch match = cycle.produce(producer).attribute(PrefixMatch.of(PRECISE));
                hashed += match == null ? 0 : match.totalBlocks();
            }
            Mismatch.require("hashedBlocks", expected.integer("hashedBlocks"), hashed);
        }
        if (expected.has("blockIndices")) {
            Mismatch.require("blockIndices", expected.list("blockIndices"), blocksWithItems(one));
        }
        if (expected.has("matchedMmBlocks")) {
            Mismatch.require("matchedMmBlocks", expected.integer("matchedMmBlocks"), matchedWithItems(one));
        }
        if (one.has("state")) {
            indexed(one, expected);
        }
    }

    private static List<Long> blocksWithItems(Case one) {
        Case parameters = one.object("params");
        Case processor = parameters.object("tokenProcessorConfig");
        int size = (int) parameters.integer("blockSizeTokens", processor.integer("blockSizeTokens", 16));
        List<Case> features = one.object("request").objects("features");
        long end = features.stream()
                .mapToLong(feature -> feature.integer("offset") + feature.integer("length"))
                .max()
                .orElse(0);
        long[] items = new long[(int) ((end + size - 1) / size)];
        BlockHasher hasher = new BlockHasher(size);
        for (Case feature : features) {
            hasher.placeItem(
                    "image", (int) feature.integer("offset"), (int) feature.integer("length"), items, items.length);
        }
        return IntStream.range(0, items.length)
                .filter(block -> items[block] != BlockHasher.NO_ITEMS)
                .mapToObj(block -> (long) block)
                .toList();
    }

    /** Has an endpoint hold so many leading blocks of a prompt with images, and counts those of its match that images reach. */
    private static long matchedWithItems(Case one) {
        Case request = one.object("request");
        int size = 16;
        List<Long> withItems = request.list("mmBlockIndices").stream()
                .map(block -> Case.integer("block", block))
                .toList();
        long last = withItems.stream().mapToLong(block -> block).max().orElse(0);
        int matchLength = (int) request.integer("matchLength");
        int blocks = (int) Math.max(last + 1, matchLength);
        InferenceRequest prompt = TestRequests.builder()
                .tokens(new int[blocks * size])
                .multimodalItems(withItems.stream()
                        .map(block -> new MultimodalItem("image", (int) (block * size), size))
                        .toList())
                .build();
        PrecisePrefixProducer producer = (PrecisePrefixProducer) ProducerCases.plugin(PRECISE, one.map("params"));
        TestFleet fleet = TestFleet.of("pod");
        producer.index().store(0, Tier.ACCELERATOR, hashes(prompt, size, blocks), 0, matchLength);
        TestCycle cycle = TestCycle.of(fleet, prompt).produce(producer);
        long matched = cycle.numbers(PrefixMatch.matchedBlocks(PRECISE)).getOrDefault("pod", 0L);
        return withItems.stream().filter(block -> block < matched).count();
    }

    private static long[] hashes(InferenceRequest request, int size, int blocks) {
        BlockHasher hasher = new BlockHasher(size);
        long[] items = new long[blocks];
        request.multimodalItems()
                .forEach(item ->
                        hasher.placeItem(item.contentHash(), item.firstToken(), item.tokenCount(), items, blocks));
        long[] hashes = new long[blocks];
        hasher.hashTokens(
                TokenSource.of(new int[blocks * size]),
                hasher.namespace(request.model(), request.loraAdapter(), request.cacheSalt(), List.of()),
                request.multimodalItems().isEmpty() ? null : items,
                hashes);
        return hashes;
    }

    private static void indexed(Case one, Case expected) {
        Case request = one.object("request");
        String pod = request.text("pod", null);
        if (expected.has("weightedScore")) {
            // Before its fraction is lost, which happens where matches are counted.
            TestCycle cycle = looked(one, Semantics.CORRECTED);
            Map<String, Double> scores = new TreeMap<>(cycle.numbers(PrefixMatch.weightedBlocks(PRECISE)));
            if (scores.isEmpty()) {
                cycle.numbers(PrefixMatch.matchedBlocks(PRECISE))
                        .forEach((id, blocks) -> scores.put(id, (double) blocks));
            }
            Tolerance tolerance = Tolerance.of(one);
            expected.map("weightedScore")
                    .forEach((id, score) -> tolerance.require(
                            "weightedScore." + id, Case.number(id, score), scores.getOrDefault(id, 0.0)));
            for (Object id : expected.list("absentOrZero")) {
                tolerance.require("absentOrZero " + id, 0, scores.getOrDefault(String.valueOf(id), 0.0));
            }
        }
        TestCycle cycle = looked(one, Semantics.LLM_D);
        Map<String, Long> blocks = cycle.numbers(PrefixMatch.matchedBlocks(PRECISE));
        if (expected.has("cachedBlockCount")) {
            Mismatch.require("cachedBlockCount", expected.integer("cachedBlockCount"), blocks.get(pod));
        }
        if (expected.has("matchBlocks")) {
            Map<String, Double> weighted = cycle.numbers(PrefixMatch.weightedBlocks(PRECISE));
            Object actual = weighted.isEmpty()
                    ? blocks.get(pod)
                    : Long.valueOf(weighted.getOrDefault(pod, 0.0).longValue());
            Mismatch.require("matchBlocks", expected.integer("matchBlocks"), actual);
        }
        if (expected.has("cachedBlocksByTier")) {
            Map<String, Long> byTier = new TreeMap<>();
            Map.of("gpu", Tier.ACCELERATOR, "cpu", Tier.HOST, "disk", Tier.STORAGE)
                    .forEach((name, tier) -> {
                        long its = cycle.numbers(PrecisePrefixProducer.blocksIn(PRECISE, tier))
                                .getOrDefault(pod, 0L);
                        if (its > 0) {
                            byTier.put(name, its);
                        }
                    });
            long guessed = cycle.numbers(PrecisePrefixProducer.speculativeBlocks(PRECISE))
                    .getOrDefault(pod, 0L);
            if (guessed > 0) {
                byTier.put("speculative", guessed);
            }
            Mismatch.require("cachedBlocksByTier", new TreeMap<>(expected.map("cachedBlocksByTier")), byTier);
        }
    }

    /** Looks a prompt up whose blocks lie as the case's state says. */
    private static TestCycle looked(Case one, Semantics semantics) {
        List<?> keys = one.object("request").list("blockKeys");
        Map<String, @Nullable Object> index = one.object("state").map("index");
        TreeSet<String> pods = new TreeSet<>(List.of("pod"));
        Map<String, List<Map<?, ?>>> entries = new LinkedHashMap<>();
        index.forEach((key, list) -> {
            List<Map<?, ?>> its = new ArrayList<>();
            for (Object entry : (List<?>) list) {
                its.add((Map<?, ?>) entry);
                pods.add(String.valueOf(((Map<?, ?>) entry).get("pod")));
            }
            entries.put(key, its);
        });
        TestFleet fleet = TestFleet.of(pods.toArray(String[]::new));
        PrecisePrefixProducer producer = (PrecisePrefixProducer) ProducerFactories.precisePrefix(
                        semantics, settings -> settings.tierColumns(true).speculation(Duration.ofSeconds(2)))
                .create(PRECISE, Parameters.of("params", one.map("params")));
        int size = producer.blockSize();
        InferenceRequest prompt =
                TestRequests.builder().tokens(new int[keys.size() * size]).build();
        long[] hashes = hashes(prompt, size, keys.size());
        TieredPrefixIndex blocks = producer.index();
        for (int i = 0; i < keys.size(); i++) {
            for (Map<?, ?> entry : entries.getOrDefault(String.valueOf(keys.get(i)), List.of())) {
                int slot = fleet.slotOf(String.valueOf(entry.get("pod")));
                if (Boolean.TRUE.equals(entry.get("speculative"))) {
                    ((SpeculativePrefixIndex) blocks).route(slot, hashes, i + 1, 0);
                    continue;
                }
                Tier tier = KvEventNormalizer.tier(String.valueOf(entry.get("tier")));
                if (tier == null) {
                    throw new Mismatch("state: tier " + entry.get("tier") + " is none that blocks are kept for");
                }
                blocks.store(slot, tier, hashes, i, i + 1);
            }
        }
        return TestCycle.of(fleet, prompt).produce(producer);
    }
}
