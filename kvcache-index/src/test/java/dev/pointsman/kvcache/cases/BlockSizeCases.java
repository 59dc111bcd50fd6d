// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.feed.KvEventChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cases of engines whose blocks have another size than the index's: steps in which engines name blocks by hashes, and what
 * prompts match in blocks of the index. Tokens are listed, or counted and then equal at equal positions of a prompt, or
 * made from a content key per engine block.
 */
final class BlockSizeCases implements CaseGroup {
    private static final String[] ENGINE = {"engineBlock", "engineBlockSize", "blockSize"};
    private static final String[] INDEX = {"indexBlock", "indexBlockSize"};
    private static final String[] NAMES = {"engineKeys", "hashes", "blocks"};

    static boolean understands(Case one) {
        return one.hasAny(INDEX) && one.hasAny("steps", "queries", "query");
    }

    @Override
    public void run(Case one) {
        int engineBlock = (int) one.integer(one.either(ENGINE), 16);
        Run run = new Run((int) one.integer(one.either(INDEX)));
        for (Case step : one.objects("steps")) {
            run.take(step, engineBlock);
        }
        for (Case query : one.objects(one.either("queries", "query"))) {
            run.ask(query, engineBlock);
        }
    }

    private static final class Run {
        private static final String MODEL = "model";

        private final TieredPrefixIndex index = Indexes.counted();
        private final PrefixMatches matches = new PrefixMatches();
        private final Endpoints endpoints = new Endpoints();
        private final Map<String, KvEventChannel> channels = new HashMap<>();
        private final Map<String, Integer> ends = new HashMap<>();
        private final Map<Object, Integer> contents = new HashMap<>();
        private final BlockHasher hasher;
        private long sequence;

        Run(int indexBlock) {
            this.hasher = new BlockHasher(indexBlock);
        }

        void take(Case step, int usual) {
            int engineBlock = (int) step.integer(step.either(ENGINE), usual);
            String endpoint = step.text(step.either("ep", "endpoint"), "w0");
            switch (step.text("op")) {
                case "store" -> apply(endpoint, store(step, endpoint, engineBlock));
                case "remove" ->
                    apply(
                            endpoint,
                            BlockRemoved.builder(names(step))
                                    .medium(step.text(step.either("medium", "tier"), null))
                                    .build());
                case "clear" -> apply(endpoint, new AllBlocksCleared());
                case "query" -> ask(step, engineBlock);
                default -> throw new Mismatch(step.path() + ": is a step not known to this runner");
            }
        }

        private void apply(String endpoint, KvEvent event) {
            KvEventChannel channel = channels.computeIfAbsent(endpoint, name -> {
                KvEventChannel made = KvEventChannel.builder(index, endpoints.slot(name), MODEL, hasher.blockSize())
                        .build(0);
                made.connected(0);
                return made;
            });
            channel.live(sequence, new KvEventBatch(0, OptionalInt.empty(), List.of(event)), 1, sequence, 0);
            sequence++;
        }

        private BlockStored store(Case step, String endpoint, int engineBlock) {
            long[] names = names(step);
            Object parent = step.raw("parent");
            int from = parent == null ? 0 : ends.getOrDefault(endpoint + " " + Case.bits(parent), 0);
            BlockStored.Builder event = BlockStored.builder(engineBlock, names)
                    .tokens(tokens(step, from, names.length * engineBlock, engineBlock))
                    .medium(step.text(step.either("medium", "tier"), null));
            for (int i = 0; i < names.length; i++) {
                ends.put(endpoint + " " + names[i], from + (i + 1) * engineBlock);
            }
            return (parent == null ? event : event.parent(Case.bits(parent))).build();
        }

        /** Names as a list of hashes or of [hash, content]; a number counts them from 0 on. */
        private static long[] names(Case step) {
            String field = step.either(NAMES);
            if (step.raw(field) instanceof Long count) {
                return IntStream.range(0, count.intValue()).mapToLong(i -> i).toArray();
            }
            return step.list(field).stream()
                    .mapToLong(name -> Case.bits(name instanceof List<?> pair ? pair.get(0) : name))
                    .toArray();
        }

        private int[] tokens(Case place, int from, int count, int engineBlock) {
            if (place.raw("tokens") instanceof List<?>) {
                return place.tokens("tokens");
            }
            String keys = place.either("keys", "blocks");
            List<?> given = place.raw(keys) instanceof List<?> list ? list : List.of();
            if (!place.has("tokens") && !given.isEmpty() && (keys.equals("keys") || given.get(0) instanceof List<?>)) {
                int[] tokens = new int[given.size() * engineBlock];
                for (int i = 0; i < tokens.length; i++) {
                    Object key = given.get(i / engineBlock);
                    tokens[i] = token(key instanceof List<?> pair ? pair.get(1) : key, i % engineBlock);
                }
                return tokens;
            }
            int total = (int) place.integer("tokens", count);
            return IntStream.range(from, from + total).toArray();
        }

        private int token(@Nullable Object key, int position) {
            int known = contents.computeIfAbsent(String.valueOf(key), absent -> contents.size() + 1);
            return known << 16 | position;
        }

        void ask(Case query, int engineBlock) {
            int[] tokens = tokens(query, 0, 0, engineBlock);
            long[] hashes = new long[tokens.length / hasher.blockSize()];
            hasher.hashTokens(TokenSource.of(tokens), hasher.namespace(MODEL, null, null, List.of()), hashes);
            index.match(hashes, hashes.length, matches);
            Map<String, Long> expected = new TreeMap<>();
            Case counts = query.object("expect");
            for (String endpoint : counts.names()) {
                if (counts.integer(endpoint) != 0) {
                    expected.put(endpoint, counts.integer(endpoint));
                }
            }
            Mismatch.require(query.path() + " in blocks of the index", expected, endpoints.matched(matches));
        }
    }
}
