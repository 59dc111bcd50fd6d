// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.Arrays;

/**
 * Makes room when the budget is spent. First it sweeps out the dead. Then a clock's hand goes round all runs: one that
 * was stored to since the hand last passed is let off once, any other is evicted, for all its holders. So the runs whose
 * last store is oldest go first, roughly.
 *
 * <p>Arrays never shrink, so what an eviction frees is room inside of them, and only such runs are evicted as have what is
 * needed. A table of names that may not grow is another matter: there its holder loses some of its own blocks, the oldest
 * of a few that are looked at.
 */
final class Eviction {
    private static final int BATCH = 16;
    private static final int SWEPT_AT_ONCE = 1_024;
    private static final int SAMPLES = 8;

    private final Tree tree;
    private final Sweep sweep;
    private final Holdings holdings = new Holdings();
    private int hand;
    private int sample;

    /** Runs that the store under way has passed: a prompt that is too long shall lose its end and not its beginning. */
    private int[] kept = new int[16];

    private int keptSize;

    Eviction(Tree tree, Sweep sweep) {
        this.tree = tree;
        this.sweep = sweep;
    }

    /** Frees runs, their heads and blocks, but not one run. Returns false if there is nothing left that may go. */
    boolean makeRoom(int except) {
        if (tree.holders.nextDead() != null) {
            sweep.sweep(SWEPT_AT_ONCE);
            return true;
        }
        int evicted = 0;
        // Twice round: the first time everything may be let off.
        for (long steps = 2L * tree.runs.used(); steps > 0 && evicted < BATCH; steps--) {
            int run = nextRun();
            if (!mayGo(run, except)) {
                continue;
            }
            if (tree.runs.touched(run)) {
                tree.runs.touch(run, false);
            } else if (!isKept(run)) {
                evict(run);
                evicted++;
            }
        }
        return evicted > 0;
    }

    /**
     * Frees a record such as the last change was lacking, but not of one run. Runs without one stay: to evict them would
     * not help.
     *
     * @return false if none was lacking or there is none that may go
     */
    boolean makeRoomForRecord(int except) {
        int lacking = tree.records.lacking();
        if (lacking == Records.NO_CLASS) {
            return false;
        }
        if (tree.holders.nextDead() != null) {
            sweep.sweep(SWEPT_AT_ONCE);
            return true;
        }
        for (long steps = tree.records.isLive(lacking) ? 2L * tree.runs.used() : 0; steps > 0; steps--) {
            int run = nextRun();
            if (mayGo(run, except) && tree.hasRecord(run, lacking)) {
                if (tree.runs.touched(run)) {
                    tree.runs.touch(run, false);
                } else if (!isKept(run)) {
                    evict(run);
                    return true;
                }
            }
        }
        return false;
    }

    private int nextRun() {
        int run = hand;
        hand = hand + 1 >= tree.runs.used() ? 0 : hand + 1;
        return run;
    }

    /** Begins a store. */
    void keepNothing() {
        keptSize = 0;
    }

    /** Keeps a run until the next store. */
    void keep(int run) {
        if (keptSize == kept.length) {
            kept = Arrays.copyOf(kept, 2 * keptSize);
        }
        kept[keptSize++] = run;
    }

    private boolean isKept(int run) {
        for (int i = 0; i < keptSize; i++) {
            if (kept[i] == run) {
                return true;
            }
        }
        return false;
    }

    private boolean mayGo(int run, int except) {
        return run != tree.pinned() && run != except && tree.runs.length(run) > 0;
    }

    /** Frees what a cut of a run needs, at the cost of others. Returns false if that cannot be had. */
    boolean makeRoomToCut(int run) {
        boolean runLacks = !tree.runs.reachNext() || !tree.heads.reachNext();
        return runLacks ? makeRoom(run) : makeRoomForRecord(run);
    }

    /** Removes a run and the names that its holders have for its blocks. */
    private void evict(int run) {
        int base = tree.runs.base(run);
        long all = tree.all(run);
        long before = tree.tally.get(Tally.SIZE);
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            holdings.clear();
            tree.coverage.collect(tree.cells(run, tier), tree.cell(run, tier), all, holdings);
            for (int i = 0; i < holdings.size(); i++) {
                Holder holder = tree.holders.withId(holdings.id(i));
                long mask = holdings.mask(i);
                tree.countHeld(holder, tier, -Long.bitCount(mask));
                tree.copies.forget(holder.id, tier, base, mask);
                if (!holder.dead) {
                    forgetNames(holder, base, mask);
                }
            }
        }
        tree.removeRun(run);
        tree.tally.add(Tally.EVICTED, before - tree.tally.get(Tally.SIZE));
    }

    private void forgetNames(Holder holder, int base, long mask) {
        int before = holder.blocks();
        for (long bits = mask; bits != 0; bits &= bits - 1) {
            holder.names.forget(base + Long.numberOfTrailingZeros(bits));
        }
        tree.tally.add(Tally.SIZE, holder.blocks() - before);
    }

    /**
     * Makes sure that a holder can have some more names, at the cost of other blocks of the same holder if need be.
     *
     * @param aliases whether one of them is not the name written at its block
     */
    boolean reach(Holder holder, int more, boolean aliases) {
        Names names = holder.names;
        while (true) {
            boolean room = names.reach(more);
            if (room && (!aliases || names.reachAlias())) {
                return true;
            }
            if (tree.holders.nextDead() != null) {
                sweep.sweep(SWEPT_AT_ONCE);
                continue;
            }
            int run = names.couldReach(more, aliases) ? oldOneOf(names, room) : Runs.NONE;
            if (run == Runs.NONE) {
                return false;
            }
            leaveTogether(holder, run);
        }
    }

    /**
     * Takes a holder out of a run, and with it others whose names are as short of room. They would soon leave a run too,
     * and if each left another there would be many runs of few holders.
     */
    private void leaveTogether(Holder holder, int run) {
        holdings.clear();
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            tree.coverage.collect(tree.cells(run, tier), tree.cell(run, tier), tree.all(run), holdings);
        }
        for (int i = 0; i < holdings.size() && tree.runs.length(run) > 0; i++) {
            Holder other = tree.holders.withId(holdings.id(i));
            if (other == holder || (!other.dead && other.names.isTight())) {
                leave(other, run);
            }
        }
    }

    /** Looks at some of a holder's runs, or of those with aliases, and returns one that may go, best one not stored to of late. */
    private int oldOneOf(Names names, boolean aliased) {
        int found = Runs.NONE;
        int places = names.places();
        int looked = 0;
        for (int i = 0; i < places && looked < SAMPLES; i++) {
            sample = sample + 1 >= places ? 0 : sample + 1;
            int ordinal = names.ordinal(sample);
            if (ordinal != Names.NONE && (!aliased || names.isAliased(ordinal))) {
                int run = tree.runs.of(ordinal);
                if (run != tree.pinned() && !isKept(run)) {
                    looked++;
                    found = run;
                    if (!tree.runs.touched(run)) {
                        return run;
                    }
                    tree.runs.touch(run, false);
                }
            }
        }
        return found;
    }

    /** Takes a holder out of a run, in all tiers; that is a loss. Of the pinned run it says that it is lost. */
    void leave(Holder holder, int run) {
        int base = tree.runs.base(run);
        int before = holder.blocks();
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            long mask = tree.mask(run, tier, holder.id);
            if (mask != 0) {
                // Taking a holder out altogether never needs memory.
                tree.put(run, tier, holder.id, 0);
                tree.countHeld(holder, tier, -Long.bitCount(mask));
                tree.copies.forget(holder.id, tier, base, mask);
                forgetNames(holder, base, mask);
            }
        }
        tree.tally.add(Tally.EVICTED, before - holder.blocks());
        if (run == tree.pinned()) {
            tree.losePinned();
        }
        tree.settle(run);
    }
}
