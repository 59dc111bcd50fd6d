// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.score.BlockCost;
import dev.pointsman.kvcache.score.LocalPrefill;
import dev.pointsman.kvcache.score.TierWeights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cases of what matches are worth: holders by block and tier and their weighted prefix, prompts that a decoding endpoint reads
 * itself, and costs in blocks.
 */
final class ScoreCases implements CaseGroup {
    /** What llm-d gives a tier that it has no weight for. */
    private static final double WEIGHT_OF_UNKNOWN_TIER = 1;

    private static final String[] PREFILL = {
        "rawPrefillBlocks", "prefillBlocks", "raw_prefill_blocks", "prefill_blocks", "rawPrefill", "prefill"
    };
    private static final String[] DEVICE = {
        "device", "gpu", "deviceBlocks", "device_blocks", "deviceOverlap", "device_overlap", "gpuOverlap", "gpu_overlap"
    };
    private static final String[] HOST = {
        "host", "cpu", "hostBlocks", "host_blocks", "hostOverlap", "host_overlap", "cpuOverlap", "cpu_overlap"
    };
    private static final String[] DISK = {"disk", "diskBlocks", "disk_blocks", "diskOverlap", "disk_overlap"};
    private static final String[] BEYOND = {
        "beyond", "shared", "sharedBeyond", "shared_beyond", "sharedOverlap", "shared_overlap"
    };

    @Override
    public void run(Case one) {
        if (one.raw("blocks") instanceof List<?>) {
            longestPrefix(one);
        } else if (one.has("cases")) {
            for (Case part : one.objects("cases")) {
                single(part, one);
            }
        } else if (one.hasAny("workers", "endpoints", "candidates")) {
            costs(one);
        } else {
            single(one, one);
        }
    }

    private static void single(Case part, Case whole) {
        if (part.hasAny("overlapBlocks", "overlap", "bypass", "effIsl")) {
            localPrefill(part, whole.object("thresholds"));
        } else if (part.hasAny(PREFILL)) {
            Tolerance.of(whole).require(part.path(), expectedCost(part), cost(part, whole));
        } else {
            throw new Mismatch(part.path() + ": is a score of a kind not known to this runner: " + part);
        }
    }

    private static double expectedCost(Case part) {
        String field = part.either("cost", "expect", "score");
        if (part.raw(field) instanceof Map<?, ?>) {
            Case expected = part.object(field);
            return expected.number(expected.either("cost", "score"));
        }
        return part.number(field);
    }

    // ---- holders by block

    private static void longestPrefix(Case one) {
        List<Case> blocks = one.objects("blocks");
        Map<String, Double> weights = weights(one);
        Map<String, Tier> tiers = planes(blocks, weights);
        Endpoints endpoints = new Endpoints();
        TieredPrefixIndex index = Indexes.counted();
        long[] hashes = new long[blocks.size()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = i + 1L;
        }
        for (int i = 0; i < hashes.length; i++) {
            for (String endpoint : blocks.get(i).names()) {
                for (Object tier : blocks.get(i).list(endpoint)) {
                    index.store(endpoints.slot(endpoint), tiers.get((String) tier), hashes, i, i + 1);
                }
            }
        }
        PrefixMatches matches = new PrefixMatches();
        index.match(hashes, hashes.length, matches);

        Set<String> asked = new TreeSet<>(endpoints.ranksOf(""));
        asked.addAll(endpoints.matched(matches).keySet());
        if (one.has("candidates")) {
            asked.clear();
            one.list("candidates").forEach(name -> asked.add((String) name));
        }
        Case expected = one.object("expect");
        asked.addAll(expected.names());
        TierWeights worth = worth(tiers, weights);
        Tolerance tolerance = Tolerance.of(one);
        for (String endpoint : asked) {
            int slot = endpoints.slot(endpoint);
            String place = expected.path() + "." + endpoint;
            if (expected.raw(endpoint) instanceof Map<?, ?>) {
                Case byTier = expected.object(endpoint);
                for (String tier : byTier.names()) {
                    Tier plane = tiers.getOrDefault(tier, Tiers.named(tier));
                    tolerance.require(place + "." + tier, byTier.number(tier), matches.blocks(slot, plane));
                }
            } else {
                tolerance.require(place, expected.number(endpoint, 0), worth.weigh(matches, slot));
            }
        }
    }

    private static Map<String, Double> weights(Case one) {
        Map<String, Double> weights = new LinkedHashMap<>();
        if (!one.has("weights")) {
            weights.put("gpu", 1.0);
            weights.put("cpu", 0.8);
        }
        Case given = one.object("weights");
        for (String tier : given.names()) {
            weights.put(tier, given.number(tier));
        }
        return weights;
    }

    /**
     * Says which plane of the index each tier of a case lies in: the tier of that name, if the case's weights fall from fast
     * to slow as ours must; otherwise planes in the order of the weights.
     */
    private static Map<String, Tier> planes(List<Case> blocks, Map<String, Double> weights) {
        Set<String> names = new LinkedHashSet<>();
        for (Case block : blocks) {
            block.names().forEach(endpoint -> block.list(endpoint).forEach(tier -> names.add((String) tier)));
        }
        Map<String, Tier> planes = new LinkedHashMap<>();
        double last = Double.MAX_VALUE;
        for (Tier tier : Tier.values()) {
            for (String name : names) {
                double weight = weight(name, weights);
                if (Tiers.known(name) == tier && weight <= last && !planes.containsValue(tier)) {
                    planes.put(name, tier);
                    last = weight;
                }
            }
        }
        if (planes.size() < names.size()) {
            List<String> heaviestFirst = new ArrayList<>(names);
            heaviestFirst.sort(Comparator.comparingDouble(name -> -weight(name, weights)));
            planes.clear();
            for (String name : heaviestFirst) {
                planes.put(name, Tier.values()[planes.size()]);
            }
        }
        return planes;
    }

    private static TierWeights worth(Map<String, Tier> planes, Map<String, Double> weights) {
        double[] byTier = new double[Tier.values().length];
        double last = planes.isEmpty() ? 0 : Double.MAX_VALUE;
        for (Tier tier : Tier.values()) {
            for (Map.Entry<String, Tier> plane : planes.entrySet()) {
                if (plane.getValue() == tier) {
                    last = weight(plane.getKey(), weights);
                }
            }
            byTier[tier.ordinal()] = last; // Of a plane that nothing lies in: anything that does not grow.
        }
        return TierWeights.of(byTier[0], byTier[1], byTier[2], byTier[3]);
    }

    private static double weight(String tier, Map<String, Double> weights) {
        return weights.getOrDefault(tier, WEIGHT_OF_UNKNOWN_TIER);
    }

    // ---- prompts read where they are decoded

    private static void localPrefill(Case part, Case thresholds) {
        LocalPrefill rule = new LocalPrefill(
                thresholds.integer("effIsl", LocalPrefill.DEFAULT.maxTokens()),
                thresholds.number("ratio", LocalPrefill.DEFAULT.maxShare()));
        String comparison = thresholds.text("comparison", "strict <");
        if (!"strict <".equals(comparison)) {
            throw new Mismatch(thresholds.path() + ".comparison: " + comparison + " is not known to this runner");
        }
        long prompt = part.integer(part.either("prompt", "promptTokens"));
        long overlap = part.integer(part.either("overlapBlocks", "overlap"));
        int blockSize = (int) part.integer("blockSize");
        if (part.has("effIsl")) {
            Mismatch.require(
                    part.path() + ".effIsl",
                    part.integer("effIsl"),
                    LocalPrefill.tokensLeft(prompt, overlap, blockSize));
        }
        Mismatch.require(part.path() + ".bypass", part.flag("bypass", false), rule.suits(prompt, overlap, blockSize));
    }

    // ---- costs in blocks

    private static void costs(Case one) {
        Map<String, Double> costs = new LinkedHashMap<>();
        String field = one.either("workers", "endpoints", "candidates");
        if (one.raw(field) instanceof Map<?, ?>) {
            Case workers = one.object(field);
            for (String name : workers.names()) {
                costs.put(name, cost(workers.object(name), one));
            }
        } else {
            for (Case worker : one.objects(field)) {
                costs.put(worker.text(worker.either("ep", "name", "worker", "endpoint", "id")), cost(worker, one));
            }
        }
        Case expected = one.object(one.either("expect", "costs"));
        Case values = expected.raw("costs") instanceof Map<?, ?> ? expected.object("costs") : expected;
        for (String name : values.names()) {
            if (costs.containsKey(name)) {
                Tolerance.of(one).require(values.path() + "." + name, values.number(name), costs.get(name));
            } else if (!Set.of("winner", "best", "pick", "costs").contains(name)) {
                throw new Mismatch(values.path() + "." + name + ": is not known to this runner");
            }
        }
        String winner =
                expected.text(expected.either("winner", "best", "pick"), one.text(one.either("winner", "best"), null));
        if (winner != null) {
            double least = costs.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElseThrow();
            if (!costs.containsKey(winner) || !Tolerance.of(one).agree(costs.get(winner), least)) {
                throw new Mismatch(one.path() + ": expected " + winner + " to win, actual costs " + costs);
            }
        }
    }

    private static double cost(Case worker, Case whole) {
        Case settings = whole.object(whole.either("params", "weights", "config"));
        double decay = settings.number("decay", worker.number("decay", 1));
        TierWeights credits = TierWeights.of(
                decay * settings.number(settings.either("credit", "deviceCredit", "device_credit", "device"), 1),
                settings.number(settings.either("hostCredit", "host_credit", "host"), 0.75),
                settings.number(settings.either("diskCredit", "disk_credit", "disk"), 0.25),
                0);
        double credit = credits.weight(Tier.ACCELERATOR) * worker.number(worker.either(DEVICE), 0)
                + credits.weight(Tier.HOST) * worker.number(worker.either(HOST), 0)
                + credits.weight(Tier.STORAGE) * worker.number(worker.either(DISK), 0)
                + settings.number(settings.either("sharedMult", "shared_mult", "shared"), 0)
                        * worker.number(worker.either(BEYOND), 0);
        return new BlockCost(
                        settings.number(settings.either("loadScale", "load_scale"), 1),
                        settings.number(settings.either("activeWeight", "active_weight", "activeW", "active_w"), 0))
                .of(
                        worker.number(worker.either(PREFILL)),
                        credit,
                        worker.number(worker.either("decodeBlocks", "decode_blocks", "decode"), 0),
                        worker.number(worker.either("active", "activeRequests", "active_requests"), 0));
    }
}
