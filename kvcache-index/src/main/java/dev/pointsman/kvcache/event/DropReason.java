// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

/** Why something that an engine said did not reach the index; counted in events, unless a constant says otherwise. */
public enum DropReason {
    /** Counted in batches: the bytes are not a batch of events. */
    MALFORMED_BATCH,

    /** A known event with a field that is missing or unreadable. */
    MALFORMED_EVENT,

    /** A kind of event that this version does not know. */
    UNKNOWN_EVENT,

    /** The blocks are managed by a residency agent, not by the engine. */
    FOREIGN_OWNER,

    /** The blocks lie in another node's cache or in a shared pool. */
    NOT_LOCAL,

    /** The medium has no {@link dev.pointsman.kvcache.Tier}. */
    UNKNOWN_MEDIUM,

    /** The blocks are of a sliding window or a state-space layer, where holding a block says nothing of its prefix. */
    NOT_MAIN_GROUP,

    /** A store that names no block or no token, such as an offload's note of a chunk. */
    PLACEHOLDER,

    /** A store whose tokens are not whole blocks, or fewer than its block hashes need. */
    UNALIGNED,

    /** A store that names a block twice, or as its own parent. */
    SELF_REFERENCE,

    /** A store after a block that the endpoint is not known to hold. */
    UNKNOWN_PARENT,

    /** A store in blocks whose size cannot be brought to the index's. */
    BLOCK_SIZE_MISMATCH,

    /** A removal or a move of a block that the endpoint was not known to hold; counted in blocks. */
    UNKNOWN_BLOCK,

    /** A store that the index's bound on memory did not admit; counted in blocks. */
    INDEX_FULL,

    /** Counted in batches: it was applied before, or its place in the sequence is already past. */
    DUPLICATE_BATCH,

    /** Counted in batches: it waited for its turn, and there was no room for more that wait. */
    QUEUE_FULL,

    /** Counted in batches: it came in the pause after a failed replay; all is asked for again then. */
    COOL_DOWN
}
