// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Short lists of holders, each with a mask of the blocks that it holds. A list is a record with room for 2, 4, 8, 16, 32
 * or 64 masks and, behind these, as many ids, two in a word: 12 bytes a holder. Its number of holders, room and place
 * are packed into 43 bits of a word that the owner of the list keeps: readers get them together, so that they never
 * read beyond a record, and the bits above are the owner's.
 */
final class Lists {
    /** What changes return when there is no memory, or the list is full; nothing has changed then. */
    static final long FAILED = -1;

    /** The most holders a list can have. */
    static final int MOST = 64;

    private static final int COUNT_SHIFT = 2;
    private static final int ROOM_SHIFT = 9;
    private static final int RECORD_SHIFT = 12;

    /** The bits of a word that are a list's, with its lowest two, which are the owner's. */
    static final long BITS = (1L << 43) - 1;

    private final Records records;

    Lists(Records records) {
        this.records = records;
    }

    static int count(long list) {
        return (int) (list >>> COUNT_SHIFT) & 127;
    }

    private static int roomClass(long list) {
        return (int) (list >>> ROOM_SHIFT) & 7;
    }

    /** Returns how many holders fit into a list. */
    static int room(long list) {
        return 2 << roomClass(list);
    }

    /** Returns where a list's masks are; the ids follow after {@link #room} masks. */
    static int record(long list) {
        return (int) (list >>> RECORD_SHIFT) & Integer.MAX_VALUE;
    }

    private static long pack(long others, int count, int roomClass, int record) {
        return others | (long) count << COUNT_SHIFT | (long) roomClass << ROOM_SHIFT | (long) record << RECORD_SHIFT;
    }

    private static int words(int roomClass) {
        return 3 << roomClass;
    }

    /** Returns the class of a list's record. */
    static int recordClass(long list) {
        return Records.classFor(words(roomClass(list)));
    }

    /** Returns an id, given the longs that a list's record is in and where its ids begin there. */
    static int id(long[] segment, int ids, int position) {
        return (int) (segment[ids + (position >> 1)] >>> ((position & 1) << 5));
    }

    private static void id(long[] segment, int ids, int position, int id) {
        int at = ids + (position >> 1);
        int shift = (position & 1) << 5;
        segment[at] = (segment[at] & ~(0xffffffffL << shift)) | (long) id << shift;
    }

    /** Returns the position of a holder, or -1. */
    int find(long list, int id) {
        int count = count(list);
        if (count == 0) {
            return -1;
        }
        int record = record(list);
        long[] segment = records.words.segment(record);
        int ids = records.words.at(record) + room(list);
        for (int i = 0; i < count; i++) {
            if (id(segment, ids, i) == id) {
                return i;
            }
        }
        return -1;
    }

    int idAt(long list, int position) {
        int record = record(list);
        return id(records.words.segment(record), records.words.at(record) + room(list), position);
    }

    long maskAt(long list, int position) {
        return records.words.get(record(list) + position);
    }

    void mask(long list, int position, long mask) {
        records.words.set(record(list) + position, mask);
    }

    /** Returns the list with a holder that it does not have yet, or {@link #FAILED}. */
    long with(long list, int id, long mask) {
        int count = count(list);
        int room = count == 0 ? 0 : room(list);
        long grown = list;
        if (count == room) {
            grown = count == MOST ? FAILED : moved(list, count == 0 ? 0 : roomClass(list) + 1);
            if (grown == FAILED) {
                return FAILED;
            }
        }
        int record = record(grown);
        long[] segment = records.words.segment(record);
        int at = records.words.at(record);
        segment[at + count] = mask;
        id(segment, at + room(grown), count, id);
        return grown + (1L << COUNT_SHIFT);
    }

    /** Returns the list without the holder at a position. */
    long without(long list, int position) {
        int last = count(list) - 1;
        if (last == 0) {
            free(list);
            return (list & ~BITS) | (list & 3);
        }
        int record = record(list);
        long[] segment = records.words.segment(record);
        int at = records.words.at(record);
        int ids = at + room(list);
        segment[at + position] = segment[at + last];
        id(segment, ids, position, id(segment, ids, last));
        long shrunk = list - (1L << COUNT_SHIFT);
        if (last <= room(list) >> 2) {
            long moved = moved(shrunk, roomClass(list) - 1);
            return moved == FAILED ? shrunk : moved;
        }
        return shrunk;
    }

    /** Returns the same list in a record of another size, or {@link #FAILED}. */
    private long moved(long list, int roomClass) {
        int record = records.take(words(roomClass));
        if (record == Records.NOTHING) {
            return FAILED;
        }
        int count = count(list);
        if (count > 0) {
            int old = record(list);
            long[] from = records.words.segment(old);
            int fromAt = records.words.at(old);
            long[] to = records.words.segment(record);
            int toAt = records.words.at(record);
            System.arraycopy(from, fromAt, to, toAt, count);
            System.arraycopy(from, fromAt + room(list), to, toAt + (2 << roomClass), (count + 1) >> 1);
            free(list);
        }
        return pack((list & ~BITS) | (list & 3), count, roomClass, record);
    }

    /** Gives a list's record back, if it has one. */
    void free(long list) {
        if (count(list) > 0) {
            records.give(record(list), words(roomClass(list)));
        }
    }
}
