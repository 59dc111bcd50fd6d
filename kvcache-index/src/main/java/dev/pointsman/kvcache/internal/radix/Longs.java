// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A long array in segments: it grows without copying, and what a reader once saw stays mapped. A segment is small
 * enough never to be a humongous object of G1, which would waste up to half a region.
 *
 * <p>One writer. A reader that may race it calls {@link #segmentOrNull} and checks what it read afterwards.
 */
final class Longs {
    private static final long[] NO_SEGMENT = {};

    private final int shift;
    private final int mask;
    private final Budget budget;
    private final Budget.Kind kind;
    private long[][] segments = new long[0][];

    Longs(int shift, Budget budget, Budget.Kind kind) {
        this.shift = shift;
        this.mask = (1 << shift) - 1;
        this.budget = budget;
        this.kind = kind;
    }

    /** Returns the bytes that {@link #reach} would take. */
    long missing(int index) {
        int at = index >>> shift;
        return at < segments.length && segments[at].length > 0 ? 0 : Budget.array(mask + 1L, Long.BYTES);
    }

    /** Makes sure that the segment of an index exists. Returns false if the budget does not allow it. */
    boolean reach(int index) {
        int at = index >>> shift;
        if (at < segments.length && segments[at].length > 0) {
            return true;
        }
        if (!budget.reserve(kind, Budget.array(mask + 1L, Long.BYTES))) {
            return false;
        }
        long[][] table = at < segments.length ? segments : longerTable(at + at / 2 + 4);
        long[] segment = new long[mask + 1];
        // Racing readers find a segment through numbers read without a lock: its zeros and length must be there first.
        VarHandle.releaseFence();
        table[at] = segment;
        VarHandle.releaseFence();
        segments = table;
        return true;
    }

    private long[][] longerTable(int length) {
        long[][] table = Arrays.copyOf(segments, length);
        Arrays.fill(table, segments.length, length, NO_SEGMENT);
        return table;
    }

    /** Returns the segment of an index that is known to exist. */
    long[] segment(int index) {
        return segments[index >>> shift];
    }

    /** Returns the segment of an index, or null if the reader cannot see it (yet). */
    long @Nullable [] segmentOrNull(int index) {
        long[][] table = segments;
        int at = index >>> shift;
        return at < table.length && table[at].length > 0 ? table[at] : null;
    }

    /** Returns the position of an index in its segment. */
    int at(int index) {
        return index & mask;
    }

    long get(int index) {
        return segments[index >>> shift][index & mask];
    }

    void set(int index, long value) {
        segments[index >>> shift][index & mask] = value;
    }

    int segmentLength() {
        return mask + 1;
    }

    /** Returns the bytes of all segments. */
    long bytes() {
        long bytes = 0;
        for (long[] segment : segments) {
            bytes += segment.length == 0 ? 0 : Budget.array(segment.length, Long.BYTES);
        }
        return bytes;
    }
}
