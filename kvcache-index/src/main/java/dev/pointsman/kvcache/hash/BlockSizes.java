// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import dev.pointsman.kvcache.BlockHasher;

/** What all schemes agree on: a block has at least one unit, and only full blocks have a hash. */
final class BlockSizes {
    private BlockSizes() {}

    /** Returns a block size, or throws if it cannot be one. */
    static int require(String name, int size) {
        if (size < 1 || size > BlockHasher.MAX_BLOCK_SIZE) {
            throw new IllegalArgumentException(name + ": must be from 1 to " + BlockHasher.MAX_BLOCK_SIZE + ", but was "
                    + size + ".\nMaybe take it from the engine's configuration or from its events.");
        }
        return size;
    }

    /** Throws unless there is something said of every block. */
    static void requireForEach(String name, int said, int blocks) {
        if (said != blocks) {
            throw new IllegalArgumentException(name + ": must have one element for each of the " + blocks
                    + " full blocks, but had " + said + ".\nMaybe the last block is not full; those have no hash.");
        }
    }
}
