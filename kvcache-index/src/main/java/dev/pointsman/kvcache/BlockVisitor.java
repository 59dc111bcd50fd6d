// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import org.jspecify.annotations.Nullable;

/** Is shown what an endpoint holds, in stretches of blocks of which each follows the one before it. */
@FunctionalInterface
public interface BlockVisitor {
    /**
     * Looks at some blocks. A stretch may begin and end anywhere in a prompt; together the stretches are what the endpoint
     * holds, each block once in each of its tiers. The arrays are lent for the call only.
     *
     * @param tier where the blocks lie
     * @param blockHashes our own hashes: those of the stretch, and before them those of the blocks that lead up to it, as
     *     far as the index knows the way
     * @param engineHashes the engine's names at the same positions, or null if the stretch was stored without
     * @param copies how many copies of each lie there, at the same positions, at least 1; null if one of each
     * @param from position of the stretch's first block
     * @param to one more than the position of its last
     */
    void visit(
            Tier tier, long[] blockHashes, long @Nullable [] engineHashes, byte @Nullable [] copies, int from, int to);
}
