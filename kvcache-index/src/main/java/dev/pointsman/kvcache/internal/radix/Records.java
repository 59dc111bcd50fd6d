// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Small records of longs, for what about a run does not fit into the run itself: lists of holders, bitsets, the tiers
 * below the accelerator's. Sizes are 3 and 4 words times powers of two; free records of a size are a list through their
 * first word. When there is no new memory a larger free record is cut up; nothing is merged.
 */
final class Records {
    static final int NOTHING = 0;

    /** What {@link #lacking} says if no record was missed. */
    static final int NO_CLASS = -1;

    private static final int SEGMENT_SHIFT = 13;
    static final int CLASSES = 24;

    final Longs words;
    private final int[] free = new int[CLASSES];

    /** How many records of each class are in use. */
    private final int[] live = new int[CLASSES];

    private int lacking = NO_CLASS;

    /** Words below were handed out before; word 0 never is, so that 0 means no record. */
    private int used = 1;

    /** Words that were cut off and are too few for a record. */
    private long lost;

    Records(Budget budget) {
        words = new Longs(SEGMENT_SHIFT, budget, Budget.Kind.RECORDS);
    }

    /** Returns the class of the smallest records with so many words. */
    static int classFor(int words) {
        if (words <= 3) {
            return 0;
        }
        int power = 32 - Integer.numberOfLeadingZeros(words - 1); // words <= 1 << power
        return words <= 3 << (power - 2) ? 2 * (power - 2) : 2 * (power - 2) + 1;
    }

    /** Returns the words in a record of a class. */
    static int sizeOf(int clazz) {
        return ((clazz & 1) == 0 ? 3 : 4) << (clazz >> 1);
    }

    /** Returns a record of at least so many words, with anything in them, or {@link #NOTHING} if there is no room. */
    int take(int size) {
        int clazz = classFor(size);
        int record = ofClass(clazz);
        if (record == NOTHING) {
            lacking = clazz;
        } else {
            live[clazz]++;
        }
        return record;
    }

    private int ofClass(int clazz) {
        int record = free[clazz];
        if (record != NOTHING) {
            free[clazz] = (int) words.get(record);
            return record;
        }
        int length = sizeOf(clazz);
        int segmentEnd = (used | words.segmentLength() - 1) + 1;
        int start = used + length <= segmentEnd ? used : segmentEnd;
        if (start <= Integer.MAX_VALUE - words.segmentLength() && words.reach(start)) {
            int rest = used;
            used = start + length;
            if (start != rest) {
                cutUp(rest, start - rest);
            }
            return start;
        }
        return cutFromLarger(clazz);
    }

    private int cutFromLarger(int clazz) {
        for (int larger = clazz + 1; larger < CLASSES; larger++) {
            int record = free[larger];
            if (record != NOTHING) {
                free[larger] = (int) words.get(record);
                int length = sizeOf(clazz);
                cutUp(record + length, sizeOf(larger) - length);
                return record;
            }
        }
        return NOTHING;
    }

    /** Makes free records of a stretch of words; up to two words of it are lost. */
    private void cutUp(int from, int length) {
        int at = from;
        int left = length;
        while (left >= 3) {
            int clazz = classFor(left);
            if (sizeOf(clazz) > left) {
                clazz--;
            }
            free(at, clazz);
            at += sizeOf(clazz);
            left -= sizeOf(clazz);
        }
        lost += left;
    }

    /** Gives back a record that was taken for so many words. */
    void give(int record, int size) {
        int clazz = classFor(size);
        live[clazz]--;
        free(record, clazz);
    }

    /** Begins a change for which records may be lacking. */
    void lackNothing() {
        lacking = NO_CLASS;
    }

    /** Returns the class of the record that was last missed since {@link #lackNothing}, or {@link #NO_CLASS}. */
    int lacking() {
        return lacking;
    }

    /** Tells whether a record of a class or a larger one is in use, so that giving it back would help. */
    boolean isLive(int clazz) {
        for (int each = clazz; each < CLASSES; each++) {
            if (live[each] > 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the number of records of a class that are in use. */
    int live(int clazz) {
        return live[clazz];
    }

    private void free(int record, int clazz) {
        words.set(record, free[clazz]);
        free[clazz] = record;
    }

    /** Returns how many words are neither free nor given out. */
    long lost() {
        return lost;
    }

    /** Returns one more than the highest word ever used. */
    int used() {
        return used;
    }

    /** Returns the first free record of a class, or {@link #NOTHING}; its first word leads to the next. */
    int firstFree(int clazz) {
        return clazz < CLASSES ? free[clazz] : NOTHING;
    }
}
