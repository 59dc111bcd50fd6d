// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.constraints.IntRange;

/** Compares the radix index with the model, over more than a million random steps, and walks its structure. */
class RadixPrefixIndexPropertyTest {
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void fewSlots_answerAsTheModelDoes(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 8) int slots,
            @ForAll @IntRange(min = 1, max = 12) int prompts,
            @ForAll @IntRange(min = 1, max = 4) int tiers,
            @ForAll @IntRange(min = 1, max = 3) int lanes,
            @ForAll boolean counted,
            @ForAll("steps") int steps) {
        run(new RadixWorld(seed, slots, prompts, tiers, lanes, counted), steps, 250);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void manySlotsOnFewPrompts_answerAsTheModelDoes(
            @ForAll long seed,
            @ForAll @IntRange(min = 40, max = 300) int slots,
            @ForAll @IntRange(min = 1, max = 4) int prompts,
            @ForAll @IntRange(min = 1, max = 2) int tiers,
            @ForAll("steps") int steps) {
        run(new RadixWorld(seed, slots, prompts, tiers, 1, true), steps, 1_000);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void manySlotsThatOnlyLoseBlocks_answerAsTheModelDoes(
            @ForAll long seed,
            @ForAll @IntRange(min = 65, max = 300) int slots,
            @ForAll @IntRange(min = 1, max = 3) int prompts,
            @ForAll @IntRange(min = 1, max = 2) int lanes) {
        RadixWorld world = new RadixWorld(seed, slots, prompts, 1, lanes, false);
        for (int step = 0; step < 20 * slots; step++) {
            world.step();
        }
        for (int step = 0; step < 200; step++) {
            world.stepOfRemovals();
            if (step % 50 == 0) {
                world.validate();
            }
        }
        world.validate();
        world.empty();
    }

    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE)
    void tenThousandSlotsInSeveralLanesAndTiers_answerAsTheModelDoes(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int lanes) {
        run(new RadixWorld(seed, 10_000, 2, 3, lanes, true), 400, 200);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void lanesAndTiers_answerAsTheModelDoes(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 4) int lanes,
            @ForAll @IntRange(min = 2, max = 4) int tiers) {
        run(new RadixWorld(seed, 60, 3, tiers, lanes, true), 2_000, 500);
    }

    @Provide
    Arbitrary<Integer> steps() {
        return Arbitraries.integers().between(1, 5_000).withDistribution(RandomDistribution.uniform());
    }

    private static void run(RadixWorld world, int steps, int between) {
        for (int step = 0; step < steps; step++) {
            world.step();
            if (step % between == 0) {
                world.validate();
            }
        }
        world.validate();
        world.copy();
        world.empty();
    }
}
