// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * Cuts a run in two that share its window, because too many hold a part of it only: most of those hold all of one of the
 * two, or nothing of it. A run of one block has no partial holders, so cutting comes to an end.
 *
 * <p>The second part is made and entered first, then the first is shortened under its version: a reader sees the blocks
 * in the whole run, or in both parts, never in none.
 */
final class Split {
    private final Tree tree;
    private final Holdings holdings = new Holdings();
    private final long[][] second = new long[Tree.TIERS][2];
    private final long[][] first = new long[Tree.TIERS][2];

    Split(Tree tree) {
        this.tree = tree;
    }

    /** Cuts a run as often as it has too many partial holders. Returns false if there is no memory to do so. */
    boolean ifUseful(int run) {
        while (mostPartial(run) > Coverage.MOST_PARTIAL && tree.runs.length(run) > 1) {
            int tail = cut(run, bestCut(run));
            if (tail == Runs.NONE) {
                return false;
            }
            // The first part may end in blocks that nobody holds, or be nothing else.
            boolean left = tree.settle(run);
            boolean done = ifUseful(tail);
            if (!left || !done) {
                return done;
            }
        }
        return true;
    }

    private int mostPartial(int run) {
        int most = 0;
        for (int tier = tree.tiers(run) - 1; tier >= 0; tier--) {
            most = Math.max(most, Coverage.partial(tree.cells(run, tier), tree.cell(run, tier)));
        }
        return most;
    }

    /**
     * Returns where to cut so that the fewest are partial in the worse of the two parts, in the tier that has most.
     */
    private int bestCut(int run) {
        int length = tree.runs.length(run);
        int tier = 0;
        for (int i = 1; i < tree.tiers(run); i++) {
            if (Coverage.partial(tree.cells(run, i), tree.cell(run, i))
                    > Coverage.partial(tree.cells(run, tier), tree.cell(run, tier))) {
                tier = i;
            }
        }
        holdings.clear();
        tree.coverage.collectPartial(tree.cells(run, tier), tree.cell(run, tier), holdings);
        int best = 1;
        int fewest = Integer.MAX_VALUE;
        for (int at = 1; at < length; at++) {
            int partial = partialAfter(at, length);
            if (partial < fewest) {
                fewest = partial;
                best = at;
            }
        }
        return best;
    }

    private int partialAfter(int at, int length) {
        long head = Runs.mask(at);
        long tail = Runs.mask(length - at);
        int partialHead = 0;
        int partialTail = 0;
        for (int i = 0; i < holdings.size(); i++) {
            long inHead = holdings.mask(i) & head;
            long inTail = holdings.mask(i) >>> at;
            partialHead += inHead != 0 && inHead != head ? 1 : 0;
            partialTail += inTail != 0 && inTail != tail ? 1 : 0;
        }
        return Math.max(partialHead, partialTail) * 2 * Lists.MOST + partialHead + partialTail;
    }

    /** Cuts a run before a block. Returns the new second part, or {@link Runs#NONE} if there is no memory. */
    private int cut(int run, int at) {
        Runs runs = tree.runs;
        int tiers = tree.tiers(run);
        tree.records.lackNothing();
        if (!runs.reachNext() || !tree.heads.reachNext() || !slices(run, at, tiers)) {
            return Runs.NONE;
        }
        int base = runs.base(run);
        int length = runs.length(run);
        int tail = runs.take();
        int tailLower = Records.NOTHING;
        if (tiers > 1) {
            tailLower = tree.newLower(tail);
            if (tailLower == Records.NOTHING) {
                runs.untake(tail);
                freeSlices(tiers);
                return Runs.NONE;
            }
        }
        runs.begin(tail);
        runs.shape(tail, base + at, length - at, runs.windowSize(run));
        runs.end(tail);
        if (tiers > 1) {
            tree.setLower(tail, tailLower);
        }
        replaceCells(tail, second, tiers);
        runs.share(run, tail, base + at);
        tree.heads.add(tail, tree.blocks.content.get(base + at));

        runs.begin(run);
        for (int tier = 0; tier < tiers; tier++) {
            tree.coverage.free(tree.cells(run, tier), tree.cell(run, tier));
        }
        setCells(run, first, tiers);
        runs.length(run, at);
        tree.dropLowerIfEmpty(run);
        runs.end(run);
        tree.tally.add(Tally.SPLITS, 1);
        tree.tally.add(Tally.RUNS, 1);
        return tail;
    }

    private boolean slices(int run, int at, int tiers) {
        long all = tree.all(run);
        long head = Runs.mask(at);
        long tail = Runs.mask(tree.runs.length(run) - at);
        for (int tier = 0; tier < tiers; tier++) {
            long[] cells = tree.cells(run, tier);
            int cell = tree.cell(run, tier);
            boolean made = tree.coverage.slice(cells, cell, 0, all, head, first[tier]);
            if (!made || !tree.coverage.slice(cells, cell, at, all, tail, second[tier])) {
                // A slice that failed is empty.
                for (int i = made ? tier : tier - 1; i >= 0; i--) {
                    tree.coverage.free(first[i], 0);
                }
                freeAll(second, tier);
                return false;
            }
        }
        return true;
    }

    private void freeSlices(int tiers) {
        freeAll(first, tiers);
        freeAll(second, tiers);
    }

    private void freeAll(long[][] cells, int tiers) {
        for (int tier = 0; tier < tiers; tier++) {
            tree.coverage.free(cells[tier], 0);
        }
    }

    private void replaceCells(int run, long[][] made, int tiers) {
        tree.runs.begin(run);
        setCells(run, made, tiers);
        tree.dropLowerIfEmpty(run);
        tree.runs.end(run);
    }

    private void setCells(int run, long[][] made, int tiers) {
        for (int tier = 0; tier < tiers; tier++) {
            long[] cells = tree.cells(run, tier);
            int cell = tree.cell(run, tier);
            cells[cell] = made[tier][0];
            cells[cell + 1] = made[tier][1];
        }
    }
}
