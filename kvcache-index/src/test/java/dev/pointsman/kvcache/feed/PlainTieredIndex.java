// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/** What a tiered index means, said as plainly as possible: for each slot and tier, how many copies of which block. */
class PlainTieredIndex implements TieredPrefixIndex {
    private static final int MOST_COPIES = 8;

    private static final class Holder {
        final Map<Tier, Map<Long, Integer>> copies = new EnumMap<>(Tier.class);
        final Map<Long, Long> hashByName = new HashMap<>();

        Holder() {
            for (Tier tier : Tier.values()) {
                copies.put(tier, new HashMap<>());
            }
        }

        boolean holds(long hash) {
            return copies.values().stream().anyMatch(tier -> tier.containsKey(hash));
        }

        void add(Tier tier, long hash) {
            copies.get(tier).merge(hash, 1, (before, one) -> Math.min(MOST_COPIES, before + one));
        }

        boolean take(Tier tier, long hash) {
            boolean held = copies.get(tier).containsKey(hash);
            copies.get(tier).computeIfPresent(hash, (key, count) -> count == 1 ? null : count - 1);
            return held;
        }
    }

    private final Map<Integer, Holder> holders = new HashMap<>();

    private Holder holder(int slot) {
        return holders.computeIfAbsent(slot, added -> new Holder());
    }

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        into.forget();
        holders.forEach((slot, holder) -> {
            int matched = 0;
            while (matched < count && holder.holds(hashes[matched])) {
                matched++;
            }
            if (matched > 0) {
                into.add(slot, matched);
            }
        });
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        into.forget();
        holders.forEach((slot, holder) -> {
            int matched = 0;
            while (matched < count && holder.copies.get(tier).containsKey(hashes[matched])) {
                matched++;
            }
            if (matched > 0) {
                into.add(slot, matched);
            }
        });
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        store(slot, Tier.ACCELERATOR, hashes, from, to);
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        long[] range = Arrays.copyOfRange(hashes, from, to);
        storeFirst(slot, tier, range, range, range.length);
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        Holder holder = holder(slot);
        for (int i = 0; i < count; i++) {
            holder.hashByName.put(engineHashes[i], blockHashes[i]);
            holder.add(tier, blockHashes[i]);
        }
        return count;
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return knows(slot, parent) ? storeFirst(slot, tier, engineHashes, blockHashes, count) : UNKNOWN_PARENT;
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        Holder holder = holder(slot);
        Long hash = holder.hashByName.get(engineHash);
        return hash != null && holder.holds(hash);
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        if (!knows(slot, engineHash)) {
            throw new NoSuchElementException("engineHash " + engineHash);
        }
        return holder(slot).hashByName.get(engineHash);
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        return knows(slot, engineHash) && holder(slot).take(tier, blockHash(slot, engineHash));
    }

    @Override
    public void remove(int slot, long hash) {
        remove(slot, Tier.ACCELERATOR, hash);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        holder(slot).take(tier, hash);
    }

    @Override
    public void clear(int slot) {
        holders.remove(slot);
    }

    @Override
    public void clear(int slot, Tier tier) {
        holder(slot).copies.get(tier).clear();
    }

    @Override
    public boolean holds(int slot, long hash) {
        return holder(slot).holds(hash);
    }

    @Override
    public long size() {
        return holders.values().stream()
                .flatMap(holder -> holder.copies.values().stream())
                .mapToLong(Map::size)
                .sum();
    }
}
