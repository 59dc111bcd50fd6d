// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Finds a run by its first block's hash: open addressing with linear probing, 5 bytes a place. A tag of 8 bits of the
 * hash tells most other runs apart; the run's first hash decides.
 *
 * <p>Readers take no lock. What they find they have seen in the run itself. What they do not find may have been moved
 * while they looked, so a miss counts only if no run was taken out meanwhile and the table is still the one in use:
 * {@code moves} is odd while a run is taken out.
 */
final class Heads {
    /** What {@link #find} returns when it was disturbed. */
    static final int DISTURBED = -2;

    private static final VarHandle TAG =
            MethodHandles.arrayElementVarHandle(byte[].class).withInvokeExactBehavior();
    private static final VarHandle MOVES;
    private static final VarHandle TABLE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MOVES = lookup.findVarHandle(Heads.class, "moves", long.class).withInvokeExactBehavior();
            TABLE = lookup.findVarHandle(Heads.class, "table", Table.class).withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int FIRST_ROOM = 64;

    private final Runs runs;
    private final Blocks blocks;
    private final Budget budget;
    private Table table;
    private long moves;
    private int size;

    Heads(Runs runs, Blocks blocks, Budget budget) {
        this.runs = runs;
        this.blocks = blocks;
        this.budget = budget;
        // Part of what an index takes at least, so a bound that allows an index allows this.
        budget.reserve(Budget.Kind.RUNS, bytes(FIRST_ROOM));
        table = new Table(FIRST_ROOM);
    }

    /** Returns the run that begins with a hash; {@link Runs#NONE} if none does, or {@link #DISTURBED}. */
    int find(long hash) {
        long before = (long) MOVES.getAcquire(this);
        Table now = (Table) TABLE.getAcquire(this);
        long mixed = Mix.mix(hash);
        byte tag = Mix.tag(mixed);
        int length = now.tags.length;
        int place = Mix.place(mixed, length);
        for (int probes = 0; probes < length; probes++) {
            byte found = (byte) TAG.getAcquire(now.tags, place);
            if (found == tag) {
                int run = now.run[place];
                if (beginsWith(run, hash)) {
                    return run;
                }
            } else if (found == 0) {
                break;
            }
            place = place + 1 == length ? 0 : place + 1;
        }
        VarHandle.acquireFence();
        boolean still =
                (before & 1) == 0 && (long) MOVES.getOpaque(this) == before && (Table) TABLE.getOpaque(this) == now;
        return still ? Runs.NONE : DISTURBED;
    }

    private boolean beginsWith(int run, long hash) {
        long @Nullable [] segment = runs.segmentOrNull(run);
        if (segment == null) {
            return false;
        }
        int base = Runs.base(Runs.shape(segment, runs.at(run)));
        long @Nullable [] content = blocks.content.segmentOrNull(base);
        return content != null && content[blocks.content.at(base)] == hash;
    }

    /** Makes sure that one more run finds a place. Returns false if the budget does not allow it. */
    boolean reachNext() {
        Table old = table;
        int length = old.tags.length;
        if (size + 1 <= length - (length >> 2)) {
            return true;
        }
        int larger = (int) Math.min(Integer.MAX_VALUE - 8, length + (length >> 1) + 1L);
        if (!budget.reserve(Budget.Kind.RUNS, bytes(larger))) {
            return size + 1 <= length - (length >> 4);
        }
        Table grown = new Table(larger);
        for (int i = 0; i < length; i++) {
            if (old.tags[i] != 0) {
                int run = old.run[i];
                insert(grown, run, blocks.content.get(runs.base(run)));
            }
        }
        TABLE.setRelease(this, grown);
        budget.release(Budget.Kind.RUNS, bytes(length));
        return true;
    }

    private static long bytes(int length) {
        return Budget.array(length, Byte.BYTES) + Budget.array(length, Integer.BYTES);
    }

    /** Enters a run; {@link #reachNext} must have said that it fits. */
    void add(int run, long hash) {
        insert(table, run, hash);
        size++;
    }

    private static void insert(Table into, int run, long hash) {
        long mixed = Mix.mix(hash);
        byte[] tags = into.tags;
        int place = Mix.place(mixed, tags.length);
        while (tags[place] != 0) {
            place = place + 1 == tags.length ? 0 : place + 1;
        }
        into.run[place] = run;
        TAG.setRelease(tags, place, Mix.tag(mixed));
    }

    /** Takes a run out that still has its first block. */
    void remove(int run, long hash) {
        byte[] tags = table.tags;
        int[] places = table.run;
        int hole = Mix.place(Mix.mix(hash), tags.length);
        while (tags[hole] == 0 || places[hole] != run) {
            hole = hole + 1 == tags.length ? 0 : hole + 1;
        }
        MOVES.setOpaque(this, moves + 1);
        VarHandle.storeStoreFence();
        int place = hole;
        while (true) {
            place = place + 1 == tags.length ? 0 : place + 1;
            if (tags[place] == 0) {
                break;
            }
            int other = places[place];
            int home = Mix.place(Mix.mix(blocks.content.get(runs.base(other))), tags.length);
            if (distance(home, place, tags.length) >= distance(hole, place, tags.length)) {
                places[hole] = other;
                tags[hole] = tags[place];
                hole = place;
            }
        }
        tags[hole] = 0;
        MOVES.setRelease(this, moves + 1);
        size--;
    }

    private static int distance(int from, int to, int length) {
        int distance = to - from;
        return distance < 0 ? distance + length : distance;
    }

    int size() {
        return size;
    }

    /** Returns the bytes of the table. */
    long bytes() {
        return bytes(table.tags.length);
    }

    private static final class Table {
        final byte[] tags;
        final int[] run;

        Table(int length) {
            tags = new byte[length];
            run = new int[length];
        }
    }
}
