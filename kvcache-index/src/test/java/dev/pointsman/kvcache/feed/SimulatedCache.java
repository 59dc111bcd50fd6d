// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An engine's prefix cache and what it says of it: the truth that an index must equal. Copies of blocks in accelerator
 * memory and host memory, evicted from anywhere, so that there are holes; a block computed again is another copy.
 */
final class SimulatedCache {
    /** An image in a prompt. */
    record Item(String id, int firstToken, int tokens) {}

    /** A prompt with all that its KV depends on. */
    static final class Prompt {
        private final int[] tokens;
        private final @Nullable String lora;
        private final @Nullable String salt;
        private final List<Item> items;

        Prompt(int[] tokens, @Nullable String lora, @Nullable String salt, List<Item> items) {
            this.tokens = tokens;
            this.lora = lora;
            this.salt = salt;
            this.items = items;
        }

        Prompt(int... tokens) {
            this(tokens, null, null, List.of());
        }

        int[] tokens() {
            return tokens;
        }

        @Nullable
        String lora() {
            return lora;
        }

        @Nullable
        String salt() {
            return salt;
        }

        List<Item> items() {
            return items;
        }

        @Override
        public String toString() {
            return Arrays.toString(tokens) + " " + lora + " " + salt + " " + items;
        }
    }

    private record Copy(long name, Tier tier) {}

    private final SplittableRandom random;
    private final long seed;
    private final int blockSize;
    private final int capacity;
    private final List<Copy> copies = new ArrayList<>();
    private final List<Prompt> served = new ArrayList<>();

    SimulatedCache(long seed, int blockSize, int capacity) {
        this.random = new SplittableRandom(seed);
        this.seed = random.nextLong();
        this.blockSize = blockSize;
        this.capacity = capacity;
    }

    /** Computes a prompt: stores what is not cached at its front in accelerator memory, and evicts what is too much. */
    List<KvEvent> serve(Prompt prompt) {
        List<KvEvent> events = new ArrayList<>();
        served.add(prompt);
        int blocks = prompt.tokens().length / blockSize;
        int cached = 0;
        while (cached < blocks && holds(Tier.ACCELERATOR, name(prompt, cached))) {
            cached++;
        }
        if (cached < blocks) {
            long[] names = new long[blocks - cached];
            List<List<ExtraKey>> keys = new ArrayList<>();
            for (int i = cached; i < blocks; i++) {
                names[i - cached] = name(prompt, i);
                copies.add(new Copy(names[i - cached], Tier.ACCELERATOR));
                keys.add(extraKeys(prompt, i));
            }
            BlockStored.Builder stored = BlockStored.builder(blockSize, names)
                    .tokens(Arrays.copyOfRange(prompt.tokens(), cached * blockSize, blocks * blockSize))
                    .medium("GPU")
                    .loraName(prompt.lora())
                    .extraKeys(keys);
            if (cached > 0) {
                stored.parent(name(prompt, cached - 1));
            }
            events.add(stored.build());
        }
        while (copies.size() > capacity) {
            events.add(evict(random.nextInt(copies.size())));
        }
        return events;
    }

    /** Moves some block to the host's memory, in one of the ways in which engines say so. */
    List<KvEvent> offload() {
        if (copies.isEmpty()) {
            return List.of();
        }
        int position = random.nextInt(copies.size());
        Copy copy = copies.get(position);
        if (copy.tier() != Tier.ACCELERATOR) {
            return List.of(evict(position));
        }
        copies.set(position, new Copy(copy.name(), Tier.HOST));
        return List.of(new BlockMoved(copy.name(), "GPU", "CPU"));
    }

    List<KvEvent> clear() {
        copies.clear();
        return List.of(new AllBlocksCleared());
    }

    private BlockRemoved evict(int position) {
        Copy copy = copies.remove(position);
        return BlockRemoved.builder(copy.name())
                .medium(copy.tier() == Tier.ACCELERATOR ? "GPU" : "CPU")
                .build();
    }

    /**
     * Returns how many blocks of an index the engine holds of a prompt, block hashes being the index's.
     *
     * @param hashes by prompt, the hashes of all of its blocks in the index's size
     */
    int held(Prompt prompt, int indexBlockSize, Function<Prompt, long[]> hashes) {
        long[] wanted = hashes.apply(prompt);
        int matched = 0;
        while (matched < wanted.length && holdsSpan(wanted[matched], matched, indexBlockSize, hashes)) {
            matched++;
        }
        return matched;
    }

    /** Whether any prompt served has this block at this place, and all engine blocks of it there are in one tier. */
    private boolean holdsSpan(long hash, int span, int indexBlockSize, Function<Prompt, long[]> hashes) {
        int first = span * indexBlockSize / blockSize;
        int last = ((span + 1) * indexBlockSize - 1) / blockSize;
        for (Prompt prompt : served) {
            long[] its = hashes.apply(prompt);
            if (span < its.length && its[span] == hash && (last + 1) * blockSize <= prompt.tokens().length) {
                for (Tier tier : Tier.values()) {
                    boolean all = true;
                    for (int block = first; all && block <= last; block++) {
                        all = holds(tier, name(prompt, block));
                    }
                    if (all) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean holds(Tier tier, long name) {
        return copies.contains(new Copy(name, tier));
    }

    /** The engine's name of a block: a chained hash of its own kind. */
    private long name(Prompt prompt, int block) {
        long hash = seed;
        for (int i = 0; i < (block + 1) * blockSize; i++) {
            hash = mix(hash, prompt.tokens()[i]);
        }
        hash = mix(hash, prompt.lora() == null ? 1 : prompt.lora().hashCode());
        hash = mix(hash, prompt.salt() == null ? 1 : prompt.salt().hashCode());
        for (Item item : prompt.items()) {
            if (item.firstToken() < (block + 1) * blockSize) {
                hash = mix(mix(hash, item.id().hashCode()), item.firstToken());
            }
        }
        return hash;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
        return mixed ^ (mixed >>> 29);
    }

    /** What vLLM says: the adapter, the items with their places, and the salt with the first block. */
    private List<ExtraKey> extraKeys(Prompt prompt, int block) {
        List<ExtraKey> keys = new ArrayList<>();
        if (prompt.lora() != null) {
            keys.add(new ExtraKey.Text(prompt.lora()));
        }
        int begin = block * blockSize;
        for (Item item : prompt.items()) {
            if (item.firstToken() < begin + blockSize && item.firstToken() + item.tokens() > begin) {
                keys.add(new ExtraKey.Media(item.id(), item.firstToken() - (long) begin));
            }
        }
        if (prompt.salt() != null && block == 0) {
            keys.add(new ExtraKey.Text(prompt.salt()));
        }
        return keys;
    }
}
