// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import org.jspecify.annotations.Nullable;

/**
 * One thing that happened in an engine's KV cache, as the engine said it: nothing is interpreted yet, so a block may be
 * of another node's cache, in an unknown medium, or without tokens. {@link KvEventNormalizer} sorts that out.
 *
 * <p>A block hash is the engine's own name of a block, as 64 bits: an integer as it is (signed or unsigned, the bits
 * are the same), bytes by their last 8 in big endian. It means something at that engine's rank only.
 *
 * <p>Immutable, except that whoever is handed an array may not write to it.
 */
public sealed interface KvEvent permits BlockStored, BlockRemoved, BlockMoved, AllBlocksCleared {
    /** Returns who manages the blocks, such as {@code kvcr} for a residency agent, or null for the engine itself. */
    @Nullable
    String ownership();
}
