// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import org.jspecify.annotations.Nullable;

/**
 * Follows a prompt from run to run without a lock.
 *
 * <p>Each run is read under its version, so what is concluded of it was so at one moment. Between two runs others may
 * write. What a holder that nobody touches holds is still counted exactly: a block that is held never moves, and a run
 * that is split keeps its blocks until the second part can be found by its head. So after a run that was matched to its
 * end, the next block that the holder holds is a head, and stays one.
 */
final class Reader {
    /** Every tier counts. */
    static final int ANY = -1;

    private static final int MOST_TRIES = 64;

    private final Tree tree;

    Reader(Tree tree) {
        this.tree = tree;
    }

    /**
     * Follows a prompt to its end or until nobody is left.
     *
     * @return how far it came, or -1 if writers disturbed it too often
     */
    int follow(long[] hashes, int count, int tier, Walk walk) {
        int passed = 0;
        int tries = 0;
        while (passed < count && !walk.isOver()) {
            int run = tree.heads.find(hashes[passed]);
            if (run == Runs.NONE) {
                break;
            }
            int matched = run < 0 ? 0 : visit(run, hashes, passed, count, tier, walk);
            if (matched == 0) {
                if (++tries > MOST_TRIES) {
                    return -1;
                }
                Thread.onSpinWait();
            }
            passed += matched;
        }
        return passed;
    }

    /** Returns how many blocks of the prompt the run has, or 0 if it was being written. */
    private int visit(int run, long[] hashes, int passed, int count, int tier, Walk walk) {
        long @Nullable [] segment = tree.runs.segmentOrNull(run);
        if (segment == null) {
            return 0;
        }
        int at = tree.runs.at(run);
        long version = Runs.versionToRead(segment, at);
        if ((version & 1) != 0) {
            return 0;
        }
        long shape = Runs.shape(segment, at);
        int base = Runs.base(shape);
        long @Nullable [] content = tree.blocks.content.segmentOrNull(base);
        int most = Math.min(Runs.length(shape), count - passed);
        if (content == null || most == 0) {
            return 0;
        }
        int matched = Runs.matching(content, tree.blocks.content.at(base), hashes, passed, most);
        if (matched == 0 || !readHolders(run, segment, at + Runs.HOLDERS, tier, walk)) {
            return 0;
        }
        if (!Runs.isStill(segment, at, version)) {
            return 0;
        }
        walk.apply(passed, matched);
        return matched;
    }

    private boolean readHolders(int run, long[] segment, int cell, int tier, Walk walk) {
        walk.beginRead();
        if (tier == 0 || (tier == ANY && !walk.tiersApart())) {
            return walk.read(segment[cell], segment[cell + 1], tree.records);
        }
        return readLower(run, segment, cell, tier, walk);
    }

    private boolean readLower(int run, long[] segment, int cell, int tier, Walk walk) {
        if (tier == ANY && !walk.read(segment[cell], segment[cell + 1], tree.records)) {
            return false;
        }
        int lower = tree.runs.lower(run);
        if (lower == Records.NOTHING) {
            return tier == ANY || walk.read(Coverage.NOBODY, 0, tree.records);
        }
        long @Nullable [] words = tree.records.words.segmentOrNull(lower);
        int at = tree.records.words.at(lower);
        if (words == null || at + 2 * (Tree.TIERS - 1) > words.length) {
            return false;
        }
        int first = tier == ANY ? 1 : tier;
        int last = tier == ANY ? Tree.TIERS - 1 : tier;
        for (int each = first; each <= last; each++) {
            int lowerCell = at + 2 * (each - 1);
            if (!walk.read(words[lowerCell], words[lowerCell + 1], tree.records)) {
                return false;
            }
        }
        return true;
    }
}
