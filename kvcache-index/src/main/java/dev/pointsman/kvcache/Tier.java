// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/** Where a block's KV lies, from the fastest to the slowest. */
public enum Tier {
    /** The accelerator's own memory: the block is used as it lies. */
    ACCELERATOR,

    /** The host's memory. */
    HOST,

    /** A disk of the host, or a file system. */
    STORAGE,

    /** A store or a peer reached over the network. */
    REMOTE
}
