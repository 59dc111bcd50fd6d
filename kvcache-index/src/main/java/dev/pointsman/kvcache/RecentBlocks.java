// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Arrays;

/**
 * The blocks routed to one endpoint, from the one routed longest ago to the latest: what an LRU cache is made of, in
 * primitive arrays.
 *
 * <p>A block is a node, a small integer. Nodes form a ring through {@link #older} and {@link #newer}; node 0 is no
 * block but where the ring begins and ends, so {@code newer[0]} is the oldest block and {@code older[0]} the newest.
 * Free nodes are chained through {@code newer} from {@link #free}. A hash finds its node through {@link #table}: open
 * addressing with linear probing, at most half full, 0 for an empty place; a removal shifts back what follows, so there
 * are no tombstones.
 *
 * <p>A block takes about 40 bytes, in arrays that grow to the most blocks ever held and are given up by {@link #clear}
 * only. Every method takes constant time and allocates nothing but to grow. Not thread-safe: {@link RoutingHistory}
 * locks it.
 */
final class RecentBlocks {
    private static final int FIRST_ROOM = 64;

    long[] hash = new long[FIRST_ROOM];
    long[] touched = new long[FIRST_ROOM];
    int[] older = new int[FIRST_ROOM];
    int[] newer = new int[FIRST_ROOM];
    int[] table = new int[2 * FIRST_ROOM];
    int size;

    /** First of the free nodes that were used before, or 0. */
    private int free;

    /** One more than the highest node ever used. */
    private int used = 1;

    int size() {
        return size;
    }

    boolean contains(long block) {
        return table[place(block)] != 0;
    }

    /** Returns when the oldest block was touched; only if there is one. */
    long oldestTouched() {
        return touched[newer[0]];
    }

    /** Makes a block the newest. Returns whether it was not here before. */
    boolean touch(long block, long now) {
        int place = place(block);
        int node = table[place];
        boolean added = node == 0;
        if (added) {
            node = newNode();
            // Making room may have moved every place.
            place = place(block);
            hash[node] = block;
            table[place] = node;
            size++;
        } else {
            unlink(node);
        }
        touched[node] = now;
        int newest = older[0];
        older[node] = newest;
        newer[node] = 0;
        newer[newest] = node;
        older[0] = node;
        return added;
    }

    /** Removes the oldest block and returns it; only if there is one. */
    long removeOldest() {
        long block = hash[newer[0]];
        remove(block);
        return block;
    }

    /** Removes a block. Returns whether it was here. */
    boolean remove(long block) {
        int place = place(block);
        int node = table[place];
        if (node == 0) {
            return false;
        }
        unlink(node);
        vacate(place);
        newer[node] = free;
        free = node;
        size--;
        return true;
    }

    /** Removes all blocks and gives the memory back. */
    void clear() {
        hash = new long[FIRST_ROOM];
        touched = new long[FIRST_ROOM];
        older = new int[FIRST_ROOM];
        newer = new int[FIRST_ROOM];
        table = new int[2 * FIRST_ROOM];
        size = 0;
        free = 0;
        used = 1;
    }

    private void unlink(int node) {
        newer[older[node]] = newer[node];
        older[newer[node]] = older[node];
    }

    private int newNode() {
        if (free != 0) {
            int node = free;
            free = newer[node];
            return node;
        }
        if (used == hash.length) {
            grow();
        }
        return used++;
    }

    private void grow() {
        int room = Math.multiplyExact(hash.length, 2);
        hash = Arrays.copyOf(hash, room);
        touched = Arrays.copyOf(touched, room);
        older = Arrays.copyOf(older, room);
        newer = Arrays.copyOf(newer, room);
        table = new int[Math.multiplyExact(room, 2)];
        for (int node = newer[0]; node != 0; node = newer[node]) {
            table[place(hash[node])] = node;
        }
    }

    /** Returns where a block's place in the table is, or the empty place where it would be. */
    private int place(long block) {
        int mask = table.length - 1;
        int place = home(block);
        while (table[place] != 0 && hash[table[place]] != block) {
            place = place + 1 & mask;
        }
        return place;
    }

    /** Returns where the search for a block starts. Hashes from elsewhere may be small numbers, so they are mixed. */
    private int home(long block) {
        int bits = Long.numberOfLeadingZeros(table.length - 1L);
        return (int) ((block * 0x9E3779B97F4A7C15L) >>> bits);
    }

    /** Empties a place and moves back what would no longer be found. */
    private void vacate(int place) {
        int mask = table.length - 1;
        int hole = place;
        for (int next = hole + 1 & mask; table[next] != 0; next = next + 1 & mask) {
            int home = home(hash[table[next]]);
            // Its search runs from its home to here; it may move back if that way passes over the hole.
            if ((next - home & mask) >= (next - hole & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
    }
}
