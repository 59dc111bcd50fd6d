// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * The parts of one lane, and the steps that keep them in agreement. For one writer.
 *
 * <p>What is always so, between steps:
 * <ul>
 *   <li>Every run begins with a hash under which {@link Heads} finds it, and no block lies in two runs.
 *   <li>A run's last block is held by somebody, in some tier; so a run that nobody holds does not exist.
 *   <li>A live holder has exactly one name for each block that it holds in any tier, and no others.
 * </ul>
 */
final class Tree {
    static final int TIERS = Tally.TIERS;
    private static final int LOWER_WORDS = 2 * (TIERS - 1);

    final Budget budget;
    final Blocks blocks;
    final Runs runs;
    final Records records;
    final Coverage coverage;
    final Heads heads;
    final HolderTable holders;
    final Copies copies;
    final Tally tally = new Tally();
    private final long[] nobody = {Coverage.NOBODY, 0};

    private int pinned = Runs.NONE;
    private boolean unsettled;

    Tree(Budget budget) {
        this.budget = budget;
        blocks = new Blocks(budget);
        runs = new Runs(blocks, budget);
        records = new Records(budget);
        coverage = new Coverage(records);
        heads = new Heads(runs, blocks, budget);
        holders = new HolderTable(blocks, budget);
        copies = new Copies(budget);
    }

    /** Tells whether any run has a holder in a tier below the accelerator's. */
    boolean tiered() {
        return tally.get(Tally.TIERED_RUNS) > 0;
    }

    /** Returns a mask of all blocks of a run. */
    long all(int run) {
        return Runs.mask(runs.length(run));
    }

    /** Returns the longs among which the holders of a run in a tier are. */
    long[] cells(int run, int tier) {
        if (tier == 0) {
            return runs.segment(run);
        }
        int lower = runs.lower(run);
        return lower == Records.NOTHING ? nobody : records.words.segment(lower);
    }

    /** Returns where the holders of a run in a tier are among {@link #cells}. */
    int cell(int run, int tier) {
        if (tier == 0) {
            return runs.at(run) + Runs.HOLDERS;
        }
        int lower = runs.lower(run);
        return lower == Records.NOTHING ? 0 : records.words.at(lower) + 2 * (tier - 1);
    }

    /** Returns the blocks of a run that a holder holds in a tier. */
    long mask(int run, int tier, int id) {
        return coverage.mask(cells(run, tier), cell(run, tier), id, all(run));
    }

    /** Returns the blocks of a run that a holder holds in any tier. */
    long maskInAny(int run, int id) {
        long mask = mask(run, 0, id);
        if (runs.lower(run) != Records.NOTHING) {
            for (int tier = 1; tier < TIERS; tier++) {
                mask |= mask(run, tier, id);
            }
        }
        return mask;
    }

    /** Returns the tiers that a run may have holders in: 1, or all of them. */
    int tiers(int run) {
        return runs.lower(run) == Records.NOTHING ? 1 : TIERS;
    }

    /**
     * Sets the blocks of a run that a holder holds in a tier. Returns false, with nothing changed, if a record is {@linkplain
     * Records#lacking lacking}, or if none is: the run then has as many partial holders as it can. To take a holder out
     * altogether always works.
     */
    boolean put(int run, int tier, int id, long mask) {
        records.lackNothing();
        if (tier > 0 && runs.lower(run) == Records.NOTHING) {
            if (mask == 0) {
                return true;
            }
            if (!addLower(run)) {
                return false;
            }
        }
        runs.begin(run);
        boolean done = coverage.put(cells(run, tier), cell(run, tier), id, mask, all(run));
        if (tier > 0) {
            dropLowerIfEmpty(run);
        }
        runs.end(run);
        return done;
    }

    private boolean addLower(int run) {
        int record = newLower(run);
        if (record == Records.NOTHING) {
            return false;
        }
        setLower(run, record);
        return true;
    }

    /** Gives a run a record of lower tiers. */
    void setLower(int run, int record) {
        tally.add(Tally.TIERED_RUNS, 1);
        runs.begin(run);
        runs.lower(run, record);
        runs.end(run);
    }

    /** Gives back a run's record of lower tiers if nobody is in it; while the run is odd. */
    void dropLowerIfEmpty(int run) {
        for (int tier = 1; tier < TIERS; tier++) {
            if (Coverage.form(cells(run, tier)[cell(run, tier)]) != Coverage.NOBODY) {
                return;
            }
        }
        int record = runs.lower(run);
        if (record != Records.NOTHING) {
            runs.lower(run, Records.NOTHING);
            records.give(record, LOWER_WORDS);
            tally.add(Tally.TIERED_RUNS, -1);
        }
    }

    /** Returns a new record of lower tiers with nobody in it, or {@link Records#NOTHING}. */
    int newLower(int run) {
        int record = records.take(LOWER_WORDS);
        for (int i = 0; record != Records.NOTHING && i < LOWER_WORDS; i++) {
            records.words.set(record + i, 0);
        }
        return record;
    }

    /** Tells whether a run has a record of a class or a larger one. */
    boolean hasRecord(int run, int clazz) {
        boolean lower = runs.lower(run) != Records.NOTHING;
        boolean has = lower && Records.classFor(LOWER_WORDS) >= clazz;
        for (int tier = tiers(run) - 1; tier >= 0 && !has; tier--) {
            has = coverage.hasRecord(cells(run, tier), cell(run, tier), clazz);
        }
        return has;
    }

    /** Returns the blocks of a run that anybody holds in any tier. */
    long union(int run) {
        long all = all(run);
        long union = 0;
        for (int tier = tiers(run) - 1; tier >= 0; tier--) {
            union |= coverage.union(cells(run, tier), cell(run, tier), all);
        }
        return union;
    }

    /**
     * Shortens a run to its last block that anybody holds, and removes it if there is none. The pinned run stays as it is:
     * some of its blocks are about to be held.
     *
     * @return whether it still exists
     */
    boolean settle(int run) {
        if (run == pinned) {
            unsettled = true;
            return true;
        }
        long union = union(run);
        int length = runs.length(run);
        int held = Long.SIZE - Long.numberOfLeadingZeros(union);
        if (held == length) {
            return true;
        }
        if (held == 0) {
            removeRun(run);
            return false;
        }
        runs.begin(run);
        runs.length(run, held);
        runs.end(run);
        tally.add(Tally.BLOCKS, held - length);
        return true;
    }

    /** Says which run is being stored to and must stay, or {@link Runs#NONE}; settles the one before if that was put off. */
    void pin(int run) {
        int before = pinned;
        if (before != run) {
            pinned = run;
            if (unsettled) {
                unsettled = false;
                settle(before);
            }
        }
    }

    /** Says that the one who is storing to the pinned run was taken out of it. */
    void losePinned() {
        pinned = Runs.NONE;
        unsettled = false;
    }

    /** Returns the run that must stay, or {@link Runs#NONE} if there is none or it was {@linkplain #losePinned lost}. */
    int pinned() {
        return pinned;
    }

    /** Removes a run, whoever holds it; their names for its blocks are the caller's to remove. */
    void removeRun(int run) {
        heads.remove(run, blocks.content.get(runs.base(run)));
        tally.add(Tally.BLOCKS, -runs.length(run));
        tally.add(Tally.RUNS, -1);
        runs.begin(run);
        for (int tier = tiers(run) - 1; tier >= 0; tier--) {
            coverage.free(cells(run, tier), cell(run, tier));
        }
        dropLowerIfEmpty(run);
        runs.end(run);
        runs.give(run);
    }

    /** Counts blocks that a holder now holds in a tier; negative for fewer. */
    void countHeld(Holder holder, int tier, long more) {
        holder.held[tier] += more;
        if (holder.dead) {
            holders.countHeldByDead(more);
        } else {
            tally.add(Tally.HELD + tier, more);
        }
    }
}
