// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Takes the dead out of what they held. Their names lead to it: each name's block to its run, from which the holder is
 * taken out as a whole; the names of the run's other blocks then find nothing left to do. A name may by now lead to a
 * block that is gone or to another that lies in its place, which the dead never held.
 */
final class Sweep {
    private final Tree tree;

    Sweep(Tree tree) {
        this.tree = tree;
    }

    /** Looks at so many names at most. Returns how many blocks the dead still hold, counted in each tier. */
    long sweep(long most) {
        long left = most;
        Holder holder = tree.holders.nextDead();
        while (holder != null) {
            left = sweep(holder.names, holder, left);
            if (holder.swept < holder.names.places()) {
                break;
            }
            tree.holders.recycle(holder);
            holder = tree.holders.nextDead();
        }
        return tree.holders.heldByDead();
    }

    /** Looks at a holder's names. Returns how many are left; sixteen places without a name count as one. */
    private long sweep(Names names, Holder holder, long most) {
        long left = most;
        int end = names.places();
        while (holder.swept < end && left > 0) {
            int ordinal = names.ordinal(holder.swept);
            if (ordinal == Names.NONE && (holder.swept & 15) == 0) {
                left--;
            }
            if (ordinal != Names.NONE) {
                left--;
                int run = tree.runs.of(ordinal);
                if (run != Runs.NONE) {
                    leave(holder, run);
                }
            }
            holder.swept++;
        }
        return left;
    }

    private void leave(Holder holder, int run) {
        boolean any = false;
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            long mask = tree.mask(run, tier, holder.id);
            if (mask != 0) {
                tree.copies.forget(holder.id, tier, tree.runs.base(run), mask);
                tree.countHeld(holder, tier, -Long.bitCount(mask));
                // Taking a holder out altogether never needs memory.
                tree.put(run, tier, holder.id, 0);
                any = true;
            }
        }
        if (any) {
            tree.settle(run);
        }
    }
}
