// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;

/**
 * Applies a corpus's stores and removals to an index, as an event thread does: the blocks of a store are first copied from
 * the corpus into the arrays that a decoder would have filled. Allocates nothing. Not thread-safe.
 */
final class EventReplay {
    private final IndexCorpus corpus;
    private final TieredPrefixIndex index;
    private final long[] names;
    private final long[] hashes;

    /** Prepares to apply a corpus; nothing is applied yet. */
    EventReplay(IndexCorpus corpus, TieredPrefixIndex index) {
        this.corpus = corpus;
        this.index = index;
        int longest = 0;
        for (int i = 0; i < corpus.operations(); i++) {
            longest = Math.max(longest, corpus.length(i));
        }
        names = new long[longest];
        hashes = new long[longest];
    }

    /**
     * Applies one operation; a query does nothing.
     *
     * @param operation from 0 to {@code corpus.operations() - 1}
     * @return how many blocks were stored or removed
     * @throws IllegalStateException if the index refused
     */
    int apply(int operation) {
        int start = corpus.start(operation);
        int length = corpus.length(operation);
        int slot = corpus.endpoint(operation);
        switch (corpus.kind(operation)) {
            case IndexCorpus.STORED_FIRST -> {
                copy(start, length);
                check(operation, index.storeFirst(slot, Tier.ACCELERATOR, names, hashes, length), length);
            }
            case IndexCorpus.STORED_AFTER -> {
                copy(start, length);
                long parent = corpus.names[start - 1];
                check(operation, index.storeAfter(slot, Tier.ACCELERATOR, parent, names, hashes, length), length);
            }
            case IndexCorpus.REMOVED -> {
                for (int i = start; i < start + length; i++) {
                    if (!index.removeEngine(slot, Tier.ACCELERATOR, corpus.removed[i])) {
                        check(operation, 0, length);
                    }
                }
            }
            default -> {
                return 0;
            }
        }
        return length;
    }

    private void copy(int start, int length) {
        System.arraycopy(corpus.names, start, names, 0, length);
        System.arraycopy(corpus.hashes, start, hashes, 0, length);
    }

    private static void check(int operation, int applied, int length) {
        if (applied != length) {
            throw new IllegalStateException(
                    "operation " + operation + ": " + length + " blocks, of which the index took " + applied
                            + ".\nMaybe its memory is bounded; this needs an index without a bound.");
        }
    }

    /**
     * Compares the index with what the engines hold in the end.
     *
     * @throws IllegalStateException if they differ
     */
    void verify() {
        if (index.size() != corpus.residentBlocks()) {
            throw new IllegalStateException("the index has " + index.size() + " holder-blocks, but the engines have "
                    + corpus.residentBlocks() + ".\nMaybe not all operations were applied, or the index is wrong.");
        }
        for (int slot = 0; slot < corpus.endpoints(); slot++) {
            for (long hash : corpus.resident(slot)) {
                long name = corpus.name(slot, hash);
                if (!index.knows(slot, name) || index.blockHash(slot, name) != hash) {
                    throw new IllegalStateException("endpoint " + slot + " holds block " + Long.toHexString(hash)
                            + ", but the index does not say so.\nMaybe the index is wrong.");
                }
            }
        }
    }
}
