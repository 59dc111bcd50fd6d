// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/** A tiered index that can show what it holds, and take it back: what a snapshot is made of. */
public interface RestorablePrefixIndex extends TieredPrefixIndex {
    /**
     * Shows a visitor all that an endpoint holds. Nobody else writes the index during the visit, and the visitor must not.
     * Takes time in the number of the endpoint's blocks, and memory for a few bytes of each.
     *
     * @param slot the endpoint, at least 0
     * @param visitor who looks; what it throws ends the visit
     * @throws IllegalArgumentException if the slot is negative
     */
    void visit(int slot, BlockVisitor visitor);

    /**
     * Notes that an endpoint holds blocks in a tier, as {@link #visit} showed them: named by an engine's hashes, and with
     * some of the way to them, or all of it.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param engineHashes the engine's names, at the same positions as the block hashes
     * @param blockHashes our own hashes, with those of the blocks that lead up to the first
     * @param from position of the first block to note
     * @param to one more than the position of the last
     * @return how many were noted: all, unless a bound on memory is reached
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the positions are not a range of both arrays
     */
    @Override
    int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to);
}
