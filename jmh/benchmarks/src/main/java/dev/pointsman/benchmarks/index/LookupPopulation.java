// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import java.util.SplittableRandom;

/**
 * An index full of prompts, and the prompts, in random order.
 *
 * <p>Prompts come in families of eight that share their first 24 blocks, and pairs in them that share 56, so that none lies
 * in one piece; the members of a family have the same holders. Holders and order are drawn with a fixed seed.
 */
final class LookupPopulation {
    private static final int FAMILY = 8;
    private static final int FAMILY_BLOCKS = 24;
    private static final int PAIR_BLOCKS = 56;

    /** The index. */
    final RadixPrefixIndex index = RadixPrefixIndex.builder().build();

    /** The prompts' block hashes. */
    final long[][] prompts;

    /**
     * Makes an index.
     *
     * @param shape what prompts look like
     * @param count how many there are
     */
    LookupPopulation(LookupShape shape, int count) {
        SplittableRandom random = new SplittableRandom(42);
        prompts = new long[count][];
        for (int p = 0; p < count; p++) {
            prompts[p] = prompt(shape, p);
        }
        if (shape.commonBlocks() > 0) {
            for (int slot = 0; slot < shape.endpoints(); slot++) {
                store(slot, prompts[0], 0, shape.commonBlocks());
            }
        }
        int[] slots = new int[shape.endpoints()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = i;
        }
        for (int p = 0; p < count; p++) {
            if (p % FAMILY == 0) {
                for (int i = 0; i < shape.holders(); i++) {
                    int other = i + random.nextInt(slots.length - i);
                    int slot = slots[other];
                    slots[other] = slots[i];
                    slots[i] = slot;
                }
            }
            for (int i = 0; i < shape.holders(); i++) {
                store(slots[i], prompts[p], shape.commonBlocks(), shape.depth());
            }
        }
        for (int p = count - 1; p > 0; p--) {
            int other = random.nextInt(p + 1);
            long[] prompt = prompts[other];
            prompts[other] = prompts[p];
            prompts[p] = prompt;
        }
    }

    private static long[] prompt(LookupShape shape, int number) {
        long[] hashes = new long[shape.depth()];
        long parent = 0;
        for (int i = 0; i < hashes.length; i++) {
            long content;
            if (i < shape.commonBlocks()) {
                content = -1;
            } else if (i < FAMILY_BLOCKS) {
                content = number / FAMILY;
            } else {
                content = i < PAIR_BLOCKS ? number / 2 : number;
            }
            parent = BlockNames.chain(parent, content);
            hashes[i] = parent;
        }
        return hashes;
    }

    /** Stores what a slot does not hold yet of a range of a prompt, as its engine would say it. */
    private void store(int slot, long[] prompt, int from, int to) {
        int first = from;
        while (first < to && index.knows(slot, BlockNames.engine(prompt[first], 0))) {
            first++;
        }
        int count = to - first;
        long[] names = new long[count];
        long[] hashes = new long[count];
        for (int i = 0; i < count; i++) {
            hashes[i] = prompt[first + i];
            names[i] = BlockNames.engine(hashes[i], 0);
        }
        if (first == 0) {
            index.storeFirst(slot, Tier.ACCELERATOR, names, hashes, count);
        } else {
            index.storeAfter(slot, Tier.ACCELERATOR, BlockNames.engine(prompt[first - 1], 0), names, hashes, count);
        }
    }
}
