// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** An int array in segments, as {@link Longs} is for longs. An index whose segment does not exist reads as 0. */
final class Ints {
    private static final int[] NO_SEGMENT = {};

    private final int shift;
    private final int mask;
    private final Budget budget;
    private final Budget.Kind kind;
    private int[][] segments = new int[0][];

    Ints(int shift, Budget budget, Budget.Kind kind) {
        this.shift = shift;
        this.mask = (1 << shift) - 1;
        this.budget = budget;
        this.kind = kind;
    }

    /** Returns the bytes that {@link #reach} would take. */
    long missing(int index) {
        int at = index >>> shift;
        return at < segments.length && segments[at].length > 0 ? 0 : Budget.array(mask + 1L, Integer.BYTES);
    }

    /** Makes sure that the segment of an index exists. Returns false if the budget does not allow it. */
    boolean reach(int index) {
        int at = index >>> shift;
        if (at < segments.length && segments[at].length > 0) {
            return true;
        }
        if (!budget.reserve(kind, Budget.array(mask + 1L, Integer.BYTES))) {
            return false;
        }
        int[][] table = at < segments.length ? segments : longerTable(at + at / 2 + 4);
        int[] segment = new int[mask + 1];
        VarHandle.releaseFence();
        table[at] = segment;
        VarHandle.releaseFence();
        segments = table;
        return true;
    }

    private int[][] longerTable(int length) {
        int[][] table = Arrays.copyOf(segments, length);
        Arrays.fill(table, segments.length, length, NO_SEGMENT);
        return table;
    }

    int get(int index) {
        int[][] table = segments;
        int at = index >>> shift;
        return at < table.length && table[at].length > 0 ? table[at][index & mask] : 0;
    }

    /** Sets a value; its segment must exist. */
    void set(int index, int value) {
        segments[index >>> shift][index & mask] = value;
    }

    void fill(int from, int to, int value) {
        int[] segment = segments[from >>> shift];
        int start = from & mask;
        Arrays.fill(segment, start, start + (to - from), value);
    }

    /** Returns the bytes of all segments. */
    long bytes() {
        long bytes = 0;
        for (int[] segment : segments) {
            bytes += segment.length == 0 ? 0 : Budget.array(segment.length, Integer.BYTES);
        }
        return bytes;
    }
}
