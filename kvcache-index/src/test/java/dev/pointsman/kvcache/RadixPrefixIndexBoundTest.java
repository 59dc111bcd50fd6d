// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.internal.radix.Lane;
import dev.pointsman.kvcache.internal.radix.LaneValidator;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What the index does at its bound on memory. */
class RadixPrefixIndexBoundTest {
    private static final Tier[] TIERS = Tier.values();

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void atTheBound_neverPassesItAndNeverCountsTooMuch(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 300) int slots,
            @ForAll @IntRange(min = 1, max = 4) int tiers,
            @ForAll @IntRange(min = 1, max = 2) int lanes,
            @ForAll @IntRange(min = 0, max = 1_000) int extraKilobytes) {
        fill(seed, slots, tiers, lanes, extraKilobytes, 3_000);
    }

    static void fill(long seed, int slots, int tiers, int lanes, int extraKilobytes, int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        long bound = lanes * RadixPrefixIndex.MIN_BYTES_PER_LANE + extraKilobytes * 1_024L;
        AtomicLong evicted = new AtomicLong();
        AtomicLong dropped = new AtomicLong();
        RadixPrefixIndex index = RadixPrefixIndex.builder()
                .lanes(lanes)
                .maxBytes(bound)
                .listener(new IndexListener() {
                    @Override
                    public void evicted(long holderBlocks) {
                        evicted.addAndGet(holderBlocks);
                    }

                    @Override
                    public void dropped(int slot, long blocks) {
                        dropped.addAndGet(blocks);
                    }
                })
                .build();
        ModelPrefixIndex model = new ModelPrefixIndex(true);
        PrefixMatches answer = new PrefixMatches();
        PrefixMatches most = new PrefixMatches();
        boolean alike = random.nextBoolean();
        int length = 1 + random.nextInt(200);
        int prompts = 1 + random.nextInt(1_500);
        for (int step = 0; step < steps; step++) {
            int slot = random.nextInt(slots);
            Tier tier = TIERS[random.nextInt(3) > 0 ? 0 : random.nextInt(tiers)];
            long[] prompt = Answers.chain(1_000L * random.nextInt(prompts) - 7, 1 + random.nextInt(length));
            long[] names = prompt.clone();
            for (int i = 0; i < names.length; i++) {
                names[i] = 31 * prompt[i] + (alike ? 0 : slot);
            }
            int what = random.nextInt(40);
            if (what < 30) {
                int stored = index.storeFirst(slot, tier, names, prompt, prompt.length);
                assertThat(stored).isBetween(0, prompt.length);
                model.storeFirst(slot, tier, names, prompt, prompt.length);
            } else if (what < 33) {
                index.store(slot, tier, prompt, 0, prompt.length);
                model.store(slot, tier, prompt, 0, prompt.length);
            } else if (what < 38) {
                for (int i = prompt.length - 1; i >= prompt.length / 2; i--) {
                    boolean removed = index.removeEngine(slot, tier, names[i]);
                    assertThat(removed && !model.removeEngine(slot, tier, names[i]))
                            .isFalse();
                }
            } else if (what == 38) {
                index.clear(slot);
                model.clear(slot);
            } else {
                index.sweep(500);
            }
            assertThat(index.bytes()).isBetween(1L, bound);
            if (step % 10 == 0) {
                index.match(prompt, prompt.length, answer);
                model.match(prompt, prompt.length, most);
                for (int i = 0; i < answer.size(); i++) {
                    assertThat(answer.blocks(answer.slot(i))).isLessThanOrEqualTo(most.blocks(answer.slot(i)));
                }
            }
            if (step % 500 == 499) {
                index.lanes().forEach(LaneValidator::validate);
            }
        }
        assertThat(index.counters().evicted()).isEqualTo(evicted.get());
        assertThat(index.counters().dropped()).isEqualTo(dropped.get());
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void fullIndex_keepsWhatIsStoredAgainAndAgain() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(4L << 20).build();
        long[] popular = Answers.chain(1, 100);
        PrefixMatches matches = new PrefixMatches();
        long missed = 0;

        for (int i = 1; i < 5_000; i++) {
            long[] once = Answers.chain(1_000L * i, 100);
            index.storeFirst(1 + i % 7, Tier.ACCELERATOR, once, once, 100);
            if (i % 20 == 0) {
                index.storeFirst(0, Tier.ACCELERATOR, popular, popular, 100);
            }
            if (i > 20) {
                index.match(popular, 100, matches);
                missed += 100 - matches.blocks(0);
            }
        }

        assertThat(index.counters().evicted()).as("evicted").isGreaterThan(300_000);
        assertThat(index.counters().dropped()).as("dropped").isZero();
        assertThat(index.size()).as("kept").isGreaterThan(80_000);
        assertThat(missed).as("popular blocks that were forgotten").isZero();
    }

    @Test
    void endpointsThatLeft_giveWayBeforeAnybodyElse() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(4L << 20).build();
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 200; i++) {
                long[] prompt = Answers.chain(1_000L * i, 200);
                index.storeFirst(0, Tier.ACCELERATOR, prompt, prompt, 200);
            }
            index.clear(0);
        }

        assertThat(index.counters().evicted()).isZero();
        assertThat(index.counters().dropped()).isZero();
        assertThat(index.size()).isZero();
        for (Lane lane : index.lanes()) {
            LaneValidator.validate(lane);
        }
    }

    @Test
    void boundTooSmall_isRefused() {
        assertThatThrownBy(() ->
                        RadixPrefixIndex.builder().lanes(3).maxBytes(3_000_000).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBytes: must be at least 3145728 for 3 lanes, but was 3000000.\n"
                        + "Maybe allow 40 bytes for each block that all endpoints together can hold.");
        assertThatThrownBy(() -> RadixPrefixIndex.builder().lanes(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void fullOfOneKind_stillTakesAnotherAndKeepsMost(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2) int lanes,
            @ForAll @IntRange(min = 1, max = 200) int length,
            @ForAll boolean ownHashes,
            @ForAll boolean alike) {
        SplittableRandom random = new SplittableRandom(seed);
        RadixPrefixIndex index = RadixPrefixIndex.builder()
                .lanes(lanes)
                .maxBytes(lanes * (4L << 20))
                .build();
        int prompts = 0;
        // Lane 0 only, in accelerator memory only, and nobody shares anything.
        while (index.counters().evicted() == 0) {
            long[] prompt = Answers.chain(1_000L * prompts, length);
            int slot = prompts % 7 * lanes;
            if (ownHashes) {
                index.store(slot, prompt, 0, length);
            } else {
                index.storeFirst(slot, Tier.ACCELERATOR, prompt, prompt, length);
            }
            prompts++;
        }
        long full = index.size();

        for (int phase = 0; phase < 3; phase++) {
            for (int i = 1; i < 100; i++) {
                int known = prompts - 1 - random.nextInt(Math.min(prompts, 20));
                long[] prompt = Answers.chain(1_000L * known, length);
                // Another tier of who has it; someone else, by its own names or the same; another lane.
                int slot =
                        phase == 0 ? known % 7 * lanes : 7 * lanes + random.nextInt(40) * lanes + (phase - 1) % lanes;
                Tier tier = phase == 0 ? Tier.HOST : Tier.ACCELERATOR;
                long[] names = prompt.clone();
                for (int j = 0; j < length && !alike && phase > 0; j++) {
                    names[j] = 31 * prompt[j] + slot;
                }
                int stored = ownHashes && alike
                        ? storeOwn(index, slot, tier, prompt)
                        : index.storeFirst(slot, tier, names, prompt, length);
                // Who comes late has little room for names that nobody else has.
                assertThat(stored)
                        .as("stored in phase " + phase)
                        .isGreaterThanOrEqualTo(alike ? length : Math.min(length, 80));
            }
            assertThat(index.size()).as("size after phase " + phase).isGreaterThan(full * 3 / 4);
            assertThat(index.bytes()).isLessThanOrEqualTo(lanes * (4L << 20));
            index.lanes().forEach(LaneValidator::validate);
        }
        assertThat(alike ? index.counters().dropped() : 0).isZero();
    }

    private static int storeOwn(RadixPrefixIndex index, int slot, Tier tier, long[] prompt) {
        index.store(slot, tier, prompt, 0, prompt.length);
        PrefixMatches matches = new PrefixMatches();
        index.match(prompt, prompt.length, tier, matches);
        return matches.blocks(slot);
    }

    @Test
    void namesOfTheirOwn_atTheBound_oneStoreCostsAsManyAsItAdds() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(8L << 20).build();
        long[][] names = new long[4][128];
        long before = 0;
        for (int i = 0; i < 4_000; i++) {
            long[] prompt = Answers.chain(1_000L * i, 128);
            for (int slot = 0; slot < 4; slot++) {
                for (int j = 0; j < 128; j++) {
                    names[slot][j] = 31 * prompt[j] + slot;
                }
                index.storeFirst(slot, Tier.ACCELERATOR, names[slot], prompt, 128);
            }
            if (i == 2_000) {
                before = index.size();
            }
        }

        assertThat(index.size()).as("kept").isGreaterThan(before * 9 / 10).isGreaterThan(100_000);
        assertThat(index.counters().dropped()).isZero();
        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void clearedAndStoredAgain_atTheBound_countsWhatIsThere() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(2L << 20).build();
        PrefixMatches matches = new PrefixMatches();
        for (int i = 0; i < 3_000; i++) {
            long[] prompt = Answers.chain(1_000L * (i % 700), 100);
            int slot = i % 3;
            index.storeFirst(slot, Tier.ACCELERATOR, prompt, prompt, 100);
            if (i % 10 == 9) {
                index.clear(slot);
                // The dead one is swept while this very run is stored to.
                index.storeFirst((slot + 1) % 3, Tier.ACCELERATOR, prompt, prompt, 60);
                index.match(prompt, 100, matches);
                assertThat(matches.blocks(slot)).isZero();
                assertThat(matches.blocks((slot + 1) % 3)).isGreaterThanOrEqualTo(60);
            }
        }

        index.lanes().forEach(LaneValidator::validate);
    }

    @Test
    void removalsAtTheBound_costNobodyElse() {
        AtomicLong told = new AtomicLong();
        RadixPrefixIndex index = RadixPrefixIndex.builder()
                .maxBytes(1L << 20)
                .listener(new IndexListener() {
                    @Override
                    public void evicted(long holderBlocks) {
                        told.addAndGet(holderBlocks);
                    }

                    @Override
                    public void dropped(int slot, long blocks) {}
                })
                .build();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 3_000; i++) {
            long[] prompt = Answers.chain(1_000L * random.nextInt(60), 64);
            index.storeFirst(random.nextInt(80), Tier.ACCELERATOR, prompt, prompt, 64);
        }

        for (int i = 0; i < 5_000; i++) {
            long size = index.size();
            long evicted = index.counters().evicted();
            long[] prompt = Answers.chain(1_000L * random.nextInt(60), 64);
            index.removeEngine(random.nextInt(80), Tier.ACCELERATOR, prompt[random.nextInt(64)]);
            assertThat(index.counters().evicted() - evicted).isLessThan(64);
            assertThat(size - index.size()).isBetween(0L, 64L);
        }

        assertThat(told.get()).isEqualTo(index.counters().evicted());
        index.lanes().forEach(LaneValidator::validate);
    }
}
