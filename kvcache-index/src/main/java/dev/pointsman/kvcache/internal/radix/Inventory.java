// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a holder holds, run by run: its names lead to its blocks, and those are put in order, so that each run is met
 * once. A stretch ends with its run, at a hole, and where blocks begin or cease to have an engine's name; before it are
 * shown the blocks from its run's first one on, which is where a store must begin to find the place again.
 *
 * <p>Where another lane has a run that begins in the middle of this one, this one is shown in two pieces. So all stretches
 * of an index agree on where runs may begin, and an index of fewer lanes can hold them: no piece has in its middle what
 * another begins with.
 */
final class Inventory {
    private static final int PLACE_BITS = 31;

    private final Tree tree;
    private final long[] hashes = new long[Blocks.LARGEST];
    private final long[] names = new long[Blocks.LARGEST];
    private final long[] namesInRun = new long[Blocks.LARGEST];
    private final Lane[] lanes;
    private final byte[] copies = new byte[Blocks.LARGEST];

    Inventory(Tree tree, Lane[] lanes) {
        this.tree = tree;
        this.lanes = lanes;
    }

    /** Shows a visitor all that a holder holds. */
    void show(Holder holder, Lane.Stretches visitor) {
        long[] blocks = inOrder(holder);
        for (int from = 0; from < blocks.length; ) {
            int run = tree.runs.of(ordinal(blocks[from]));
            long own = 0;
            int to = from;
            while (to < blocks.length && tree.runs.of(ordinal(blocks[to])) == run) {
                own |= note(holder, (int) blocks[to] & Integer.MAX_VALUE, tree.runs.base(run));
                to++;
            }
            show(holder, run, own, visitor);
            from = to;
        }
    }

    private static int ordinal(long block) {
        return (int) (block >>> PLACE_BITS);
    }

    /** Returns the ordinals of a holder's blocks in order, each with the place of its name below it. */
    private static long[] inOrder(Holder holder) {
        long[] blocks = new long[holder.blocks()];
        int size = 0;
        for (int place = 0; place < holder.names.places(); place++) {
            int ordinal = holder.names.ordinal(place);
            if (ordinal != Names.NONE) {
                blocks[size++] = (long) ordinal << PLACE_BITS | place;
            }
        }
        Arrays.sort(blocks);
        return blocks;
    }

    /** Notes a block's name. Returns its bit in the run if the name is its own hash, or 0. */
    private long note(Holder holder, int place, int base) {
        int offset = holder.names.ordinal(place) - base;
        namesInRun[offset] = holder.names.name(place);
        return holder.names.isOwn(place) ? 1L << offset : 0;
    }

    private void show(Holder holder, int run, long own, Lane.Stretches visitor) {
        int base = tree.runs.base(run);
        int length = tree.runs.length(run);
        int from = 0;
        while (from < length) {
            int to = from + 1;
            while (to < length && !beginsRun(tree.blocks.content.get(base + to))) {
                to++;
            }
            for (int i = from; i < to; i++) {
                hashes[i - from] = tree.blocks.content.get(base + i);
                names[i - from] = namesInRun[i];
            }
            long piece = Runs.mask(to - from);
            for (int tier = 0; tier < tree.tiers(run); tier++) {
                long mask = tree.mask(run, tier, holder.id);
                show(holder, tier, base + from, (mask & own) >>> from & piece, null, visitor);
                show(holder, tier, base + from, (mask & ~own) >>> from & piece, names, visitor);
            }
            from = to;
        }
    }

    /** Tells whether a run of any lane begins with a block. */
    private boolean beginsRun(long hash) {
        for (Lane lane : lanes) {
            if (lane.tree.heads.find(hash) != Runs.NONE) {
                return true;
            }
        }
        return false;
    }

    private void show(Holder holder, int tier, int base, long mask, long @Nullable [] named, Lane.Stretches visitor) {
        long rest = mask;
        while (rest != 0) {
            int from = Long.numberOfTrailingZeros(rest);
            int to = from + Long.numberOfTrailingZeros(~(rest >>> from));
            boolean several = false;
            for (int i = from; i < to; i++) {
                copies[i] = (byte) tree.copies.count(holder.id, tier, base + i);
                several |= copies[i] > 1;
            }
            visitor.stretch(tier, hashes, named, several ? copies : null, from, to);
            rest = to == Long.SIZE ? 0 : rest & -1L << to;
        }
    }
}
