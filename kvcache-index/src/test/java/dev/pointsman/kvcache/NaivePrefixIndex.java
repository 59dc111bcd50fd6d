// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a prefix index means, said as plainly as possible: a set of blocks for each slot. For one thread. */
final class NaivePrefixIndex implements PrefixIndex {
    private final Map<Integer, Set<Long>> blocksBySlot = new HashMap<>();

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        into.forget();
        blocksBySlot.forEach((slot, blocks) -> {
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
    public void store(int slot, long[] hashes, int from, int to) {
        for (int i = from; i < to; i++) {
            blocksBySlot.computeIfAbsent(slot, added -> new HashSet<>()).add(hashes[i]);
        }
    }

    @Override
    public void remove(int slot, long hash) {
        blocksBySlot.getOrDefault(slot, new HashSet<>()).remove(hash);
    }

    @Override
    public void clear(int slot) {
        blocksBySlot.remove(slot);
    }

    @Override
    public boolean holds(int slot, long hash) {
        return blocksBySlot.getOrDefault(slot, Set.of()).contains(hash);
    }

    @Override
    public long size() {
        return blocksBySlot.values().stream().mapToLong(Set::size).sum();
    }
}
