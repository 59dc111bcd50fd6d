// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/**
 * Hears from an index that it reached its bound on memory. Called on the thread whose store it was, after the store,
 * while no lock is held; what it throws goes to whoever stored.
 */
public interface IndexListener {
    /** Hears nothing. */
    IndexListener NONE = new IndexListener() {};

    /**
     * Blocks were forgotten, for all their holders, to make room for newer ones.
     *
     * @param holderBlocks pairs of an endpoint and a block, at least 1
     */
    default void evicted(long holderBlocks) {}

    /**
     * Blocks of a store were not noted, because evicting did not make enough room.
     *
     * @param slot the endpoint that stored
     * @param blocks how many, at least 1
     */
    default void dropped(int slot, long blocks) {}
}
