// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import dev.pointsman.kvcache.BlockVisitor;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RestorablePrefixIndex;
import dev.pointsman.kvcache.Tier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a restorable index means, said as plainly as possible: for each slot and tier, which block is named how. */
final class PlainRestorableIndex implements RestorablePrefixIndex {
    /** A block as an endpoint holds it in a tier: the engine's name of it if there is one, and the copies. */
    record Held(@Nullable Long name, int copies) {}

    private final Map<Integer, Map<Tier, Map<Long, Held>>> held = new TreeMap<>();

    /** The block before each block that was ever stored behind one. */
    private final Map<Long, Long> before = new HashMap<>();

    /** Returns all that is held, to be compared. */
    Map<Integer, Map<Tier, Map<Long, Held>>> all() {
        Map<Integer, Map<Tier, Map<Long, Held>>> all = new TreeMap<>();
        held.forEach((slot, tiers) -> tiers.forEach((tier, blocks) -> {
            if (!blocks.isEmpty()) {
                all.computeIfAbsent(slot, added -> new TreeMap<>()).put(tier, Map.copyOf(blocks));
            }
        }));
        return all;
    }

    private Map<Long, Held> blocks(int slot, Tier tier) {
        return held.computeIfAbsent(slot, added -> new TreeMap<>()).computeIfAbsent(tier, added -> new TreeMap<>());
    }

    private void add(int slot, Tier tier, long @Nullable [] names, long[] hashes, int from, int to) {
        Objects.checkFromToIndex(from, to, hashes.length);
        for (int i = 1; i < to; i++) {
            before.put(hashes[i], hashes[i - 1]);
        }
        for (int i = from; i < to; i++) {
            Long name = names == null ? null : (Long) names[i];
            blocks(slot, tier).merge(hashes[i], new Held(name, 1), (old, one) -> new Held(name, old.copies() + 1));
        }
    }

    @Override
    public void visit(int slot, BlockVisitor visitor) {
        held.getOrDefault(slot, Map.of()).forEach((tier, blocks) -> {
            Set<Long> seen = new HashSet<>();
            for (long hash : blocks.keySet()) {
                if (!seen.contains(hash)) {
                    show(tier, blocks, hash, seen, visitor);
                }
            }
        });
    }

    /** Shows a block with those before it that are named alike and were not shown, and the way to them. */
    private void show(Tier tier, Map<Long, Held> blocks, long last, Set<Long> seen, BlockVisitor visitor) {
        boolean named = named(blocks.get(last));
        Deque<Long> stretch = new ArrayDeque<>();
        Deque<Long> way = new ArrayDeque<>();
        for (Long hash = last; hash != null && way.size() < 5; hash = before.get(hash)) {
            Held block = blocks.get(hash);
            if (way.isEmpty() && block != null && named(block) == named && seen.add(hash)) {
                stretch.addFirst(hash);
            } else {
                way.addFirst(hash);
            }
        }
        List<Long> hashes = new ArrayList<>(way);
        hashes.addAll(stretch);
        int size = hashes.size();
        long[] names = new long[size + 1];
        byte[] copies = new byte[size + 1];
        boolean single = true;
        for (int i = way.size(); i < size; i++) {
            Held block = Objects.requireNonNull(blocks.get(hashes.get(i)));
            names[i] = block.name() == null ? 0 : block.name();
            copies[i] = (byte) block.copies();
            single &= block.copies() == 1;
        }
        visitor.visit(
                tier,
                hashes.stream().mapToLong(Long::longValue).toArray(),
                named ? names : null,
                single ? null : copies,
                way.size(),
                size);
    }

    private static boolean named(@Nullable Held block) {
        return block != null && block.name() != null;
    }

    @Override
    public int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to) {
        add(slot, tier, engineHashes, blockHashes, from, to);
        return to - from;
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        add(slot, tier, null, hashes, from, to);
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        store(slot, Tier.ACCELERATOR, hashes, from, to);
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        return store(slot, tier, engineHashes, blockHashes, 0, count);
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return store(slot, tier, engineHashes, blockHashes, 0, count);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        blocks(slot, tier).remove(hash);
    }

    @Override
    public void remove(int slot, long hash) {
        remove(slot, Tier.ACCELERATOR, hash);
    }

    @Override
    public void clear(int slot) {
        held.remove(slot);
    }

    @Override
    public void clear(int slot, Tier tier) {
        blocks(slot, tier).clear();
    }

    @Override
    public long size() {
        return held.values().stream()
                .flatMap(tiers -> tiers.values().stream())
                .mapToLong(Map::size)
                .sum();
    }

    // What a snapshot does not ask for.

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        throw new UnsupportedOperationException("match");
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        throw new UnsupportedOperationException("match");
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        throw new UnsupportedOperationException("knows");
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        throw new NoSuchElementException("blockHash");
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        throw new UnsupportedOperationException("removeEngine");
    }

    @Override
    public boolean holds(int slot, long hash) {
        throw new UnsupportedOperationException("holds");
    }
}
