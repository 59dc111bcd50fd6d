// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import org.jspecify.annotations.Nullable;

/**
 * Puts blocks where they belong and notes who holds them.
 *
 * <p>Blocks come as a chain behind a block that is here already, or as a prompt's first. Because a hash names the whole
 * chain before it, the next block is in one of three places: behind the last one in the same run, at the head of another
 * run, or nowhere yet. What is nowhere is appended to the last run if it ends there, has room and is not held by many;
 * else it makes new runs. So a prompt that leaves another in the middle of a run hangs a new run there without touching
 * the old one.
 */
final class Placing {
    /** A new run behind a full one gets so much room at most, for one block that comes alone. */
    private static final int MOST_FORESIGHT = 16;

    private final Tree tree;
    private final Eviction eviction;
    private final Removal removal;
    private final Split split;
    private final boolean counted;

    // The store under way: whose, in what tier, and what.
    private Holder holder;
    private int tier;
    private long @Nullable [] names;
    private long[] hashes = {};

    // How far it is: the ordinal of the last block passed, the position of the next, how many are stored.
    private int at;
    private int next;
    private int stored;

    Placing(Tree tree, Eviction eviction, Removal removal, Split split, boolean counted) {
        this.tree = tree;
        this.eviction = eviction;
        this.removal = removal;
        this.split = split;
        this.holder = new Holder(Names.NONE, Names.NONE, tree.blocks, tree.budget);
        this.counted = counted;
    }

    /**
     * Returns the ordinal of the block before a position in hashes that follow a block, or {@link Names#NONE} if it is not
     * here. Where part of the way is gone, later blocks are looked for as heads; if one is in the middle of a run, so are
     * those before it, up to a head.
     *
     * @param last ordinal of the block before the first hash, or {@link Names#NONE} if that begins a prompt
     */
    int before(int last, long[] hashes, int position) {
        int at = last;
        int next = 0;
        while (next < position) {
            int known = 0;
            if (at != Names.NONE) {
                int run = tree.runs.of(at);
                known = tree.runs.matching(run, at + 1 - tree.runs.base(run), hashes, next, position);
            }
            if (known > 0) {
                at += known;
                next += known;
                continue;
            }
            int head = tree.heads.find(hashes[next]);
            at = head == Runs.NONE ? Names.NONE : tree.runs.base(head);
            next++;
        }
        return at;
    }

    /**
     * Returns the ordinal of the block before one that a holder knows under an engine's name, if that is in the same run;
     * {@link Names#NONE} for any other block, which is then the first of a prompt or at the head of a run.
     */
    int before(Holder holder, long name, long hash) {
        int ordinal = holder.ordinal(name, false);
        boolean known = ordinal != Names.NONE && tree.blocks.content.get(ordinal) == hash;
        return known && ordinal > tree.runs.base(tree.runs.of(ordinal)) ? ordinal - 1 : Names.NONE;
    }

    /**
     * Stores blocks behind another.
     *
     * @param last ordinal of the block before the first, or {@link Names#NONE}
     * @param names the engine's names at the same positions, or null to name blocks by their hashes
     * @return how many are stored
     */
    int store(Holder holder, int tier, int last, long @Nullable [] names, long[] hashes, int from, int to) {
        this.holder = holder;
        this.tier = tier;
        this.names = names;
        this.hashes = hashes;
        at = last;
        next = from;
        stored = 0;
        eviction.keepNothing();
        while (next < to) {
            int run = at == Names.NONE ? Runs.NONE : tree.runs.of(at);
            int offset = run == Runs.NONE ? 0 : at + 1 - tree.runs.base(run);
            int known = run == Runs.NONE ? 0 : tree.runs.matching(run, offset, hashes, next, to);
            if (known == 0) {
                int head = tree.heads.find(hashes[next]);
                if (head != Runs.NONE) {
                    run = head;
                    offset = 0;
                    known = tree.runs.matching(run, 0, hashes, next, to);
                }
            }
            if (known > 0) {
                cover(run, offset, known);
            } else {
                placeNew(run, offset, from, to);
            }
        }
        tree.pin(Runs.NONE);
        return stored;
    }

    /** Places blocks that are not here yet: as many as fit into one run. */
    private void placeNew(int run, int offset, int from, int to) {
        int unknown = 1;
        while (unknown < Blocks.LARGEST
                && next + unknown < to
                && tree.heads.find(hashes[next + unknown]) == Runs.NONE) {
            unknown++;
        }
        tree.pin(run);
        int room = roomBehind(run, offset);
        if (room > 0) {
            int count = Math.min(room, unknown);
            lengthen(run, offset, count);
            cover(run, offset, count);
            return;
        }
        int foresight = next == from && run != Runs.NONE && offset == tree.runs.length(run)
                ? Math.min(MOST_FORESIGHT, 2 * offset)
                : 0;
        int made = make(Blocks.sizeFor(Math.max(unknown, foresight)), unknown);
        if (made == Runs.NONE) {
            tree.tally.add(Tally.DROPPED, unknown);
            next += unknown;
            at = Names.NONE;
        } else {
            cover(made, 0, tree.runs.length(made));
        }
    }

    /** Returns how many blocks can be appended to a run at an offset. */
    private int roomBehind(int run, int offset) {
        if (run == Runs.NONE || offset != tree.runs.length(run)) {
            return 0;
        }
        for (int each = tree.tiers(run) - 1; each >= 0; each--) {
            if (Coverage.form(tree.cells(run, each)[tree.cell(run, each)]) == Coverage.MANY) {
                return 0;
            }
        }
        return tree.runs.room(run) - offset;
    }

    private void lengthen(int run, int offset, int count) {
        tree.blocks.write(tree.runs.base(run) + offset, hashes, next, count);
        tree.runs.begin(run);
        tree.runs.length(run, offset + count);
        tree.runs.end(run);
        tree.tally.add(Tally.BLOCKS, count);
    }

    /** Makes a new run of the next blocks, as many as fit, and of no holders. */
    private int make(int wanted, int unknown) {
        int smallest = wanted;
        while (true) {
            if (tree.runs.reachNext() && tree.heads.reachNext()) {
                for (int size = wanted; size >= smallest; size--) {
                    int run = tree.runs.take();
                    int base = tree.blocks.take(size, run);
                    if (base != Blocks.NOTHING) {
                        fill(run, base, size, Math.min(Blocks.room(size), unknown));
                        return run;
                    }
                    tree.runs.untake(run);
                }
            }
            if (!eviction.makeRoom(Runs.NONE)) {
                if (smallest == 0) {
                    return Runs.NONE;
                }
                smallest = 0;
            } else {
                smallest = Math.max(0, smallest - 1);
            }
        }
    }

    private void fill(int run, int base, int size, int count) {
        tree.blocks.write(base, hashes, next, count);
        tree.runs.begin(run);
        tree.runs.shape(run, base, count, size);
        tree.runs.end(run);
        tree.heads.add(run, hashes[next]);
        tree.tally.add(Tally.BLOCKS, count);
        tree.tally.add(Tally.RUNS, 1);
    }

    /** Notes that the holder holds blocks of a run, which are the next ones, and passes them. */
    private void cover(int run, int offset, int count) {
        tree.pin(run);
        tree.runs.touch(run, true);
        int base = tree.runs.base(run);
        long bits = Runs.mask(count) << offset;
        long inAny = tree.maskInAny(run, holder.id);
        int done = names == null || (bits & inAny) == 0
                ? coverAtOnce(run, base, bits, bits & ~inAny)
                : coverOneByOne(run, base + offset, count);
        stored += done;
        tree.tally.add(Tally.STORED, done);
        tree.tally.add(Tally.DROPPED, count - done);
        next += count;
        at = base + offset + count - 1;
        boolean exists = tree.pinned() != Runs.NONE;
        tree.pin(Runs.NONE);
        eviction.keep(run);
        if (exists && tree.runs.length(run) > 0 && (done == count || tree.settle(run))) {
            if (!split.ifUseful(run) && eviction.makeRoomToCut(run)) {
                split.ifUseful(run);
            }
        } else {
            at = Names.NONE;
        }
    }

    /** Returns how many blocks are stored: all, or those for which there was memory. */
    private int coverAtOnce(int run, int base, long bits, long unnamed) {
        long mine = tree.mask(run, tier, holder.id);
        int wanted = Long.bitCount(unnamed);
        if ((wanted > 0 && !eviction.reach(holder, wanted, false)) || !put(run, mine | bits)) {
            return 0;
        }
        tree.countHeld(holder, tier, Long.bitCount(bits & ~mine));
        int first = next - Long.numberOfTrailingZeros(bits);
        int done = Long.bitCount(bits);
        for (long rest = unnamed; rest != 0; rest &= rest - 1) {
            int offset = Long.numberOfTrailingZeros(rest);
            if (!name(base + offset, first + offset)) {
                if (tree.pinned() == Runs.NONE || !removal.forget(holder, run, tier, base + offset)) {
                    return 0;
                }
                done--;
            }
        }
        return done;
    }

    /** Stores blocks of which some are held already, in this tier or another. Returns how many are stored. */
    private int coverOneByOne(int run, int first, int count) {
        int done = 0;
        for (int i = 0; i < count; i++) {
            done += coverOne(run, first + i, next + i) ? 1 : 0;
            if (tree.pinned() == Runs.NONE) {
                return 0;
            }
        }
        return done;
    }

    private boolean coverOne(int run, int ordinal, int position) {
        long bit = 1L << (ordinal - tree.runs.base(run));
        long mine = tree.mask(run, tier, holder.id);
        boolean here = (mine & bit) != 0;
        boolean held = (tree.maskInAny(run, holder.id) & bit) != 0;
        boolean named = held && holder.ordinal(name(position), names == null) == ordinal;
        if (here && named) {
            if (counted) {
                tree.copies.add(holder.id, tier, ordinal);
            }
            return true;
        }
        if (!here) {
            if (!put(run, mine | bit)) {
                return false;
            }
            tree.countHeld(holder, tier, 1);
        }
        if (named) {
            return true;
        }
        if (held && !forgetOtherName(run, ordinal)) {
            return false;
        }
        if (name(ordinal, position)) {
            return true;
        }
        if (tree.pinned() != Runs.NONE) {
            removal.forget(holder, run, tier, ordinal);
        }
        return false;
    }

    /** Forgets a block's other name and what was noted under it. Returns whether the run still exists. */
    private boolean forgetOtherName(int run, int ordinal) {
        removal.forgetName(holder, ordinal);
        tree.copies.forget(holder.id, tier, ordinal);
        for (int other = tree.tiers(run) - 1; other >= 0; other--) {
            if (other != tier && !removal.forget(holder, run, other, ordinal)) {
                return false;
            }
        }
        return true;
    }

    private boolean put(int run, long mask) {
        while (!tree.put(run, tier, holder.id, mask)) {
            if (!eviction.makeRoomForRecord(run)) {
                return false;
            }
        }
        return true;
    }

    private long name(int position) {
        return names == null ? hashes[position] : Blocks.named(names[position]);
    }

    /**
     * Gives a block a name. Whatever the holder named so before is no longer there, or the engine would not use the name
     * again.
     *
     * @return false if there is no memory for it
     */
    private boolean name(int ordinal, int position) {
        long name = name(position);
        boolean own = names == null;
        int other = holder.ordinal(name, own);
        if (other != Names.NONE) {
            removal.forget(holder, other);
            if (tree.pinned() == Runs.NONE) {
                return false;
            }
        }
        if (!eviction.reach(holder, 1, !own && !isWritten(name, ordinal))) {
            return false;
        }
        holder.names.add(name, own, ordinal);
        tree.tally.add(Tally.SIZE, 1);
        return true;
    }

    /** Tells whether an engine's name is written at a block, after writing it if none is. */
    private boolean isWritten(long name, int ordinal) {
        long written = tree.blocks.engine(ordinal);
        if (written == 0 && tree.blocks.reachName(ordinal)) {
            tree.blocks.engine.set(ordinal, name);
            return true;
        }
        return written == name;
    }
}
