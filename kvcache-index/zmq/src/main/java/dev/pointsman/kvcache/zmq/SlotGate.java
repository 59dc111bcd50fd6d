// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;

/**
 * An index as one subscription writes it, until it is told to end: from then on nothing is written any more, whichever
 * thread is in the middle of what. That is what lets a slot be given to another endpoint without waiting for a thread.
 *
 * <p>The lock is held for one write at a time, and no listener of events is called meanwhile; so whoever ends it waits for
 * nobody but the index.
 */
final class SlotGate implements TieredPrefixIndex {
    private final TieredPrefixIndex index;
    private final int slot;
    private final Object lock = new Object();
    private volatile boolean ended;

    SlotGate(TieredPrefixIndex index, int slot) {
        this.index = index;
        this.slot = slot;
    }

    @Override
    public long evicted() {
        return index.evicted();
    }

    /** Lets nothing through any more, and forgets all that was written under the slot. */
    void end() {
        synchronized (lock) {
            if (!ended) {
                ended = true;
                index.clear(slot);
            }
        }
    }

    boolean ended() {
        return ended;
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        synchronized (lock) {
            if (!ended) {
                index.store(slot, hashes, from, to);
            }
        }
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        synchronized (lock) {
            if (!ended) {
                index.store(slot, tier, hashes, from, to);
            }
        }
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        synchronized (lock) {
            return ended ? count : index.storeFirst(slot, tier, engineHashes, blockHashes, count);
        }
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        synchronized (lock) {
            return ended ? count : index.storeAfter(slot, tier, parent, engineHashes, blockHashes, count);
        }
    }

    @Override
    public int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to) {
        synchronized (lock) {
            return ended ? to - from : index.store(slot, tier, engineHashes, blockHashes, from, to);
        }
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int from, int to) {
        synchronized (lock) {
            return ended ? to - from : index.storeAfter(slot, tier, parent, engineHashes, blockHashes, from, to);
        }
    }

    @Override
    public void remove(int slot, long hash) {
        synchronized (lock) {
            if (!ended) {
                index.remove(slot, hash);
            }
        }
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        synchronized (lock) {
            if (!ended) {
                index.remove(slot, tier, hash);
            }
        }
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        synchronized (lock) {
            return ended || index.removeEngine(slot, tier, engineHash);
        }
    }

    @Override
    public void clear(int slot) {
        synchronized (lock) {
            if (!ended) {
                index.clear(slot);
            }
        }
    }

    @Override
    public void clear(int slot, Tier tier) {
        synchronized (lock) {
            if (!ended) {
                index.clear(slot, tier);
            }
        }
    }

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        index.match(hashes, count, into);
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        index.match(hashes, count, tier, into);
    }

    @Override
    public boolean holds(int slot, long hash) {
        return index.holds(slot, hash);
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        return index.knows(slot, engineHash);
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        return index.blockHash(slot, engineHash);
    }

    @Override
    public long size() {
        return index.size();
    }
}
