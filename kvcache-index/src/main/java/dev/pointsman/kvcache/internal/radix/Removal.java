// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Takes blocks away from holders. That costs nobody else anything: when even it needs memory that is not there, the
 * holder is taken out of the run, which never needs any, and loses what else it holds there.
 */
final class Removal {
    private final Tree tree;
    private final Eviction eviction;
    private final Split split;

    Removal(Tree tree, Eviction eviction, Split split) {
        this.tree = tree;
        this.eviction = eviction;
        this.split = split;
    }

    /** Takes one copy of a block from a holder's tier, given its name. Returns whether it was there. */
    boolean remove(Holder holder, int tier, long name, boolean own) {
        int place = holder.names.find(name, own);
        if (place == Names.NONE) {
            return false;
        }
        int ordinal = holder.names.ordinal(place);
        int run = tree.runs.of(ordinal);
        int offset = ordinal - tree.runs.base(run);
        long bit = 1L << offset;
        long mask = tree.mask(run, tier, holder.id);
        if ((mask & bit) == 0) {
            return false;
        }
        if (tree.copies.takeOne(holder.id, tier, ordinal)) {
            return true;
        }
        if (!tree.put(run, tier, holder.id, mask & ~bit)) {
            giveUp(holder, run, tier, ordinal);
            return true;
        }
        tree.countHeld(holder, tier, -1);
        if ((tree.maskInAny(run, holder.id) & bit) == 0) {
            holder.names.removeAt(place);
            tree.tally.add(Tally.SIZE, -1);
        }
        if (((mask != bit && offset < tree.runs.length(run) - 1) || tree.settle(run))
                && Coverage.partial(tree.cells(run, tier), tree.cell(run, tier)) > Coverage.MOST_PARTIAL) {
            split.ifUseful(run);
        }
        return true;
    }

    /** Takes a holder out of a run because one of its blocks there cannot be removed alone; that one is not a loss. */
    private void giveUp(Holder holder, int run, int tier, int ordinal) {
        boolean elsewhere = false;
        long bit = 1L << (ordinal - tree.runs.base(run));
        for (int other = tree.tiers(run) - 1; other >= 0; other--) {
            elsewhere |= other != tier && (tree.mask(run, other, holder.id) & bit) != 0;
        }
        if (!elsewhere && holder.names.forget(ordinal)) {
            tree.tally.add(Tally.SIZE, -1);
        }
        eviction.leave(holder, run);
    }

    /** Takes a block from a holder in all tiers, whatever its name and copies. */
    void forget(Holder holder, int ordinal) {
        forgetName(holder, ordinal);
        int run = tree.runs.of(ordinal);
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            if (!forget(holder, run, tier, ordinal)) {
                return;
            }
        }
        // The pinned run is cut when the store is through with it.
        if (tree.settle(run) && run != tree.pinned()) {
            split.ifUseful(run);
        }
    }

    /**
     * Takes a block from a holder in one tier; its name stays, and so do blocks at the end of the run that nobody holds.
     * Returns false if that took the holder out of the run.
     */
    boolean forget(Holder holder, int run, int tier, int ordinal) {
        long bit = 1L << (ordinal - tree.runs.base(run));
        long mask = tree.mask(run, tier, holder.id);
        if ((mask & bit) != 0) {
            tree.copies.forget(holder.id, tier, ordinal);
            if (!tree.put(run, tier, holder.id, mask & ~bit)) {
                eviction.leave(holder, run);
                return false;
            }
            tree.countHeld(holder, tier, -1);
        }
        return true;
    }

    /** Forgets the name of a block that a holder holds. */
    void forgetName(Holder holder, int ordinal) {
        if (holder.names.forget(ordinal)) {
            tree.tally.add(Tally.SIZE, -1);
        }
    }

    /** Takes away all that a holder holds in a tier. */
    void clear(Holder holder, int tier) {
        if (holder.held[tier] == holder.heldInAll()) {
            bury(holder);
            return;
        }
        // Names move while others are forgotten, so some may be passed over, which the next round finds.
        while (holder.held[tier] > 0) {
            for (int place = 0; place < holder.names.places(); place++) {
                int ordinal = holder.names.ordinal(place);
                if (ordinal != Names.NONE) {
                    clear(holder, tier, tree.runs.of(ordinal));
                }
            }
        }
    }

    private void clear(Holder holder, int tier, int run) {
        long mask = tree.mask(run, tier, holder.id);
        if (mask == 0) {
            return;
        }
        int base = tree.runs.base(run);
        tree.copies.forget(holder.id, tier, base, mask);
        tree.countHeld(holder, tier, -Long.bitCount(mask));
        tree.put(run, tier, holder.id, 0);
        for (long gone = mask & ~tree.maskInAny(run, holder.id); gone != 0; gone &= gone - 1) {
            forgetName(holder, base + Long.numberOfTrailingZeros(gone));
        }
        tree.settle(run);
    }

    /** Marks a holder dead; what it held is swept out later. */
    void bury(Holder holder) {
        tree.tally.add(Tally.SIZE, -holder.blocks());
        for (int tier = 0; tier < Tree.TIERS; tier++) {
            tree.tally.add(Tally.HELD + tier, -holder.held[tier]);
        }
        tree.holders.bury(holder);
        if (holder.blocks() == 0) {
            // Nothing to sweep, and it may be the only dead one.
            holder.swept = Integer.MAX_VALUE;
        }
    }
}
