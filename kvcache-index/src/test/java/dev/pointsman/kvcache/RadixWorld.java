// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.internal.radix.Lane;
import dev.pointsman.kvcache.internal.radix.LaneValidator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A small world in which endpoints store and lose blocks at random, in a radix index and in the model at once. A few
 * prompts that leave each other here and there, so that the same blocks come up again and again; engines that name
 * blocks alike, in their own way, or wrongly now and then.
 */
final class RadixWorld {
    private static final Tier[] TIERS = Tier.values();
    private static final int MOST_BLOCKS = 200;

    /** Where a hash is. */
    private record Place(int prompt, int position) {}

    private final SplittableRandom random;
    private final RadixPrefixIndex index;
    private final ModelPrefixIndex model;
    private final int slots;
    private final int tiers;
    private final long[][] prompts;
    private final Map<Long, Place> places = new HashMap<>();
    private final PrefixMatches answer = new PrefixMatches();
    private final PrefixMatches expected = new PrefixMatches();

    RadixWorld(long seed, int slots, int prompts, int tiers, int lanes, boolean counted) {
        random = new SplittableRandom(seed);
        index = RadixPrefixIndex.builder().lanes(lanes).countCopies(counted).build();
        model = new ModelPrefixIndex(counted);
        this.slots = slots;
        this.tiers = tiers;
        this.prompts = new long[prompts][];
        long nextHash = random.nextBoolean() ? -2 : random.nextLong();
        for (int i = 0; i < prompts; i++) {
            long[] parent = i == 0 || random.nextInt(5) == 0 ? new long[0] : this.prompts[random.nextInt(i)];
            int shared = random.nextInt(parent.length + 1);
            long[] prompt =
                    new long[shared + 1 + random.nextInt(random.nextBoolean() ? 8 : MOST_BLOCKS - shared % 100)];
            System.arraycopy(parent, 0, prompt, 0, shared);
            for (int j = shared; j < prompt.length; j++) {
                prompt[j] = nextHash++;
                places.put(prompt[j], new Place(i, j));
            }
            this.prompts[i] = prompt;
        }
    }

    void step() {
        int slot = random.nextInt(slots);
        Tier tier = TIERS[random.nextInt(4) > 0 ? 0 : random.nextInt(tiers)];
        long[] prompt = prompts[random.nextInt(prompts.length)];
        int from = random.nextInt(3) == 0 ? 0 : random.nextInt(prompt.length);
        int to = from
                + 1
                + random.nextInt(random.nextBoolean() ? prompt.length - from : Math.min(4, prompt.length - from));
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> storeFirst(slot, tier, prompt, to);
            case 4, 5, 6, 7 -> storeAfter(slot, tier, prompt, from, to);
            case 8, 9 -> {
                index.store(slot, tier, prompt, from, to);
                model.store(slot, tier, prompt, from, to);
            }
            case 10, 11, 12, 13 -> removeBackwards(slot, tier, prompt, from, to);
            case 14, 15 -> remove(slot, tier, prompt[from]);
            case 16 -> {
                index.remove(slot, tier, prompt[from]);
                model.remove(slot, tier, prompt[from]);
            }
            case 20 -> move(slot, tier, prompt, from);
            case 21, 22 -> storeWithTheWay(slot, tier, prompt, from, to);
            case 23 -> storeSomeWayAfter(slot, tier, prompt, from, to);
            case 17 -> index.sweep(1 + random.nextInt(200));
            case 18 -> clearNowAndThen(slot, tier);
            default -> compareNames(slot, prompt[from]);
        }
        assertThat(index.size()).isEqualTo(model.size());
        compare(prompt, TIERS[random.nextInt(tiers)]);
    }

    private void clearNowAndThen(int slot, Tier tier) {
        int what = random.nextInt(8);
        if (what == 0) {
            index.clear(slot);
            model.clear(slot);
        } else if (what == 1) {
            index.clear(slot, tier);
            model.clear(slot, tier);
        }
    }

    private void storeFirst(int slot, Tier tier, long[] prompt, int count) {
        long[] names = names(slot, prompt, 0, count);
        assertThat(index.storeFirst(slot, tier, names, prompt, count))
                .isEqualTo(model.storeFirst(slot, tier, names, prompt, count));
    }

    /** Stores a block somewhere in a prompt again, in whatever tier, as is done when it moves. */
    private void move(int slot, Tier tier, long[] prompt, int position) {
        long name = name(slot, prompt[position]);
        if (model.knows(slot, name)) {
            long[] hash = {model.blockHash(slot, name)};
            index.storeFirst(slot, tier, new long[] {name}, hash, 1);
            model.storeFirst(slot, tier, new long[] {name}, hash, 1);
        }
    }

    /** Stores a part of a prompt from its middle, whoever has what is before it. */
    private void storeWithTheWay(int slot, Tier tier, long[] prompt, int from, int to) {
        long[] names = names(slot, prompt, 0, to);
        assertThat(index.store(slot, tier, names, prompt, from, to))
                .isEqualTo(model.store(slot, tier, names, prompt, from, to));
    }

    private void storeSomeWayAfter(int slot, Tier tier, long[] prompt, int from, int to) {
        int parent = random.nextInt(from + 1);
        long name = name(slot, prompt[parent]);
        if (model.knows(slot, name) && model.blockHash(slot, name) != prompt[parent]) {
            return;
        }
        long[] hashes = Arrays.copyOfRange(prompt, parent + 1, Math.max(parent + 1, to));
        long[] names = names(slot, hashes, 0, hashes.length);
        int first = Math.min(hashes.length, from - parent);
        assertThat(index.storeAfter(slot, tier, name, names, hashes, first, hashes.length))
                .isEqualTo(model.storeAfter(slot, tier, name, names, hashes, first, hashes.length));
    }

    private void storeAfter(int slot, Tier tier, long[] prompt, int from, int to) {
        long parent = name(slot, prompt[from]);
        assertThat(index.knows(slot, parent)).isEqualTo(model.knows(slot, parent));
        long[] path = prompt;
        int start = from + 1;
        int end = Math.min(prompt.length, to + 1);
        if (model.knows(slot, parent)) {
            // Follow the block that the engine means, as who hashes the tokens would.
            Place place = places.get(model.blockHash(slot, parent));
            if (prompt.length <= place.position || prompt[place.position] != model.blockHash(slot, parent)) {
                path = prompts[place.prompt];
            }
            start = place.position + 1;
            end = Math.min(path.length, start + to - from);
        }
        int count = Math.max(0, end - start);
        long[] hashes = new long[count];
        System.arraycopy(path, start, hashes, 0, count);
        long[] names = names(slot, hashes, 0, count);
        assertThat(index.storeAfter(slot, tier, parent, names, hashes, count))
                .isEqualTo(model.storeAfter(slot, tier, parent, names, hashes, count));
    }

    /** Engines of a third of the slots name blocks alike, those of another third too, each of the rest in its own way. */
    private long name(int slot, long hash) {
        long family = slot % 3 == 2 ? slot : slot % 3;
        long name = hash * 2_654_435_761L + 77 * family;
        return random.nextInt(100) == 0 ? name + 2_654_435_761L * (random.nextInt(3) - 1) + random.nextInt(2) : name;
    }

    private long[] names(int slot, long[] prompt, int from, int to) {
        long[] names = new long[to - from];
        for (int i = from; i < to; i++) {
            names[i - from] = name(slot, prompt[i]);
        }
        return names;
    }

    private void removeBackwards(int slot, Tier tier, long[] prompt, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            remove(slot, tier, prompt[i]);
        }
    }

    private void remove(int slot, Tier tier, long hash) {
        long name = name(slot, hash);
        assertThat(index.removeEngine(slot, tier, name)).isEqualTo(model.removeEngine(slot, tier, name));
    }

    private void compareNames(int slot, long hash) {
        assertThat(index.holds(slot, hash)).isEqualTo(model.holds(slot, hash));
        long name = name(slot, hash);
        assertThat(index.knows(slot, name)).isEqualTo(model.knows(slot, name));
        if (model.knows(slot, name)) {
            assertThat(index.blockHash(slot, name)).isEqualTo(model.blockHash(slot, name));
        }
    }

    private void compare(long[] prompt, Tier tier) {
        int count = random.nextInt(4) == 0 ? random.nextInt(prompt.length + 1) : prompt.length;
        index.match(prompt, count, answer);
        model.match(prompt, count, expected);
        compareAnswers();
        index.match(prompt, count, tier, answer);
        model.match(prompt, count, tier, expected);
        compareAnswers();
    }

    private void compareAnswers() {
        if (!Answers.same(answer, expected, slots)) {
            assertThat(Answers.byTier(answer)).isEqualTo(Answers.byTier(expected));
        }
    }

    /** Takes blocks away only, from all slots in turn, which makes many hold a part of a run. */
    void stepOfRemovals() {
        long[] prompt = prompts[random.nextInt(prompts.length)];
        int from = random.nextInt(prompt.length);
        for (int slot = 0; slot < slots; slot++) {
            remove(slot, Tier.ACCELERATOR, prompt[Math.max(0, from - random.nextInt(3))]);
        }
        assertThat(index.size()).isEqualTo(model.size());
        compare(prompt, Tier.ACCELERATOR);
        assertThat(index.counters().evicted()).isZero();
    }

    /** Looks at everything. */
    void validate() {
        List<Long> sizes = new ArrayList<>();
        List<Long> expectedSizes = new ArrayList<>();
        for (Tier tier : TIERS) {
            sizes.add(index.size(tier));
            expectedSizes.add(model.size(tier));
        }
        assertThat(sizes).isEqualTo(expectedSizes);
        for (Lane lane : index.lanes()) {
            LaneValidator.validate(lane);
        }
    }

    /** Shows all that is held to another index, slot by slot, and makes sure that it answers the same. */
    void copy() {
        RadixPrefixIndex copy = RadixPrefixIndex.builder().build();
        for (int slot = slots - 1; slot >= 0; slot--) {
            int shown = slot;
            index.visit(slot, (tier, hashes, names, copies, from, to) -> {
                for (int i = from; i < to; i++) {
                    for (int copied = 0; copied < (copies == null ? 1 : copies[i]); copied++) {
                        if (names == null) {
                            copy.store(shown, tier, hashes, i, i + 1);
                        } else {
                            copy.store(shown, tier, names, hashes, i, i + 1);
                        }
                    }
                }
            });
        }
        copy.lanes().forEach(LaneValidator::validate);
        for (long[] prompt : prompts) {
            copy.match(prompt, prompt.length, answer);
            model.match(prompt, prompt.length, expected);
            compareAnswers();
            for (int i = 0; i < prompt.length; i++) {
                int slot = i % slots;
                long name = name(slot, prompt[i]);
                assertThat(copy.removeEngine(slot, Tier.ACCELERATOR, name))
                        .isEqualTo(model.removeEngine(slot, Tier.ACCELERATOR, name));
                assertThat(copy.size()).isEqualTo(model.size());
            }
        }
        copy.lanes().forEach(LaneValidator::validate);
    }

    /** Forgets everything and makes sure that nothing is left. */
    void empty() {
        for (int slot = 0; slot < slots; slot++) {
            index.clear(slot);
            model.clear(slot);
        }
        while (index.sweep(1_000) > 0 || index.needsSweep()) {
            assertThat(index.size()).isZero();
        }
        assertThat(index.blocks()).isZero();
        assertThat(index.counters().runs()).isZero();
        validate();
    }
}
