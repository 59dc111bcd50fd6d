// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all arrays of a lane take together, and the bound that they never pass. Whoever makes an array asks here
 * first and gives back what it drops; while an array is copied to a larger one both count.
 *
 * <p>Most arrays never shrink, so what comes first could take all and leave nothing for what comes late, however much is
 * evicted: an eviction frees room in arrays of the kinds that the evicted run had. Therefore each {@link Kind} has a part
 * of the bound that no other may take; what is beyond the parts goes to whoever asks first. Blocks and runs take none of
 * that once three quarters of the bound are spent, because each block needs names, and more of them as more hold it. A
 * table of names takes three quarters of what is left at most, so that something is for the tables of those who come later.
 *
 * <p>Written by one thread at a time; anybody may ask how much is {@linkplain #used() used}.
 */
public final class Budget {
    /** What bytes are for, and the sixteenths of the bound that are kept for it. */
    enum Kind {
        /** Blocks and their engine's names. */
        BLOCKS(4, true),

        /** The table of runs and the table of their heads. */
        RUNS(1, true),

        /** Lists and bitsets of holders, lower tiers. */
        RECORDS(2, false),

        /** Endpoints' tables of names that are not small, copies. */
        NAMES(3, false),

        /** Endpoints, and each one's first table of names. */
        HOLDERS(1, false);

        private static final Kind[] ALL = values();

        private final int sixteenths;
        private final boolean growsEarly;

        Kind(int sixteenths, boolean growsEarly) {
            this.sixteenths = sixteenths;
            this.growsEarly = growsEarly;
        }
    }

    private static final int ARRAY_HEADER = 16;

    private final long limit;
    private final long[] taken = new long[Kind.ALL.length];
    private final AtomicLong used = new AtomicLong();

    /** Makes an empty budget of at most so many bytes. */
    public Budget(long limit) {
        this.limit = limit;
    }

    /** Takes bytes, if the bound and the parts of the other kinds allow it. Returns whether it did. */
    boolean reserve(Kind kind, long bytes) {
        if (!allows(kind, bytes)) {
            return false;
        }
        take(kind, bytes);
        return true;
    }

    /** Tells whether bytes could be taken. */
    boolean allows(Kind kind, long bytes) {
        long left = limit;
        for (Kind each : Kind.ALL) {
            long part = limit / 16 * each.sixteenths;
            left -= each == kind ? 0 : Math.max(taken[each.ordinal()], part);
        }
        if (kind.growsEarly && taken[kind.ordinal()] + bytes > limit / 16 * kind.sixteenths) {
            left = Math.min(left, limit - limit / 4 - used.getPlain() + taken[kind.ordinal()]);
        }
        left -= taken[kind.ordinal()];
        return bytes <= (kind == Kind.NAMES ? left - left / 4 : left);
    }

    /** Gives bytes back. */
    void release(Kind kind, long bytes) {
        take(kind, -bytes);
    }

    private void take(Kind kind, long bytes) {
        taken[kind.ordinal()] += bytes;
        used.lazySet(used.getPlain() + bytes);
    }

    /** Returns the bytes taken. */
    public long used() {
        return used.get();
    }

    /** Returns the size of an array as HotSpot lays it out; a reference has 4 bytes. */
    static long array(long elements, int elementBytes) {
        return ARRAY_HEADER + elements * elementBytes + 7 & -8L;
    }
}
