// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * What llm-d's router remembers of what went where: for each server the hashes of what was last sent there, least recently
 * used first, and for each hash the servers that have it.
 *
 * <p>A pair of a server and a hash is one entry, a position in parallel arrays, in its server's list from the oldest to the newest;
 * a table of each server finds it. The holders of a hash are a sorted array of slots, its count in front. The blocks of a prompt
 * mostly have the same holders as the ones before, which comparing two arrays shows faster than counting each holder of each; so
 * matching counts runs of blocks. (Holders in a linked list of entries took a hop for every pair of a block and a server.) Freed
 * entries and small arrays are used again; memory is that of the most there ever was at once, 50 to 120 bytes an entry, and entries
 * are bounded by the servers' capacities.
 *
 * <p>Thread-safe: readers share a lock, and who notes a prompt or forgets a server gives it back every so many blocks. What is read
 * meanwhile is a prompt noted in part, as it is upstream.
 */
final class RecentHashes {
    private static final int NONE = -1;
    private static final int BLOCKS_AT_ONCE = 256;
    /** Longest array of holders that is kept for another hash. */
    private static final int KEPT = 64;

    private final StampedLock lock = new StampedLock();
    /** From a hash to its position in {@link #holders}. */
    private final LongIntTable positions = new LongIntTable();

    private int[][] holders = new int[64][];
    private int holderArrays;
    private int[] freeArrays = new int[64];
    private int freeArrayCount;

    private Server[] servers = {};

    private long[] hashes = new long[64];
    private int[] older = new int[64];
    private int[] newer = new int[64];
    private int entries;
    /** Freed entries, linked by {@code newer}. */
    private int free = NONE;

    /** Notes who has a slot from now on; what was remembered of it is forgotten. */
    void join(int slot, long incarnation) {
        leave(slot); // Mostly nothing, for whoever was there has left.
        long stamp = lock.writeLock();
        try {
            Server server = serverOrNew(slot);
            server.present = true;
            server.incarnation = incarnation;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Forgets a server that left. For the thread that changes the fleet, like {@link #join}. */
    void leave(int slot) {
        boolean more = true;
        while (more) {
            long stamp = lock.writeLock();
            try {
                Server server = serverOrNew(slot);
                server.present = false; // From here on nothing is noted of it.
                more = forgetSome(server, slot);
            } finally {
                lock.unlockWrite(stamp);
            }
        }
    }

    /**
     * Notes that a prompt went to a server, from its first block to its last, so that the first is the oldest. Does nothing if
     * that server has left.
     *
     * @param capacity how many blocks to remember of the server; counts only if this is the first prompt that went there
     */
    void add(int slot, long incarnation, long[] prompt, int count, int capacity) {
        for (int from = 0; from < count; from += BLOCKS_AT_ONCE) {
            long stamp = lock.writeLock();
            try {
                Server server = slot < servers.length ? servers[slot] : null;
                if (server == null || !server.present || server.incarnation != incarnation) {
                    return;
                }
                if (server.capacity == 0) {
                    server.capacity = Math.max(1, capacity);
                }
                for (int i = from; i < Math.min(count, from + BLOCKS_AT_ONCE); i++) {
                    use(server, slot, prompt[i]);
                }
            } finally {
                lock.unlockWrite(stamp);
            }
        }
    }

    /**
     * Walks a prompt's blocks until one that nobody has, and counts for each server those that it has: with gaps, if another
     * server has the block between.
     *
     * @param hits where the counts are added, by slot; servers beyond its length are not counted
     * @return how many blocks somebody has
     */
    int match(long[] prompt, int count, int[] hits) {
        long stamp = lock.readLock();
        try {
            int[] run = null;
            int length = 0;
            int i = 0;
            for (; i < count; i++) {
                int position = positions.get(prompt[i]);
                if (position == LongIntTable.ABSENT) {
                    break;
                }
                int[] its = holders[position];
                if (run != null && same(run, its)) {
                    length++;
                } else {
                    add(run, length, hits);
                    run = its;
                    length = 1;
                }
            }
            add(run, length, hits);
            return i;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Counts for each server which of some hashes it has, otherwise as {@link #match} does. */
    void count(long[] wanted, int count, int[] hits) {
        long stamp = lock.readLock();
        try {
            for (int i = 0; i < count; i++) {
                int position = positions.get(wanted[i]);
                if (position != LongIntTable.ABSENT) {
                    add(holders[position], 1, hits);
                }
            }
        } finally {
            lock.unlockRead(stamp);
        }
    }

    private static boolean same(int[] one, int[] other) {
        int end = one[0] + 1;
        return one[0] == other[0] && Arrays.equals(one, 1, end, other, 1, end);
    }

    private static void add(int @Nullable [] servers, int blocks, int[] hits) {
        if (servers == null) {
            return;
        }
        for (int i = 1; i <= servers[0]; i++) {
            if (servers[i] < hits.length) {
                hits[servers[i]] += blocks;
            }
        }
    }

    /** Returns how many blocks are remembered of a server. */
    int size(int slot) {
        long stamp = lock.readLock();
        try {
            return slot < servers.length ? servers[slot].entryOf.size() : 0;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Returns how many different blocks are remembered. */
    int blocks() {
        long stamp = lock.readLock();
        try {
            return positions.size();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    // ---- all below with the lock held for writing

    private void use(Server server, int slot, long hash) {
        int entry = server.entryOf.get(hash);
        if (entry != NONE) {
            unlinkUse(server, entry);
            linkNewest(server, entry);
            return;
        }
        if (server.entryOf.size() >= server.capacity) {
            drop(server, slot, server.oldest);
        }
        entry = newEntry();
        hashes[entry] = hash;
        server.entryOf.put(hash, entry);
        linkNewest(server, entry);
        addHolder(hash, slot);
    }

    private void drop(Server server, int slot, int entry) {
        server.entryOf.remove(hashes[entry]);
        unlinkUse(server, entry);
        removeHolder(hashes[entry], slot);
        newer[entry] = free;
        free = entry;
    }

    private void addHolder(long hash, int slot) {
        int position = positions.get(hash);
        if (position == LongIntTable.ABSENT) {
            position = newArray();
            positions.put(hash, position);
        }
        int[] its = holders[position];
        int count = its[0];
        int at = -1 - Arrays.binarySearch(its, 1, count + 1, slot);
        if (count + 1 == its.length) {
            its = Arrays.copyOf(its, its.length + Math.max(2, its.length / 2));
            holders[position] = its;
        }
        System.arraycopy(its, at, its, at + 1, count + 1 - at);
        its[at] = slot;
        its[0] = count + 1;
    }

    private void removeHolder(long hash, int slot) {
        int position = positions.get(hash);
        int[] its = holders[position];
        int count = its[0];
        int at = Arrays.binarySearch(its, 1, count + 1, slot);
        System.arraycopy(its, at + 1, its, at, count - at);
        its[0] = count - 1;
        if (count == 1) {
            positions.remove(hash);
            if (its.length > KEPT) {
                holders[position] = new int[2];
            }
            if (freeArrayCount == freeArrays.length) {
                freeArrays = Arrays.copyOf(freeArrays, 2 * freeArrayCount);
            }
            freeArrays[freeArrayCount++] = position;
        }
    }

    /** Returns the position of an array without holders. */
    private int newArray() {
        if (freeArrayCount > 0) {
            return freeArrays[--freeArrayCount];
        }
        if (holderArrays == holders.length) {
            holders = Arrays.copyOf(holders, Math.addExact(holderArrays, holderArrays / 2));
        }
        holders[holderArrays] = new int[2];
        return holderArrays++;
    }

    /** Forgets so many hashes at once; returns whether there are more. */
    private boolean forgetSome(Server server, int slot) {
        for (int i = 0; i < BLOCKS_AT_ONCE && server.oldest != NONE; i++) {
            drop(server, slot, server.oldest);
        }
        if (server.oldest != NONE) {
            return true;
        }
        server.entryOf = new LongIntTable();
        server.capacity = 0;
        return false;
    }

    private void linkNewest(Server server, int entry) {
        older[entry] = server.newest;
        newer[entry] = NONE;
        if (server.newest != NONE) {
            newer[server.newest] = entry;
        } else {
            server.oldest = entry;
        }
        server.newest = entry;
    }

    private void unlinkUse(Server server, int entry) {
        if (older[entry] != NONE) {
            newer[older[entry]] = newer[entry];
        } else {
            server.oldest = newer[entry];
        }
        if (newer[entry] != NONE) {
            older[newer[entry]] = older[entry];
        } else {
            server.newest = older[entry];
        }
    }

    private int newEntry() {
        if (free != NONE) {
            int entry = free;
            free = newer[entry];
            return entry;
        }
        if (entries == hashes.length) {
            int length = Math.addExact(entries, entries / 2);
            hashes = Arrays.copyOf(hashes, length);
            older = Arrays.copyOf(older, length);
            newer = Arrays.copyOf(newer, length);
        }
        return entries++;
    }

    private Server serverOrNew(int slot) {
        if (slot >= servers.length) {
            int known = servers.length;
            servers = Arrays.copyOf(servers, Math.max(slot + 1, 2 * known));
            for (int i = known; i < servers.length; i++) {
                servers[i] = new Server();
            }
        }
        return servers[slot];
    }

    /** One server's memory. */
    private static final class Server {
        boolean present;
        long incarnation;
        /** 0 until a prompt goes there. */
        int capacity;

        int oldest = NONE;
        int newest = NONE;
        LongIntTable entryOf = new LongIntTable();
    }
}
