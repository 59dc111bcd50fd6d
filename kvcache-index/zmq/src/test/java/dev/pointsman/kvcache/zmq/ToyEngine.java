// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;

/** An engine with a small LRU prefix cache: it serves prompts, says what changed, and knows what it holds. */
final class ToyEngine {
    static final String MODEL = "toy";
    static final int BLOCK = 4;
    private static final int PROMPTS = 60;

    private final SplittableRandom random;
    private final long seed;
    private final int capacity;
    private final List<int[]> prompts = new ArrayList<>();
    private final Set<Long> cache = new LinkedHashSet<>();
    private double time;

    ToyEngine(long seed, int capacity) {
        this.random = new SplittableRandom(seed);
        this.seed = random.nextLong();
        this.capacity = capacity;
        SplittableRandom words = new SplittableRandom(7);
        for (int i = 0; i < PROMPTS; i++) {
            int[] prompt = new int[BLOCK * (1 + words.nextInt(12))];
            int shared = BLOCK * words.nextInt(6);
            for (int t = 0; t < prompt.length; t++) {
                prompt[t] = t < shared ? t : 1_000 * (i + 1) + t;
            }
            prompts.add(prompt);
        }
    }

    /** Serves some prompt; the batch is never empty of events. */
    KvEventBatch next() {
        List<KvEvent> events = new ArrayList<>();
        while (events.isEmpty()) {
            if (random.nextInt(150) == 0) {
                cache.clear();
                events.add(new AllBlocksCleared());
            } else {
                serve(prompts.get(random.nextInt(PROMPTS)), events);
            }
        }
        return new KvEventBatch(time += 0.01, OptionalInt.empty(), events);
    }

    private void serve(int[] prompt, List<KvEvent> events) {
        int blocks = prompt.length / BLOCK;
        int cached = 0;
        while (cached < blocks && cache.contains(name(prompt, cached))) {
            cached++;
        }
        if (cached < blocks) {
            long[] names = new long[blocks - cached];
            for (int i = cached; i < blocks; i++) {
                names[i - cached] = name(prompt, i);
            }
            BlockStored.Builder stored =
                    BlockStored.builder(BLOCK, names).tokens(Arrays.copyOfRange(prompt, cached * BLOCK, prompt.length));
            if (cached > 0) {
                stored.parent(name(prompt, cached - 1));
            }
            events.add(stored.build());
        }
        for (int i = blocks - 1; i >= 0; i--) {
            long name = name(prompt, i);
            cache.remove(name);
            cache.add(name);
        }
        while (cache.size() > capacity) {
            Iterator<Long> oldest = cache.iterator();
            events.add(BlockRemoved.builder(oldest.next()).build());
            oldest.remove();
        }
    }

    private long name(int[] prompt, int block) {
        long hash = seed;
        for (int i = 0; i < (block + 1) * BLOCK; i++) {
            hash = (hash ^ prompt[i]) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** Tells whether an index answers for every prompt what this cache would. */
    boolean equals(TieredPrefixIndex index, int slot) {
        for (int[] prompt : prompts) {
            if (match(index, slot, prompt) != held(prompt)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many blocks of all prompts an index claims that this cache does not have. */
    int overcount(TieredPrefixIndex index, int slot) {
        int over = 0;
        for (int[] prompt : prompts) {
            over += Math.max(0, match(index, slot, prompt) - held(prompt));
        }
        return over;
    }

    private int held(int[] prompt) {
        int held = 0;
        while ((held + 1) * BLOCK <= prompt.length && cache.contains(name(prompt, held))) {
            held++;
        }
        return held;
    }

    private static int match(TieredPrefixIndex index, int slot, int[] prompt) {
        BlockHasher hasher = new BlockHasher(BLOCK);
        long[] hashes = new long[prompt.length / BLOCK];
        hasher.hashTokens(prompt, 0, prompt.length, hasher.namespace(MODEL, null, null, List.of()), null, hashes);
        PrefixMatches matches = new PrefixMatches();
        index.match(hashes, hashes.length, matches);
        return matches.blocks(slot);
    }
}
