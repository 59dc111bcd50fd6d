// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.Arrays;
import java.util.Objects;

/**
 * A prefix index that knows in which {@link Tier} each block lies, and that blocks can be told to in an engine's own
 * words.
 *
 * <p>An engine names a block by a hash of its own, which depends on its version and settings. Here such a hash is only a
 * handle: each endpoint has its own, they lead to parents and to what is to be removed, and matching never looks at
 * them. {@link #match(long[], int, PrefixMatches)} counts a block that lies in any tier.
 *
 * <p>A block that was stored under an engine's hash is removed under that; one that was stored under its own hash only,
 * under its own. Copies of one block in one tier are counted or not, as the implementation says.
 *
 * <p>Thread-safe as {@link PrefixIndex} says.
 */
public interface TieredPrefixIndex extends PrefixIndex {
    /** What {@link #storeAfter} returns if the endpoint does not hold the parent. */
    int UNKNOWN_PARENT = -1;

    /**
     * Finds, for each endpoint, how many blocks of a prompt it holds in one tier without a gap from the first one on.
     *
     * @param hashes the prompt's block hashes, in prompt order
     * @param count how many of them to look up, from 0 to {@code hashes.length}
     * @param tier the only tier that counts
     * @param into where the answer goes; what it held before is forgotten
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    void match(long[] hashes, int count, Tier tier, PrefixMatches into);

    /**
     * Notes that an endpoint holds blocks in a tier, named by our own hashes only.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param hashes block hashes, in prompt order from the prompt's first block on
     * @param from position of the first block to note
     * @param to one more than the position of the last
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the positions are not a range of the array
     */
    void store(int slot, Tier tier, long[] hashes, int from, int to);

    /**
     * Notes that an endpoint no longer holds a block in a tier; has no effect if it was not known to.
     *
     * @param slot the endpoint, at least 0
     * @param tier where it lay
     * @param hash the block's own hash
     * @throws IllegalArgumentException if the slot is negative
     */
    void remove(int slot, Tier tier, long hash);

    /** Tells whether an endpoint holds, in any tier, a block that its engine names so. */
    boolean knows(int slot, long engineHash);

    /**
     * Returns our own hash of a block that an endpoint's engine names so: the parent from which the hashes of the blocks
     * after it are made.
     *
     * @throws java.util.NoSuchElementException if the endpoint {@linkplain #knows does not know} it
     */
    long blockHash(int slot, long engineHash);

    /**
     * Notes that an endpoint holds blocks in a tier, named by an engine's hashes, anywhere in a prompt and whoever else
     * holds them or those before them.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param engineHashes the engine's names, at the same positions as the block hashes; those before the first block to
     *     note are not looked at
     * @param blockHashes our own hashes, in prompt order from the prompt's first block on
     * @param from position of the first block to note
     * @param to one more than the position of the last
     * @return how many were noted: all, unless an implementation's bound on memory is reached
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the positions are not a range of both arrays
     */
    default int store(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int from, int to) {
        Objects.checkFromToIndex(from, to, engineHashes.length);
        Objects.checkFromToIndex(from, to, blockHashes.length);
        return storeFirst(
                slot,
                tier,
                Arrays.copyOfRange(engineHashes, from, to),
                Arrays.copyOfRange(blockHashes, from, to),
                to - from);
    }

    /**
     * Notes that an endpoint holds the first blocks of a prompt; or, wherever they are in a prompt, blocks that it holds
     * already under the same names, in this tier or another. Not for other blocks from the middle of a prompt: an
     * implementation cannot know that somebody holds them behind others, and may count too little from then on. Those are
     * stored with {@linkplain #store(int, Tier, long[], long[], int, int) the blocks before them} or {@linkplain
     * #storeAfter(int, Tier, long, long[], long[], int, int) after a parent}.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param engineHashes the engine's names, in prompt order
     * @param blockHashes our own hashes of the same blocks
     * @param count how many blocks, at most as many as either array has
     * @return how many were noted: all, unless an implementation's bound on memory is reached
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count);

    /**
     * Notes that an endpoint holds blocks that follow one which it holds already, in any tier.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param parent the engine's name of the block before them
     * @param engineHashes the engine's names, in prompt order
     * @param blockHashes our own hashes of the same blocks
     * @param count how many blocks, at most as many as either array has
     * @return how many were noted: all, unless an implementation's bound on memory is reached; {@link #UNKNOWN_PARENT},
     *     and nothing is noted, if the endpoint does not hold the parent
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the count is out of its range
     */
    int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count);

    /**
     * Notes that an endpoint holds blocks that come some way after one which it holds already, in any tier; it need not
     * hold those between.
     *
     * @param slot the endpoint, at least 0
     * @param tier where they lie
     * @param parent the engine's name of the block before the first of the arrays
     * @param engineHashes the engine's names, at the same positions as the block hashes; those before the first block to
     *     note are not looked at
     * @param blockHashes our own hashes, in prompt order from the block after the parent on
     * @param from position of the first block to note
     * @param to one more than the position of the last
     * @return how many were noted: all, unless an implementation's bound on memory is reached; {@link #UNKNOWN_PARENT},
     *     and nothing is noted, if the endpoint does not hold the parent
     * @throws IllegalArgumentException if the slot is negative
     * @throws IndexOutOfBoundsException if the positions are not a range of both arrays
     */
    default int storeAfter(
            int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int from, int to) {
        Objects.checkFromToIndex(from, to, engineHashes.length);
        Objects.checkFromToIndex(from, to, blockHashes.length);
        return storeAfter(
                slot,
                tier,
                parent,
                Arrays.copyOfRange(engineHashes, from, to),
                Arrays.copyOfRange(blockHashes, from, to),
                to - from);
    }

    /**
     * Notes that an endpoint no longer holds a block in a tier.
     *
     * @param slot the endpoint, at least 0
     * @param tier where it lay
     * @param engineHash the engine's name of it
     * @return whether it was known to be there
     * @throws IllegalArgumentException if the slot is negative
     */
    boolean removeEngine(int slot, Tier tier, long engineHash);

    /**
     * Forgets all that an endpoint holds in a tier.
     *
     * @param slot the endpoint, at least 0
     * @param tier the tier
     * @throws IllegalArgumentException if the slot is negative
     */
    void clear(int slot, Tier tier);

    /** Returns how many blocks, of whichever endpoint, were forgotten so far to stay within a bound on memory; 0 without one. */
    default long evicted() {
        return 0;
    }
}
