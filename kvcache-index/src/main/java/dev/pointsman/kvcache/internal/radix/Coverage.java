// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Who holds which blocks of one run in one tier: for each holder a mask of 64 bits, so that holes are nothing special.
 * It is two longs, a cell, in one of four forms:
 * <ul>
 *   <li>nobody;
 *   <li>one holder: its id, its mask;
 *   <li>a {@linkplain Lists list} of up to 32 holders;
 *   <li>many: a bitset of those who hold all of the run, and a list of the others. The bitset spans from the first to
 *       the last word that was ever needed.
 * </ul>
 *
 * <p>The list of the others is meant to stay short, or a reader would spend its time there: once it passes {@link
 * #MOST_PARTIAL} the run should be {@linkplain Split split}, after which fewer are partial.
 *
 * <p>A change that fails for want of memory changes nothing. For the writer of the run, who makes its version odd
 * around every change; how readers read cells is in {@link Walk}.
 */
final class Coverage {
    static final int NOBODY = 0;
    static final int ONE = 1;
    static final int LIST = 2;
    static final int MANY = 3;

    static final int MOST_LISTED = 32;
    static final int MOST_PARTIAL = 32;
    private static final int FEW = 16;

    private static final int WORDS_BITS = 12;
    private static final int WORDS_SHIFT = 2;
    private static final int FIRST_SHIFT = WORDS_SHIFT + WORDS_BITS;
    private static final int RECORD_SHIFT = FIRST_SHIFT + WORDS_BITS;
    private static final int FULL_SHIFT = 44;

    /** Holders' ids stay below: a bitset of them all has one word less than would overflow its number of words. */
    static final int MOST_HOLDERS = (1 << (WORDS_BITS + 6)) - Long.SIZE;

    private final Records records;
    private final Lists lists;

    Coverage(Records records) {
        this.records = records;
        this.lists = new Lists(records);
    }

    // What a cell's first long says; its second is one holder's mask, or the list of partial holders.

    static int form(long cell) {
        return (int) cell & 3;
    }

    static int onlyHolder(long cell) {
        return (int) (cell >>> 2);
    }

    static int words(long cell) {
        return (int) (cell >>> WORDS_SHIFT) & (1 << WORDS_BITS) - 1;
    }

    static int firstWord(long cell) {
        return (int) (cell >>> FIRST_SHIFT) & (1 << WORDS_BITS) - 1;
    }

    static int bitset(long cell) {
        return (int) (cell >>> RECORD_SHIFT) & Integer.MAX_VALUE;
    }

    /** Returns how many hold all of a run, from the second long of a cell with many. */
    static int full(long partial) {
        return (int) (partial >>> FULL_SHIFT);
    }

    private static long one(int id) {
        return (long) id << 2 | ONE;
    }

    private static long many(int record, int first, int words) {
        return (long) record << RECORD_SHIFT | (long) first << FIRST_SHIFT | (long) words << WORDS_SHIFT | MANY;
    }

    // Reading.

    /** Returns the blocks that a holder holds, given a mask of all blocks of the run. */
    long mask(long[] cells, int at, int id, long all) {
        long cell = cells[at];
        switch (form(cell)) {
            case NOBODY -> {
                return 0;
            }
            case ONE -> {
                return onlyHolder(cell) == id ? cells[at + 1] : 0;
            }
            case LIST -> {
                int position = lists.find(cell, id);
                return position < 0 ? 0 : lists.maskAt(cell, position);
            }
            default -> {
                if (isFull(cell, id)) {
                    return all;
                }
                int position = lists.find(cells[at + 1], id);
                return position < 0 ? 0 : lists.maskAt(cells[at + 1], position);
            }
        }
    }

    private boolean isFull(long cell, int id) {
        int word = (id >> 6) - firstWord(cell);
        return word >= 0 && word < words(cell) && (records.words.get(bitset(cell) + word) & 1L << id) != 0;
    }

    /** Returns the blocks that anybody holds, given a mask of all blocks of the run. */
    long union(long[] cells, int at, long all) {
        long cell = cells[at];
        switch (form(cell)) {
            case NOBODY -> {
                return 0;
            }
            case ONE -> {
                return cells[at + 1];
            }
            case LIST -> {
                return union(cell);
            }
            default -> {
                return full(cells[at + 1]) > 0 ? all : union(cells[at + 1]);
            }
        }
    }

    private long union(long list) {
        long union = 0;
        for (int i = Lists.count(list) - 1; i >= 0; i--) {
            union |= lists.maskAt(list, i);
        }
        return union;
    }

    /** Returns how many hold blocks but not all of them, if that is told apart from who holds all; else 0. */
    static int partial(long[] cells, int at) {
        return form(cells[at]) == MANY ? Lists.count(cells[at + 1]) : 0;
    }

    /** Tells whether a cell has a record of a class or a larger one. */
    boolean hasRecord(long[] cells, int at, int clazz) {
        long cell = cells[at];
        return switch (form(cell)) {
            case LIST -> Lists.recordClass(cell) >= clazz;
            case MANY ->
                (words(cell) > 0 && Records.classFor(words(cell)) >= clazz)
                        || (Lists.count(cells[at + 1]) > 0 && Lists.recordClass(cells[at + 1]) >= clazz);
            default -> false;
        };
    }

    /** Writes all holders into a scratch list. */
    void collect(long[] cells, int at, long all, Holdings into) {
        long cell = cells[at];
        switch (form(cell)) {
            case NOBODY -> {}
            case ONE -> into.add(onlyHolder(cell), cells[at + 1]);
            case LIST -> collect(cell, into);
            default -> {
                for (int word = 0; word < words(cell); word++) {
                    int first = (firstWord(cell) + word) << 6;
                    for (long bits = records.words.get(bitset(cell) + word); bits != 0; bits &= bits - 1) {
                        into.add(first + Long.numberOfTrailingZeros(bits), all);
                    }
                }
                collect(cells[at + 1], into);
            }
        }
    }

    /** Writes those who hold a part only into a scratch list, if they are told apart. */
    void collectPartial(long[] cells, int at, Holdings into) {
        if (form(cells[at]) == MANY) {
            collect(cells[at + 1], into);
        }
    }

    private void collect(long list, Holdings into) {
        for (int i = 0; i < Lists.count(list); i++) {
            into.add(lists.idAt(list, i), lists.maskAt(list, i));
        }
    }

    // Writing.

    /**
     * Sets the blocks that a holder holds; none takes it out.
     *
     * @param all a mask of all blocks of the run
     * @return false if there is no memory
     */
    boolean put(long[] cells, int at, int id, long mask, long all) {
        long cell = cells[at];
        switch (form(cell)) {
            case NOBODY -> {
                if (mask != 0) {
                    cells[at] = one(id);
                    cells[at + 1] = mask;
                }
                return true;
            }
            case ONE -> {
                return putToOne(cells, at, id, mask);
            }
            case LIST -> {
                return putToList(cells, at, id, mask, all);
            }
            default -> {
                return putToMany(cells, at, id, mask, all);
            }
        }
    }

    private boolean putToOne(long[] cells, int at, int id, long mask) {
        int only = onlyHolder(cells[at]);
        if (only == id) {
            cells[at] = mask == 0 ? NOBODY : cells[at];
            cells[at + 1] = mask;
            return true;
        }
        if (mask == 0) {
            return true;
        }
        long list = lists.with(LIST, only, cells[at + 1]);
        if (list == Lists.FAILED) {
            return false;
        }
        cells[at] = lists.with(list, id, mask);
        cells[at + 1] = 0;
        return true;
    }

    private boolean putToList(long[] cells, int at, int id, long mask, long all) {
        long list = cells[at];
        int position = lists.find(list, id);
        if (position >= 0 && mask != 0) {
            lists.mask(list, position, mask);
        } else if (position >= 0) {
            list = lists.without(list, position);
            if (Lists.count(list) == 1) {
                cells[at + 1] = lists.maskAt(list, 0);
                cells[at] = one(lists.idAt(list, 0));
                lists.free(list);
            } else {
                cells[at] = list;
            }
        } else if (mask != 0) {
            if (Lists.count(list) == MOST_LISTED) {
                return becomeMany(cells, at, all) && putToMany(cells, at, id, mask, all);
            }
            list = lists.with(list, id, mask);
            if (list == Lists.FAILED) {
                return false;
            }
            cells[at] = list;
        }
        return true;
    }

    private boolean putToMany(long[] cells, int at, int id, long mask, long all) {
        boolean wasFull = isFull(cells[at], id);
        int position = wasFull ? -1 : lists.find(cells[at + 1], id);
        if (mask == all) {
            if (!wasFull) {
                if (!fill(cells, at, id)) {
                    return false;
                }
                if (position >= 0) {
                    cells[at + 1] = lists.without(cells[at + 1], position);
                }
            }
            return true;
        }
        if (mask == 0) {
            if (wasFull) {
                unfill(cells, at, id);
            } else if (position >= 0) {
                cells[at + 1] = lists.without(cells[at + 1], position);
            }
            becomeFew(cells, at, all);
            return true;
        }
        if (position >= 0) {
            lists.mask(cells[at + 1], position, mask);
            return true;
        }
        long partial = lists.with(cells[at + 1], id, mask);
        if (partial == Lists.FAILED) {
            return false;
        }
        cells[at + 1] = partial;
        if (wasFull) {
            unfill(cells, at, id);
        }
        return true;
    }

    /** Sets a holder's bit, which is not set, and widens the bitset to it. */
    private boolean fill(long[] cells, int at, int id) {
        long cell = cells[at];
        int word = id >> 6;
        int words = words(cell);
        int first = firstWord(cell);
        if (words == 0 || word < first || word >= first + words) {
            int from = words == 0 ? word : Math.min(first, word);
            int to = words == 0 ? word + 1 : Math.max(first + words, word + 1);
            int record = records.take(to - from);
            if (record == Records.NOTHING) {
                return false;
            }
            for (int i = from; i < to; i++) {
                boolean inside = i >= first && i < first + words;
                records.words.set(record + i - from, inside ? records.words.get(bitset(cell) + i - first) : 0);
            }
            if (words > 0) {
                records.give(bitset(cell), words);
            }
            cell = many(record, from, to - from);
            cells[at] = cell;
        }
        int at64 = bitset(cell) + word - firstWord(cell);
        records.words.set(at64, records.words.get(at64) | 1L << id);
        cells[at + 1] += 1L << FULL_SHIFT;
        return true;
    }

    private void unfill(long[] cells, int at, int id) {
        long cell = cells[at];
        int at64 = bitset(cell) + (id >> 6) - firstWord(cell);
        records.words.set(at64, records.words.get(at64) & ~(1L << id));
        cells[at + 1] -= 1L << FULL_SHIFT;
    }

    /** Makes many of a list: those who hold all get bits, the others stay in the list. */
    private boolean becomeMany(long[] cells, int at, long all) {
        long list = cells[at];
        long[] made = {many(0, 0, 0), 0};
        for (int i = 0; i < Lists.count(list); i++) {
            if (!putToMany(made, 0, lists.idAt(list, i), lists.maskAt(list, i), all)) {
                free(made, 0);
                return false;
            }
        }
        lists.free(list);
        cells[at] = made[0];
        cells[at + 1] = made[1];
        return true;
    }

    /** Makes a list of many who have become few. If there is no memory they stay many. */
    private void becomeFew(long[] cells, int at, long all) {
        long partial = cells[at + 1];
        int holders = full(partial) + Lists.count(partial);
        if (holders > FEW) {
            return;
        }
        Holdings few = new Holdings();
        collect(cells, at, all, few);
        long[] made = {NOBODY, 0};
        for (int i = 0; i < few.size(); i++) {
            if (!put(made, 0, few.id(i), few.mask(i), all)) {
                free(made, 0);
                return;
            }
        }
        free(cells, at);
        cells[at] = made[0];
        cells[at + 1] = made[1];
    }

    /**
     * Makes the cell of a part of a run.
     *
     * @param from the part's first block
     * @param all a mask of all blocks of the run
     * @param part a mask of as many blocks as the part has
     * @param made where to make it
     * @return false if there is no memory
     */
    boolean slice(long[] cells, int at, int from, long all, long part, long[] made) {
        long cell = cells[at];
        made[0] = NOBODY;
        made[1] = 0;
        if (form(cell) == MANY && full(cells[at + 1]) > 0) {
            int words = words(cell);
            int record = records.take(words);
            if (record == Records.NOTHING) {
                return false;
            }
            for (int i = 0; i < words; i++) {
                records.words.set(record + i, records.words.get(bitset(cell) + i));
            }
            made[0] = many(record, firstWord(cell), words);
            made[1] = (long) full(cells[at + 1]) << FULL_SHIFT;
            return sliceList(cells[at + 1], from, part, made);
        }
        Holdings holdings = new Holdings();
        collect(cells, at, all, holdings);
        for (int i = 0; i < holdings.size(); i++) {
            if (!put(made, 0, holdings.id(i), holdings.mask(i) >>> from & part, part)) {
                free(made, 0);
                return false;
            }
        }
        return true;
    }

    private boolean sliceList(long list, int from, long part, long[] made) {
        for (int i = 0; i < Lists.count(list); i++) {
            if (!put(made, 0, lists.idAt(list, i), lists.maskAt(list, i) >>> from & part, part)) {
                free(made, 0);
                return false;
            }
        }
        return true;
    }

    /** Gives back what a cell has in records, and leaves it to nobody. */
    void free(long[] cells, int at) {
        long cell = cells[at];
        if (form(cell) == LIST) {
            lists.free(cell);
        } else if (form(cell) == MANY) {
            if (words(cell) > 0) {
                records.give(bitset(cell), words(cell));
            }
            lists.free(cells[at + 1]);
        }
        cells[at] = NOBODY;
        cells[at + 1] = 0;
    }
}
