// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

/**
 * Finds the number of a block's node by the block's id, for caches that keep ids in an array of their own.
 *
 * <p>A hash table of node numbers (open addressing, linear probing, at most half full), which leaves the ids where they are
 * and so stays small enough for the processor's caches. Removal shifts the cluster back instead of leaving a tombstone, so
 * a cache that churns for ever does not slow down. Not thread-safe.
 */
final class BlockTable {
    /** No node. */
    static final int NONE = -1;

    /** Node number plus one, or 0 where empty. */
    private final int[] table;

    private final long[] ids;

    /**
     * Makes an empty table.
     *
     * @param ids the id of each node, by its number; the owner writes an id before it adds the node, and leaves it until
     *     the node is removed
     */
    BlockTable(long[] ids) {
        this.ids = ids;
        table = new int[Integer.highestOneBit(Math.max(8, ids.length - 1)) * 4];
    }

    /** Returns the node of an id, or {@link #NONE}; expected constant time. */
    int find(long id) {
        int mask = table.length - 1;
        for (int slot = LongIntTable.home(id, mask); ; slot = (slot + 1) & mask) {
            int node = table[slot] - 1;
            if (node == NONE || ids[node] == id) {
                return node;
            }
        }
    }

    /** Adds a node whose id is not in the table; expected constant time. */
    void add(int node) {
        int mask = table.length - 1;
        int slot = LongIntTable.home(ids[node], mask);
        while (table[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        table[slot] = node + 1;
    }

    /** Removes a node that is in the table; expected constant time. */
    void remove(int node) {
        int mask = table.length - 1;
        int hole = LongIntTable.home(ids[node], mask);
        while (table[hole] != node + 1) {
            hole = (hole + 1) & mask;
        }
        for (int next = (hole + 1) & mask; table[next] != 0; next = (next + 1) & mask) {
            // An entry may move back into the hole unless its home lies after the hole, cyclically.
            int home = LongIntTable.home(ids[table[next] - 1], mask);
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
    }
}
