// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.Arrays;

/**
 * What one reader remembers while it follows a prompt through the runs: who still holds all of it so far, and who has
 * left how far along, which goes to {@link Found}. It belongs to the caller's answer, so that a question allocates
 * nothing.
 *
 * <p><b>Who is active.</b> Few are a sparse set: {@code ids} and, for each id, its place there; then a run costs time in
 * the number of the active and of the run's listed holders. Many are a bitset, {@code active}; then a run costs time in
 * words, in the run's listed holders and in those who leave. The active only become fewer, so a walk goes from many to
 * few once. Where tiers are told apart they are always a sparse set, for each needs numbers of its own.
 *
 * <p><b>Reading without a lock.</b> What {@code read} copies from a run may be torn; it only ever indexes within bounds,
 * says so if it could not, and changes nothing but scratch. When the caller has seen that the run stood still, {@code
 * apply} draws the conclusions.
 */
public final class Walk {
    private static final int FEW = 48;
    private static final int TIERS = Tally.TIERS;

    /** Ids are below: all that there are, rounded up to whole words. */
    private int idRoom;

    // Few.
    private int size;
    private int[] ids = {};
    private int[] places = {};
    private final long[][] masks = new long[TIERS][];

    // Many.
    private long[] active = {};
    private long[] staying = {};
    private int words;
    private int partialSize;
    private final int[] partialIds = new int[Lists.MOST];
    private final long[] partialMasks = new long[Lists.MOST];

    private boolean begun;
    private boolean many;
    private boolean tiersApart;

    /** How many tiers the last {@code read} copied. */
    private int read;

    // By id, while tiers are told apart: blocks whose fastest tier is each of the lower ones, and how many blocks come
    // before the first that is not in the accelerator's memory, or -1.
    private final int[][] inLower = new int[TIERS - 1][];
    private int[] leading = {};

    private final Found found;

    /** Makes working memory for one reader at a time, given where it writes the answer. */
    public Walk(Found found) {
        this.found = found;
        Arrays.fill(masks, new long[0]);
        Arrays.fill(inLower, new int[0]);
    }

    // The answer, once a lane has filled it.

    /** Tells whether {@link #leading} and {@link #lower} may be asked for; if not, all blocks are in one tier. */
    public boolean tiersApart() {
        return tiersApart;
    }

    /** Returns how many of the blocks come before the first that is not in the accelerator's memory. */
    public int leading(int position) {
        int before = leading[found.id(position)];
        return before < 0 ? found.blocks(found.slot(position)) : before;
    }

    /** Returns how many of the blocks have a tier, from 1 on, as their fastest. */
    public int lower(int position, int tier) {
        return inLower[tier - 1][found.id(position)];
    }

    // The walk.

    /** Begins a walk among ids, given their slots. */
    void begin(int[] slots, boolean tiersApart) {
        this.tiersApart = tiersApart;
        found.begin(slots, tiersApart);
        if (idRoom < slots.length) {
            makeRoom((slots.length + Long.SIZE - 1) & -Long.SIZE);
        }
        if (tiersApart && leading.length < idRoom) {
            leading = new int[idRoom];
            for (int tier = 1; tier < TIERS; tier++) {
                masks[tier] = new long[idRoom];
                inLower[tier - 1] = new int[idRoom];
            }
        }
        begun = false;
        many = false;
        size = 0;
    }

    private void makeRoom(int room) {
        idRoom = room;
        ids = new int[room];
        places = new int[room];
        masks[0] = new long[room];
        words = room >> 6;
        active = new long[words];
        staying = new long[words];
    }

    /** Tells whether everybody has left. */
    boolean isOver() {
        return begun && size == 0;
    }

    /** Gets ready to read a run; what an attempt before it read is forgotten. */
    void beginRead() {
        read = 0;
        partialSize = 0;
        if (!begun) {
            size = 0;
            many = false;
        }
    }

    /**
     * Copies who holds what of a run in a tier.
     *
     * @param cell the two longs of {@link Coverage}
     * @return false if what was read makes no sense: the run is being written
     */
    boolean read(long cell, long mask, Records records) {
        if (read == 0 && !many) {
            many = !begun && !tiersApart && Coverage.form(cell) == Coverage.MANY && Coverage.full(mask) > FEW;
        }
        boolean done = many ? readForMany(cell, mask, records) : readForFew(cell, mask, records);
        read++;
        return done;
    }

    private boolean readForFew(long cell, long mask, Records records) {
        long[] held = masks[read];
        if (begun) {
            Arrays.fill(held, 0, size, 0);
        }
        switch (Coverage.form(cell)) {
            case Coverage.NOBODY -> {
                return true;
            }
            case Coverage.ONE -> {
                note(Coverage.onlyHolder(cell), mask, held);
                return true;
            }
            case Coverage.LIST -> {
                return readList(cell, held, records);
            }
            default -> {
                return readFull(cell, held, records) && readList(mask, held, records);
            }
        }
    }

    private void note(int id, long mask, long[] held) {
        if (id < 0 || id >= idRoom) {
            return;
        }
        int place = places[id];
        if (place >= size || ids[place] != id) {
            if (begun) {
                return;
            }
            place = enter(id);
        }
        held[place] = mask;
    }

    private int enter(int id) {
        int place = size++;
        ids[place] = id;
        places[id] = place;
        masks[0][place] = 0;
        if (tiersApart) {
            for (int tier = 1; tier < TIERS; tier++) {
                masks[tier][place] = 0;
                inLower[tier - 1][id] = 0;
            }
            leading[id] = -1;
        }
        return place;
    }

    private boolean readList(long list, long[] held, Records records) {
        int count = Lists.count(list);
        if (count == 0) {
            return true;
        }
        int record = Lists.record(list);
        long[] segment = records.words.segmentOrNull(record);
        int at = records.words.at(record);
        int room = Lists.room(list);
        if (segment == null || count > room || count > Lists.MOST || at + room + (room >> 1) > segment.length) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            note(Lists.id(segment, at + room, i), segment[at + i], held);
        }
        return true;
    }

    private boolean readFull(long cell, long[] held, Records records) {
        int length = Coverage.words(cell);
        if (length == 0) {
            return true;
        }
        int first = Coverage.firstWord(cell);
        int record = Coverage.bitset(cell);
        long[] segment = records.words.segmentOrNull(record);
        int at = records.words.at(record);
        if (segment == null || at + length > segment.length) {
            return false;
        }
        if (begun) {
            for (int i = 0; i < size; i++) {
                int word = (ids[i] >> 6) - first;
                if (word >= 0 && word < length && (segment[at + word] & 1L << ids[i]) != 0) {
                    held[i] = -1;
                }
            }
        } else {
            for (int word = 0; word < length; word++) {
                for (long bits = segment[at + word]; bits != 0; bits &= bits - 1) {
                    note(((first + word) << 6) + Long.numberOfTrailingZeros(bits), -1, held);
                }
            }
        }
        return true;
    }

    private boolean readForMany(long cell, long mask, Records records) {
        Arrays.fill(staying, 0, words, 0);
        switch (Coverage.form(cell)) {
            case Coverage.NOBODY -> {
                return true;
            }
            case Coverage.ONE -> {
                notePartial(Coverage.onlyHolder(cell), mask);
                return true;
            }
            case Coverage.LIST -> {
                return readPartial(cell, records);
            }
            default -> {
                return readBits(cell, records) && readPartial(mask, records);
            }
        }
    }

    private boolean readBits(long cell, Records records) {
        int length = Coverage.words(cell);
        if (length == 0) {
            return true;
        }
        int first = Coverage.firstWord(cell);
        int record = Coverage.bitset(cell);
        long[] segment = records.words.segmentOrNull(record);
        int at = records.words.at(record);
        if (segment == null || at + length > segment.length) {
            return false;
        }
        // Ids beyond those of this walk came after it began.
        int common = Math.min(length, words - first);
        if (common > 0) {
            System.arraycopy(segment, at, staying, first, common);
        }
        return true;
    }

    private boolean readPartial(long list, Records records) {
        int count = Lists.count(list);
        if (count == 0) {
            return true;
        }
        int record = Lists.record(list);
        long[] segment = records.words.segmentOrNull(record);
        int at = records.words.at(record);
        int room = Lists.room(list);
        if (segment == null || count > room || count > Lists.MOST || at + room + (room >> 1) > segment.length) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            notePartial(Lists.id(segment, at + room, i), segment[at + i]);
        }
        return true;
    }

    private void notePartial(int id, long mask) {
        if (id >= 0 && id < idRoom && (!begun || (active[id >> 6] & 1L << id) != 0)) {
            partialIds[partialSize] = id;
            partialMasks[partialSize++] = mask;
        }
    }

    /**
     * Draws the conclusions from what was read of a run, which is known to have been so at one moment: those who do not
     * hold the matched blocks leave.
     *
     * @param passed blocks of the prompt before the run
     * @param matched blocks of the prompt in the run, from its first on
     */
    void apply(int passed, int matched) {
        if (many) {
            applyToMany(passed, matched);
        } else {
            applyToFew(passed, matched);
        }
        begun = true;
    }

    private void applyToFew(int passed, int matched) {
        long[] held = masks[0];
        int i = 0;
        while (i < size) {
            long mask = held[i];
            for (int tier = 1; tier < read; tier++) {
                mask |= masks[tier][i];
            }
            int blocks = Math.min(Long.numberOfTrailingZeros(~mask), matched);
            if (read > 1) {
                countTiers(i, passed, blocks);
            }
            if (blocks == matched) {
                i++;
            } else {
                found.addId(ids[i], passed + blocks);
                size--;
                ids[i] = ids[size];
                places[ids[i]] = i;
                for (int tier = 0; tier < read; tier++) {
                    masks[tier][i] = masks[tier][size];
                }
            }
        }
    }

    private void countTiers(int place, int passed, int blocks) {
        if (blocks == 0) {
            return;
        }
        int id = ids[place];
        long faster = masks[0][place];
        int fast = Long.numberOfTrailingZeros(~faster);
        if (fast < blocks && leading[id] < 0) {
            leading[id] = passed + fast;
        }
        long counted = Runs.mask(blocks);
        for (int tier = 1; tier < read; tier++) {
            long mask = masks[tier][place];
            inLower[tier - 1][id] += Long.bitCount(mask & ~faster & counted);
            faster |= mask;
        }
    }

    private void applyToMany(int passed, int matched) {
        for (int i = 0; i < partialSize; i++) {
            int id = partialIds[i];
            int blocks = Math.min(Long.numberOfTrailingZeros(~partialMasks[i]), matched);
            if (blocks == matched) {
                staying[id >> 6] |= 1L << id;
            } else {
                found.addId(id, passed + blocks);
                active[id >> 6] &= ~(1L << id);
            }
        }
        int left = 0;
        for (int word = 0; word < words; word++) {
            long stay = staying[word];
            if (begun) {
                long were = active[word];
                stay &= were;
                found.addIds(word << 6, were & ~stay, passed);
            }
            active[word] = stay;
            left += Long.bitCount(stay);
        }
        size = left;
        if (left <= FEW) {
            becomeFew();
        }
    }

    private void becomeFew() {
        many = false;
        size = 0;
        for (int word = 0; word < words; word++) {
            for (long bits = active[word]; bits != 0; bits &= bits - 1) {
                enter((word << 6) + Long.numberOfTrailingZeros(bits));
            }
        }
    }

    /** Lets those who are still active leave. */
    void end(int passed) {
        if (many) {
            for (int word = 0; word < words; word++) {
                found.addIds(word << 6, active[word], passed);
            }
        } else {
            for (int i = 0; i < size; i++) {
                found.addId(ids[i], passed);
            }
        }
    }
}
