// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** A tiered index of hash maps, for one tier and one thread: what a benchmark's events should have done. */
final class PlainTieredIndex implements TieredPrefixIndex {
    private final Map<Integer, Map<Long, Long>> byName = new HashMap<>();
    private final Map<Integer, Set<Long>> held = new HashMap<>();

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        into.forget();
        held.forEach((slot, blocks) -> {
            int run = 0;
            while (run < count && blocks.contains(hashes[run])) {
                run++;
            }
            if (run > 0) {
                into.add(slot, run);
            }
        });
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        match(hashes, count, into);
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        store(slot, Tier.ACCELERATOR, hashes, from, to);
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        for (int i = from; i < to; i++) {
            put(slot, hashes[i], hashes[i]);
        }
    }

    @Override
    public void remove(int slot, long hash) {
        removeEngine(slot, Tier.ACCELERATOR, hash);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        remove(slot, hash);
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        return names(slot).containsKey(engineHash);
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        Long hash = names(slot).get(engineHash);
        if (hash == null) {
            throw new NoSuchElementException("slot " + slot + " has no block " + engineHash);
        }
        return hash;
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        for (int i = 0; i < count; i++) {
            put(slot, engineHashes[i], blockHashes[i]);
        }
        return count;
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return knows(slot, parent) ? storeFirst(slot, tier, engineHashes, blockHashes, count) : UNKNOWN_PARENT;
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        Long hash = names(slot).remove(engineHash);
        if (hash == null) {
            return false;
        }
        blocks(slot).remove(hash);
        return true;
    }

    @Override
    public void clear(int slot, Tier tier) {
        clear(slot);
    }

    @Override
    public void clear(int slot) {
        names(slot).clear();
        blocks(slot).clear();
    }

    @Override
    public boolean holds(int slot, long hash) {
        return blocks(slot).contains(hash);
    }

    @Override
    public long size() {
        return held.values().stream().mapToLong(Set::size).sum();
    }

    private void put(int slot, long name, long hash) {
        names(slot).put(name, hash);
        blocks(slot).add(hash);
    }

    private Map<Long, Long> names(int slot) {
        return byName.computeIfAbsent(slot, added -> new HashMap<>());
    }

    private Set<Long> blocks(int slot) {
        return held.computeIfAbsent(slot, added -> new HashSet<>());
    }
}
