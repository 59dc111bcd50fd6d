// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.concurrent.atomic.AtomicLongArray;

/** What one lane counts. Written under its lock, read by anybody: each number is whole, together they may not fit. */
final class Tally {
    static final int TIERS = 4;

    /** Pairs of a holder and a block, in any tier. */
    static final int SIZE = 0;

    /** Pairs of a holder and a block in a tier: four numbers. */
    static final int HELD = 1;

    /** Blocks of all runs. */
    static final int BLOCKS = 5;

    static final int RUNS = 6;
    static final int STORED = 7;
    static final int REMOVED = 8;
    static final int EVICTED = 9;
    static final int DROPPED = 10;
    static final int SPLITS = 11;
    static final int UNKNOWN_PARENTS = 12;
    static final int UNKNOWN_REMOVALS = 13;
    static final int REPORTED_EVICTED = 14;
    static final int REPORTED_DROPPED = 15;

    /** Runs that have a holder in a tier below the accelerator's. */
    static final int TIERED_RUNS = 16;

    private static final int NUMBERS = 17;

    private final AtomicLongArray numbers = new AtomicLongArray(NUMBERS);

    void add(int number, long more) {
        numbers.setOpaque(number, numbers.getPlain(number) + more);
    }

    long get(int number) {
        return numbers.getOpaque(number);
    }
}
