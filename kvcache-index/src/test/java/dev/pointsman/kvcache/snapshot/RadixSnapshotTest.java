// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.RestorablePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A radix index that was saved and loaded does what the one that was saved does, now and after any further events. */
class RadixSnapshotTest {
    private static final int SLOTS = 5;
    private static final IndexSnapshot SNAPSHOT = new IndexSnapshot(16);

    @Property(tries = 150)
    void loadedIndex_answersAndLivesOnLikeTheOneSaved(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int lanes, @ForAll @IntRange(max = 300) int steps)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        RadixPrefixIndex index = RadixPrefixIndex.builder().lanes(lanes).build();
        Prompts prompts = new Prompts(random.split());
        for (int i = 0; i < steps; i++) {
            step(random.nextLong(), prompts, index);
        }

        RadixPrefixIndex loaded =
                RadixPrefixIndex.builder().lanes(1 + random.nextInt(3)).build();
        load(save(index), loaded);

        assertThat(contents(loaded)).isEqualTo(contents(index));
        assertAnswersAlike(prompts, index, loaded);
        for (int i = 0; i < 60; i++) {
            long roll = random.nextLong();
            assertThat(step(roll, prompts, loaded)).isEqualTo(step(roll, prompts, index));
        }
        assertAnswersAlike(prompts, index, loaded);
        assertThat(contents(loaded)).isEqualTo(contents(index));
        assertThat(loaded.size()).isEqualTo(index.size());
    }

    @Test
    void holeBeforeAStretch_canBeFilledAfterLoading() throws IOException {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        long[] hashes = {11, 12, 13, 14, 15, 16};
        long[] names = {1, 2, 3, 4, 5, 6};
        index.storeFirst(0, Tier.ACCELERATOR, names, hashes, 6);
        index.storeFirst(1, Tier.ACCELERATOR, names, hashes, 6);
        for (long name = 1; name <= 3; name++) {
            index.removeEngine(0, Tier.ACCELERATOR, name);
        }

        RadixPrefixIndex loaded = RadixPrefixIndex.builder().build();
        load(save(index), loaded);
        PrefixMatches matches = new PrefixMatches();
        loaded.match(hashes, 6, matches);
        assertThat(matches.blocks(0)).isZero();
        assertThat(matches.blocks(1)).isEqualTo(6);

        loaded.storeFirst(0, Tier.ACCELERATOR, names, hashes, 3);
        loaded.match(hashes, 6, matches);
        assertThat(matches.blocks(0)).isEqualTo(6);
    }

    @Test
    void manyBlocks_areAllLoaded() throws IOException {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        SplittableRandom random = new SplittableRandom(1);
        for (int prompt = 0; prompt < 50; prompt++) {
            long[] hashes = random.longs(1_000).toArray();
            long[] names = random.longs(1_000).toArray();
            index.storeFirst(prompt % SLOTS, Tier.ACCELERATOR, names, hashes, 1_000);
        }

        RadixPrefixIndex loaded = RadixPrefixIndex.builder().build();
        byte[] saved = save(index);
        load(saved, loaded);

        assertThat(loaded.size()).isEqualTo(50_000);
        assertThat(contents(loaded)).isEqualTo(contents(index));
        assertThat((double) saved.length / 50_000).as("bytes for a block").isLessThan(17);
    }

    /** Prompts that share prefixes: trees of few branches, with a name of each block in two engines' words. */
    private static final class Prompts {
        private static final int LONGEST = 150;
        private final long salt;

        Prompts(SplittableRandom random) {
            salt = random.nextLong();
        }

        long[] hashes(int kind) {
            long[] hashes = new long[LONGEST];
            long state = salt + (kind & 1);
            for (int i = 0; i < LONGEST; i++) {
                state = new SplittableRandom(state + (i > 20 ? kind & 2 : 0) + (i > 70 ? kind & 4 : 0)).nextLong();
                hashes[i] = state;
            }
            return hashes;
        }

        /** Engines of even slots and of odd ones name blocks differently. */
        long[] names(int slot, long[] hashes) {
            long[] names = hashes.clone();
            for (int i = 0; i < names.length; i++) {
                names[i] = slot % 2 == 0 ? ~names[i] : names[i] * 31;
            }
            return names;
        }
    }

    /** Applies one event, the same for the same number. Returns what the index says. */
    private static long step(long roll, Prompts prompts, RadixPrefixIndex index) {
        SplittableRandom random = new SplittableRandom(roll);
        int slot = random.nextInt(SLOTS);
        Tier tier = random.nextInt(3) == 0 ? Tier.values()[random.nextInt(4)] : Tier.ACCELERATOR;
        long[] hashes = prompts.hashes(random.nextInt(8));
        long[] names = prompts.names(slot, hashes);
        int length = 1 + random.nextInt(hashes.length);
        int at = random.nextInt(length);
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> {
                return index.storeFirst(slot, tier, names, hashes, length);
            }
            case 5, 6, 7 -> {
                long[] rest = Arrays.copyOfRange(hashes, at, length);
                long[] restNames = Arrays.copyOfRange(names, at, length);
                return at == 0 ? 0 : index.storeAfter(slot, tier, names[at - 1], restNames, rest, rest.length);
            }
            case 8 -> {
                index.store(slot, tier, hashes, 0, length);
                return 0;
            }
            case 9 -> {
                index.remove(slot, tier, hashes[at]);
                return 0;
            }
            case 10 -> {
                if (random.nextInt(20) == 0) {
                    index.clear(slot);
                }
                return 0;
            }
            default -> {
                long removed = 0;
                for (int i = at; i < Math.min(length, at + 5); i++) {
                    removed += index.removeEngine(slot, tier, names[i]) ? 1 : 0;
                }
                return removed;
            }
        }
    }

    private static void assertAnswersAlike(Prompts prompts, RadixPrefixIndex index, RadixPrefixIndex loaded) {
        PrefixMatches expected = new PrefixMatches();
        PrefixMatches actual = new PrefixMatches();
        for (int kind = 0; kind < 8; kind++) {
            long[] hashes = prompts.hashes(kind);
            index.match(hashes, hashes.length, expected);
            loaded.match(hashes, hashes.length, actual);
            for (int slot = 0; slot < SLOTS; slot++) {
                assertThat(actual.blocks(slot)).isEqualTo(expected.blocks(slot));
                assertThat(actual.leading(slot)).isEqualTo(expected.leading(slot));
                for (Tier tier : Tier.values()) {
                    assertThat(actual.blocks(slot, tier)).isEqualTo(expected.blocks(slot, tier));
                }
                for (long name : prompts.names(slot, hashes)) {
                    boolean known = index.knows(slot, name);
                    assertThat(loaded.knows(slot, name)).isEqualTo(known);
                    if (known) {
                        assertThat(loaded.blockHash(slot, name)).isEqualTo(index.blockHash(slot, name));
                    }
                }
            }
        }
    }

    /** Returns the name and copies of each block by slot, tier and hash. */
    private static Map<List<Object>, List<Object>> contents(TieredPrefixIndex index) {
        Map<List<Object>, List<Object>> contents = new HashMap<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            int at = slot;
            restorable(index).visit(slot, (tier, hashes, names, copies, from, to) -> {
                for (int i = from; i < to; i++) {
                    Object name = names == null ? "own" : (Object) names[i];
                    int count = copies == null ? 1 : copies[i];
                    assertThat(contents.put(List.of(at, tier, hashes[i]), List.of(name, count)))
                            .as("shown before")
                            .isNull();
                }
            });
        }
        return contents;
    }

    private static byte[] save(TieredPrefixIndex index) throws IOException {
        List<SnapshotEndpoint> endpoints = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            endpoints.add(new SnapshotEndpoint("e" + slot, slot, new ResumePoint(slot, 1, slot, 1, true, 0)));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SNAPSHOT.save(endpoints, restorable(index), out);
        return out.toByteArray();
    }

    private static void load(byte[] saved, TieredPrefixIndex index) throws IOException {
        SNAPSHOT.load(
                () -> new ByteArrayInputStream(saved), name -> Integer.parseInt(name.substring(1)), restorable(index));
    }

    private static RestorablePrefixIndex restorable(TieredPrefixIndex index) {
        return (RestorablePrefixIndex) index;
    }
}
