// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows the way to where stretches begin. An index shows each stretch with the blocks before it as far as one of its lanes
 * knows them. Loaded into one lane with stretches of another, a stretch may begin in the middle of what is there already;
 * an index finds that place only by the blocks that lead up to it, so they are kept for the beginnings that lie within
 * other stretches. An index of one lane has none of those, and then this is a set of beginnings only: about 16 bytes each.
 *
 * <p>Not thread-safe.
 */
final class Ways {
    /** How many blocks before a stretch are shown to an index, if they are known; runs of blocks are shorter than that. */
    private static final int LONGEST = 256;

    private static final long[] NONE = {};

    /** The beginnings: open addressing, at most half full, 0 for an empty place. */
    private long[] beginnings = new long[1024];

    private boolean zero;
    private int size;

    /** For a beginning that lies within another stretch, the blocks from there on to it. */
    private final Map<Long, long[]> ways = new HashMap<>();

    /** Notes that a stretch, or the way to one, begins with a block. */
    void begins(long hash) {
        if (hash == 0) {
            zero = true;
            return;
        }
        int place = place(hash, beginnings);
        if (beginnings[place] == 0) {
            beginnings[place] = hash;
            size++;
            if (2 * size > beginnings.length) {
                grow();
            }
        }
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(beginnings.length, 2)];
        for (long hash : beginnings) {
            if (hash != 0) {
                larger[place(hash, larger)] = hash;
            }
        }
        beginnings = larger;
    }

    private static int place(long hash, long[] table) {
        int mask = table.length - 1;
        int place = (int) ((hash * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - Integer.bitCount(mask)));
        while (table[place] != 0 && table[place] != hash) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private boolean isBeginning(long hash) {
        return hash == 0 ? zero : beginnings[place(hash, beginnings)] != 0;
    }

    /** Notes the ways to the beginnings among some blocks that follow each other. */
    void note(long[] hashes, int to) {
        for (int i = 1; i < to; i++) {
            if (isBeginning(hashes[i])) {
                ways.putIfAbsent(hashes[i], Arrays.copyOfRange(hashes, Math.max(0, i - LONGEST), i));
            }
        }
    }

    /** Returns blocks that lead up to a block, in prompt order; none if nothing is known. */
    long[] to(long hash) {
        if (ways.isEmpty()) {
            return NONE;
        }
        long[] way = NONE;
        long[] before = ways.get(hash);
        while (before != null && way.length < LONGEST) {
            long[] longer = Arrays.copyOf(before, before.length + way.length);
            System.arraycopy(way, 0, longer, before.length, way.length);
            way = longer;
            before = ways.get(way[0]);
        }
        return way;
    }
}
