// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.feed.SimulatedCache.Item;
import dev.pointsman.kvcache.feed.SimulatedCache.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** An index that is fed an engine's events answers what the engine's cache would, whatever the two block sizes. */
class KvEventFeedPropertyTest {
    private static final int SLOT = 3;
    private static final String MODEL = "a-model";
    private static final int PLACEHOLDER = 9_999;

    record Sizes(int engine, int index) {
        /** Otherwise blocks whose parts lie in several tiers may be missed. */
        boolean oneDividesTheOther() {
            return engine % index == 0 || index % engine == 0;
        }
    }

    @Provide
    Arbitrary<Sizes> sizes() {
        return Arbitraries.of(
                new Sizes(4, 4),
                new Sizes(2, 8),
                new Sizes(8, 2),
                new Sizes(1, 4),
                new Sizes(6, 8),
                new Sizes(8, 6),
                new Sizes(3, 2),
                new Sizes(2, 3));
    }

    @Property(tries = 200)
    void anyEvents_indexEqualsTheEnginesCache(
            @ForAll long seed, @ForAll @From("sizes") Sizes sizes, @ForAll boolean radix) {
        SplittableRandom random = new SplittableRandom(seed);
        TieredPrefixIndex index = radix ? RadixPrefixIndex.builder().build() : new PlainTieredIndex();
        DropCounts drops = new DropCounts();
        KvEventNormalizer normalizer = new KvEventNormalizer(false, true, drops);
        KvEventFeed feed = new KvEventFeed(index, SLOT, MODEL, sizes.index(), drops, KvIndexListener.NONE);
        SimulatedCache engine = new SimulatedCache(seed, sizes.engine(), 4 + random.nextInt(30));
        List<Prompt> asked = new ArrayList<>();

        for (int step = 0; step < 40; step++) {
            List<KvEvent> events = new ArrayList<>();
            switch (random.nextInt(20)) {
                case 0 -> events.addAll(engine.clear());
                case 1, 2, 3 -> {
                    if (sizes.oneDividesTheOther()) {
                        events.addAll(engine.offload());
                    }
                }
                default -> {
                    asked.add(prompt(random));
                    events.addAll(engine.serve(asked.get(asked.size() - 1)));
                }
            }
            feed.apply(normalizer.normalize(new KvEventBatch(0, OptionalInt.empty(), events)));

            for (int i = 0; i < 6 && !asked.isEmpty(); i++) {
                Prompt prompt = random.nextBoolean() ? prompt(random) : asked.get(random.nextInt(asked.size()));
                assertThat(match(index, prompt, sizes.index()))
                        .as("%s %s after step %d", sizes, prompt, step)
                        .isEqualTo(engine.held(prompt, sizes.index(), each -> hashes(each, sizes.index())));
            }
        }
        assertThat(drops.toMap()).isEmpty();
    }

    static int match(TieredPrefixIndex index, Prompt prompt, int blockSize) {
        long[] hashes = hashes(prompt, blockSize);
        PrefixMatches matches = new PrefixMatches();
        index.match(hashes, hashes.length, matches);
        return matches.blocks(SLOT);
    }

    /** Hashes a prompt as requests are hashed. */
    static long[] hashes(Prompt prompt, int blockSize) {
        BlockHasher hasher = new BlockHasher(blockSize);
        long[] hashes = new long[hasher.blocksOfTokens(prompt.tokens().length)];
        long[] items = new long[hashes.length];
        for (Item item : prompt.items()) {
            hasher.placeItem(item.id(), item.firstToken(), item.tokens(), items, items.length);
        }
        long namespace = hasher.namespace(MODEL, prompt.lora(), prompt.salt(), List.of());
        hasher.hashTokens(TokenSource.of(prompt.tokens()), namespace, items, hashes);
        return hashes;
    }

    /** One of few beginnings and one of few ends, in few namespaces, with images here and there. */
    private static Prompt prompt(SplittableRandom random) {
        int[] tokens = new int[random.nextInt(41)];
        int fork = random.nextInt(5) * 7;
        int branch = random.nextInt(3);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i < fork ? i : 100 * (branch + 1) + i;
        }
        String lora = random.nextInt(8) == 0 ? "adapter" : null;
        String salt = random.nextInt(8) == 0 ? "tenant" : null;
        List<Item> items = new ArrayList<>();
        int at = random.nextInt(4) == 0 ? random.nextInt(12) : tokens.length;
        while (at < tokens.length) {
            int length = Math.min(1 + random.nextInt(9), tokens.length - at);
            items.add(new Item(random.nextBoolean() ? "cat" : "dog", at, length));
            for (int i = at; i < at + length; i++) {
                tokens[i] = PLACEHOLDER;
            }
            at += length + (random.nextBoolean() ? 0 : random.nextInt(12));
        }
        return new Prompt(tokens, lora, salt, items);
    }
}
