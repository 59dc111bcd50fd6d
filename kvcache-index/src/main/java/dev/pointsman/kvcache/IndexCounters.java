// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/**
 * What an index has done since it was made, and what it has now. The numbers are read one after another while others
 * write, so they may not fit each other to the last block.
 *
 * @param stored blocks told to it and noted, also those it knew already
 * @param removed blocks taken away one by one, with removals that left another copy
 * @param evicted pairs of an endpoint and a block that it forgot to stay within its bound
 * @param dropped blocks told to it and not noted, because no memory was left
 * @param unknownParents stores refused because the endpoint did not hold the parent
 * @param unknownRemovals removals of what was not known to be there
 * @param runs runs of blocks at present
 * @param splits how often a run was cut in two
 */
public record IndexCounters(
        long stored,
        long removed,
        long evicted,
        long dropped,
        long unknownParents,
        long unknownRemovals,
        long runs,
        long splits) {}
