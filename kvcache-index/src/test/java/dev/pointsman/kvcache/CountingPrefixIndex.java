// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.ArrayList;
import java.util.List;

/** An index that keeps account of what is taken out of it. For one thread. */
final class CountingPrefixIndex implements PrefixIndex {
    /** One block taken from one endpoint. */
    record Removal(int slot, long hash) {}

    final List<Removal> removals = new ArrayList<>();
    int clears;
    private final PrefixIndex index = new HolderMapPrefixIndex();

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        index.match(hashes, count, into);
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        index.store(slot, hashes, from, to);
    }

    @Override
    public void remove(int slot, long hash) {
        removals.add(new Removal(slot, hash));
        index.remove(slot, hash);
    }

    @Override
    public void clear(int slot) {
        clears++;
        index.clear(slot);
    }

    @Override
    public boolean holds(int slot, long hash) {
        return index.holds(slot, hash);
    }

    @Override
    public long size() {
        return index.size();
    }
}
