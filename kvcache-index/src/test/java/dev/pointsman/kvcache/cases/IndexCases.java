// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Cases of what an index holds after stores, removals and departures: steps, then queries. A step names blocks by engine
 * hashes and by contents; the contents are chained to our own hashes as a feed would.
 */
final class IndexCases implements CaseGroup {
    private static final int MOST_REPEATS = 1_000_000;

    @Override
    public void run(Case one) {
        String policy = one.text("skipUnlessPolicy", one.text("policy", "refcount"));
        boolean counted = "refcount".equals(policy);
        if (!counted && !"set".equals(policy)) {
            throw new Mismatch(one.path() + ".policy: " + policy + " is neither refcount nor set");
        }
        // Work put off must not show: once without any of it done, once with all of it done after each step.
        for (boolean sweeping : new boolean[] {false, true}) {
            new Run(counted ? Indexes.counted() : Indexes.asSet(), new Endpoints(), sweeping).run(one);
        }
    }

    /** One run of one case. */
    static final class Run {
        private final TieredPrefixIndex index;
        private final boolean sweeping;
        private final Endpoints endpoints;
        private final PrefixMatches matches = new PrefixMatches();
        private final BlockHasher hasher = new BlockHasher(1);
        private final Map<Object, Integer> contents = new HashMap<>();
        private final List<Long> rejected = new ArrayList<>();

        Run(TieredPrefixIndex index, Endpoints endpoints, boolean sweeping) {
            this.index = index;
            this.endpoints = endpoints;
            this.sweeping = sweeping;
        }

        void run(Case one) {
            List<Case> steps = one.objects("steps");
            for (int i = 0; i < steps.size(); i++) {
                Case step = steps.get(i);
                long times = step.integer(step.either("times", "repeat"), 1);
                if (times < 0 || times > MOST_REPEATS) {
                    throw new Mismatch(step.path() + ": is to be done " + times + " times");
                }
                for (long time = 0; time < times; time++) {
                    take(step, i);
                }
                if (sweeping) {
                    Indexes.sweep(index);
                }
            }
            for (Case query : one.objects("queries")) {
                ask(query);
            }
            if (one.has("rejectedSteps")) {
                Mismatch.require(one.path() + ".rejectedSteps", one.list("rejectedSteps"), rejected);
            }
        }

        /** Does what a step says. */
        void take(Case step, long number) {
            String op = step.text("op");
            switch (op) {
                case "store" -> store(step, number);
                case "remove" -> remove(step);
                case "clear" -> clear(step);
                case "removeEndpoint", "removeRank" -> leave(step, op.equals("removeRank"));
                case "query" -> ask(step);
                default -> throw new Mismatch(step.path() + ": op " + op + " is not known to this runner");
            }
        }

        void store(Case step, long number) {
            List<?> blocks = step.list("blocks");
            long[] engineHashes = new long[blocks.size()];
            List<Object> keys = new ArrayList<>();
            for (int i = 0; i < engineHashes.length; i++) {
                if (!(blocks.get(i) instanceof List<?> pair) || pair.size() < 2) {
                    throw new Mismatch(step.path() + ".blocks[" + i + "]: is no [engineHash, contentKey]");
                }
                engineHashes[i] = Case.bits(pair.get(0));
                keys.add(pair.size() == 2 ? pair.get(1) : pair.subList(1, pair.size()));
            }
            int slot = endpoints.slot(name(step));
            Tier tier = Tiers.named(step.text("tier", "gpu"));
            Object parent = step.raw("parent");
            int stored;
            if (parent == null) {
                stored = index.storeFirst(slot, tier, engineHashes, chain(keys, namespace(step)), engineHashes.length);
            } else {
                long parentHash = Case.bits(parent);
                // Whatever the chain starts from, an unknown parent's blocks must not be stored.
                long from = index.knows(slot, parentHash) ? index.blockHash(slot, parentHash) : namespace(step);
                stored = index.storeAfter(slot, tier, parentHash, engineHashes, chain(keys, from), engineHashes.length);
            }
            boolean refused = stored == TieredPrefixIndex.UNKNOWN_PARENT;
            if (refused && !rejected.contains(number)) {
                rejected.add(number);
            }
            if (step.has("rejected")) {
                Mismatch.require(step.path() + ".rejected", step.flag("rejected", false), refused);
            }
        }

        private void remove(Case step) {
            int slot = endpoints.slot(name(step));
            Tier tier = Tiers.named(step.text("tier", "gpu"));
            for (Object hash : step.list("hashes")) {
                index.removeEngine(slot, tier, Case.bits(hash));
            }
        }

        private void clear(Case step) {
            String name = name(step);
            String tier = step.text("tier", null);
            List<String> cleared = endpoints.knows(name) ? List.of(name) : endpoints.ranksOf(name);
            for (String endpoint : cleared) {
                if (tier == null) {
                    index.clear(endpoints.slot(endpoint));
                } else {
                    index.clear(endpoints.slot(endpoint), Tiers.named(tier));
                }
            }
        }

        private void leave(Case step, boolean oneRank) {
            String name = name(step);
            for (String gone : oneRank ? List.of(name) : endpoints.ranksOf(name)) {
                if (endpoints.knows(gone)) {
                    index.clear(endpoints.slot(gone));
                    endpoints.free(gone);
                }
            }
        }

        /** Asks what a query asks, and compares. */
        void ask(Case query) {
            List<Object> keys = new ArrayList<>(query.list("keys"));
            long[] hashes = chain(keys, namespace(query));
            if (expectsTiers(query)) {
                askByTier(query, hashes);
                return;
            }
            String tier = query.text("tier", "gpu");
            boolean anyTier = tier.equals("any") || tier.equals("all");
            if (anyTier) {
                index.match(hashes, hashes.length, matches);
            } else {
                index.match(hashes, hashes.length, Tiers.named(tier), matches);
            }
            Map<String, Long> actual = endpoints.matched(matches);
            Map<String, Long> most = counts(query, "expect");
            if (query.has("acceptMin")) {
                within(query.path(), counts(query, "acceptMin"), most, actual);
            } else {
                Mismatch.require(query.path() + " for " + keys + " in " + tier, most, actual);
            }
        }

        private static boolean expectsTiers(Case query) {
            Case expected = query.object("expect");
            return expected.names().stream().anyMatch(endpoint -> expected.raw(endpoint) instanceof Map<?, ?>);
        }

        /**
         * Compares an expectation by tiers. It may be meant in either of two ways, but all of it in the same: how far each tier
         * holds the prompt by itself, or how many blocks of what all tiers hold together have it as their fastest.
         */
        private void askByTier(Case query, long[] hashes) {
            Map<String, Long> expected = new TreeMap<>();
            Map<String, Long> alone = new TreeMap<>();
            Map<String, Long> fastest = new TreeMap<>();
            Case expectation = query.object("expect");
            for (String endpoint : expectation.names()) {
                Case byTier = expectation.object(endpoint);
                for (String name : byTier.names()) {
                    String place = endpoint + " in " + name;
                    int slot = endpoints.slot(endpoint);
                    expected.put(place, byTier.integer(name));
                    index.match(hashes, hashes.length, Tiers.named(name), matches);
                    alone.put(place, (long) matches.blocks(slot));
                    index.match(hashes, hashes.length, matches);
                    fastest.put(place, (long) matches.blocks(slot, Tiers.named(name)));
                }
            }
            index.match(hashes, hashes.length, matches);
            for (String endpoint : endpoints.matched(matches).keySet()) {
                if (!expectation.has(endpoint)) {
                    throw new Mismatch(query.path() + ": expected no match of " + endpoint + ", actual "
                            + endpoints.matched(matches));
                }
            }
            if (!expected.equals(alone)) {
                Mismatch.require(query.path() + " (or " + alone + " with each tier by itself)", expected, fastest);
            }
        }

        private static void within(
                String place, Map<String, Long> least, Map<String, Long> most, Map<String, Long> actual) {
            actual.forEach((endpoint, blocks) -> {
                if (blocks > most.getOrDefault(endpoint, 0L)) {
                    throw new Mismatch(place + ": counted too much, expected at most " + most + ", actual " + actual);
                }
            });
            least.forEach((endpoint, blocks) -> {
                if (actual.getOrDefault(endpoint, 0L) < blocks) {
                    throw new Mismatch(place + ": expected at least " + least + ", actual " + actual);
                }
            });
        }

        private static Map<String, Long> counts(Case query, String name) {
            Map<String, Long> counts = new TreeMap<>();
            Case expected = query.object(name);
            for (String endpoint : expected.names()) {
                long blocks = expected.integer(endpoint);
                if (blocks != 0) {
                    counts.put(endpoint, blocks);
                }
            }
            return counts;
        }

        private static String name(Case step) {
            String endpoint = step.text("ep");
            String rank = step.text("rank", null);
            return rank == null || endpoint.contains("#") ? endpoint : endpoint + "#" + rank;
        }

        /** Chains contents to our own hashes; equal contents are one number, whatever they are written as. */
        long[] chain(List<Object> keys, long from) {
            int[] numbers = new int[keys.size()];
            for (int i = 0; i < numbers.length; i++) {
                Object key = keys.get(i);
                Integer known = contents.get(key);
                numbers[i] = known == null ? contents.size() : known;
                contents.put(key, numbers[i]);
            }
            long[] hashes = new long[numbers.length];
            hasher.hashTokens(TokenSource.of(numbers), from, hashes);
            return hashes;
        }

        long namespace(Case place) {
            return hasher.namespace(
                    String.valueOf(place.text("model", "model")),
                    any(place, "lora", "loraName", "lora_name"),
                    any(place, "salt", "cacheSalt", "cache_salt"),
                    List.of());
        }

        private static @Nullable String any(Case place, String... names) {
            return place.text(place.either(names), null);
        }
    }
}
