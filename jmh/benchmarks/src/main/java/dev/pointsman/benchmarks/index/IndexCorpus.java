// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import java.util.Arrays;

/**
 * Requests and KV events of a fleet in time order, made once and replayed at any speed. Immutable once made.
 *
 * <p>Block hashes and the engines' names of the same blocks lie in two parallel slabs, request after request: a prompt's
 * blocks, then those of its answer. A query is a range of them, and so is a store; a store's parent is the block before its
 * range. Names of removed blocks lie in a slab of their own. An operation takes 21 bytes, a block 16, a removed one 8.
 */
final class IndexCorpus {
    /** A prompt is looked up. */
    static final byte QUERY = 0;

    /** An engine stored the first blocks of a prompt. */
    static final byte STORED_FIRST = 1;

    /** An engine stored blocks after one that it held. */
    static final byte STORED_AFTER = 2;

    /** An engine evicted blocks. */
    static final byte REMOVED = 3;

    private final byte[] kinds;
    private final int[] endpoints;
    private final int[] starts;
    private final int[] lengths;
    private final long[] times;
    private final int operations;
    private final int[] queries;
    private final Totals totals;
    private final long[][] resident;
    private final boolean ownNames;

    /** Our own hash of each block. */
    final long[] hashes;

    /** The engine's name of each block. */
    final long[] names;

    /** The engines' names of removed blocks. */
    final long[] removed;

    private IndexCorpus(Recorder recorder, long[][] resident, boolean ownNames) {
        kinds = recorder.kinds;
        endpoints = recorder.endpoints;
        starts = recorder.starts;
        lengths = recorder.lengths;
        times = recorder.times;
        operations = recorder.operations;
        hashes = recorder.hashes;
        names = recorder.names;
        removed = recorder.removed;
        this.resident = resident;
        this.ownNames = ownNames;
        totals = recorder.totals();
        queries = new int[(int) totals.requests()];
        int count = 0;
        for (int i = 0; i < operations; i++) {
            if (kinds[i] == QUERY) {
                queries[count++] = i;
            }
        }
    }

    /** Returns how many operations there are. */
    int operations() {
        return operations;
    }

    /** Returns what an operation is. */
    byte kind(int operation) {
        return kinds[operation];
    }

    /** Returns whose operation it is; for a query, where the request went. */
    int endpoint(int operation) {
        return endpoints[operation];
    }

    /** Returns the position of its first block in {@link #hashes} and {@link #names}, or in {@link #removed}. */
    int start(int operation) {
        return starts[operation];
    }

    /** Returns its blocks. */
    int length(int operation) {
        return lengths[operation];
    }

    /** Returns when it happens on the trace's clock. */
    long timeNanos(int operation) {
        return times[operation];
    }

    /** Returns which operation the n-th query is. */
    int query(int number) {
        return queries[number];
    }

    /** Returns how many queries there are. */
    int queries() {
        return queries.length;
    }

    /** Returns how many engines there are. */
    int endpoints() {
        return resident.length;
    }

    /** Returns what an engine holds in the end, by our own hashes. */
    long[] resident(int endpoint) {
        return resident[endpoint];
    }

    /** Returns an engine's name of a block. */
    long name(int endpoint, long hash) {
        return name(endpoint, hash, ownNames);
    }

    /**
     * Returns an engine's name of a block.
     *
     * @param ownNames whether each engine names blocks in its own way
     */
    static long name(int endpoint, long hash, boolean ownNames) {
        return BlockNames.engine(hash, ownNames ? endpoint + 1 : 0);
    }

    /** Returns how many blocks all engines hold in the end. */
    long residentBlocks() {
        return Arrays.stream(resident).mapToLong(blocks -> blocks.length).sum();
    }

    /** Returns the sums. */
    Totals totals() {
        return totals;
    }

    /**
     * What is in a corpus.
     *
     * @param requests queries
     * @param events store and removal events
     * @param queryBlocks blocks of all prompts
     * @param storedBlocks blocks of all stores
     * @param removedBlocks blocks of all removals
     * @param refused requests that did not fit into an engine beside those running there
     */
    record Totals(long requests, long events, long queryBlocks, long storedBlocks, long removedBlocks, long refused) {
        /** Returns what an event thread has to apply. */
        long writeOperations() {
            return storedBlocks + removedBlocks;
        }

        /** Returns what mooncake_bench counts: the blocks of queries, stores and removals. */
        long blockOperations() {
            return queryBlocks + writeOperations();
        }
    }

    /** Takes down what happens. */
    static final class Recorder {
        private byte[] kinds = new byte[1024];
        private int[] endpoints = new int[1024];
        private int[] starts = new int[1024];
        private int[] lengths = new int[1024];
        private long[] times = new long[1024];
        private int operations;
        private long[] removed = new long[1024];
        private int removals;
        private final long[] sums = new long[4];
        private long events;
        private long refused;

        /** Our own hash of each block. */
        final long[] hashes;

        /** The engine's name of each block. */
        final long[] names;

        Recorder(int blocks) {
            hashes = new long[blocks];
            names = new long[blocks];
        }

        void add(byte kind, int endpoint, long time, int start, int length) {
            if (operations == kinds.length) {
                int room = operations + operations / 2;
                kinds = Arrays.copyOf(kinds, room);
                endpoints = Arrays.copyOf(endpoints, room);
                starts = Arrays.copyOf(starts, room);
                lengths = Arrays.copyOf(lengths, room);
                times = Arrays.copyOf(times, room);
            }
            kinds[operations] = kind;
            endpoints[operations] = endpoint;
            starts[operations] = start;
            lengths[operations] = length;
            times[operations] = time;
            operations++;
            sums[kind] += length;
            events += kind == QUERY ? 0 : 1;
        }

        /** Notes the name of an evicted block; {@link #add} of a removal follows. */
        void evict(long name) {
            if (removals == removed.length) {
                removed = Arrays.copyOf(removed, removals + removals / 2);
            }
            removed[removals++] = name;
        }

        /** Returns how many evictions were noted. */
        int evictions() {
            return removals;
        }

        /** Notes that a request did not fit. */
        void refuse() {
            refused++;
        }

        private Totals totals() {
            return new Totals(
                    operations - events,
                    events,
                    sums[QUERY],
                    sums[STORED_FIRST] + sums[STORED_AFTER],
                    sums[REMOVED],
                    refused);
        }

        /**
         * Ends the corpus.
         *
         * @param resident what each engine holds now, by our own hashes
         * @param ownNames whether each engine names blocks in its own way
         */
        IndexCorpus finish(long[][] resident, boolean ownNames) {
            return new IndexCorpus(this, resident, ownNames);
        }
    }
}
