// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Walks everything that must always be so in a lane while nobody writes it. What is checked block by block is only handed to
 * AssertJ if it is wrong, since there are a million blocks to walk and AssertJ makes objects and descriptions first.
 */
public final class LaneValidator {
    private final Tree tree;

    /** Blocks by holder id and ordinal, in any tier and by tier. */
    private final Map<Integer, BitSet> heldBy = new HashMap<>();

    private final long[][] held;
    private final long[] hashes;
    private final int[] liveRecords = new int[Integer.SIZE];
    private long liveBlockRoom;
    private long blocks;
    private int runs;
    private int copies;
    private int tieredRuns;

    private LaneValidator(Tree tree) {
        this.tree = tree;
        held = new long[tree.holders.used()][Tree.TIERS];
        hashes = new long[tree.blocks.used()];
    }

    /** Fails if anything is out of order. */
    public static void validate(Lane lane) {
        new LaneValidator(lane.tree).validate();
    }

    private void validate() {
        Set<Integer> windows = new HashSet<>();
        for (int run = 0; run < tree.runs.used(); run++) {
            if (tree.runs.length(run) > 0) {
                checkRun(run, windows);
            } else {
                checkFreeRun(run);
            }
        }
        checkHashes();
        assertThat(runs).as("runs").isEqualTo(tree.runs.size()).isEqualTo(tree.heads.size());
        assertThat(tree.tally.get(Tally.RUNS)).as("counted runs").isEqualTo(runs);
        assertThat(tree.tally.get(Tally.BLOCKS)).as("counted blocks").isEqualTo(blocks);
        checkHolders();
        checkArena();
        checkRecords();
        assertThat(tree.budget.used()).as("bytes").isEqualTo(bytes());
    }

    private void checkFreeRun(int run) {
        assertThat(tree.cells(run, 0)[tree.cell(run, 0)])
                .as("holders of free run " + run)
                .isEqualTo(Coverage.NOBODY);
        assertThat(tree.runs.lower(run)).as("lower tiers of free run " + run).isEqualTo(Records.NOTHING);
    }

    private void checkRun(int run, Set<Integer> windows) {
        runs++;
        Runs all = tree.runs;
        long[] segment = all.segment(run);
        assertThat(Runs.versionToRead(segment, all.at(run)) & 1)
                .as("version of run " + run)
                .isZero();
        int base = all.base(run);
        int length = all.length(run);
        int room = Blocks.room(all.windowSize(run));
        int window = base & -room;
        assertThat(length).isBetween(1, Blocks.LARGEST);
        assertThat(base + length).as("end of run " + run).isLessThanOrEqualTo(window + room);
        assertThat(all.room(run)).isGreaterThanOrEqualTo(length);
        for (int ordinal = base; ordinal < base + length; ordinal++) {
            if (all.of(ordinal) != run) {
                assertThat(all.of(ordinal)).as("run of block " + ordinal).isEqualTo(run);
            }
            hashes[(int) blocks + ordinal - base] = tree.blocks.content.get(ordinal);
        }
        assertThat(tree.heads.find(tree.blocks.content.get(base)))
                .as("head of run " + run)
                .isEqualTo(run);
        assertThat(tree.union(run) >>> (length - 1))
                .as("last block of run " + run + " is held")
                .isEqualTo(1);
        if (windows.add(window)) {
            liveBlockRoom += room;
        }
        blocks += length;
        for (int tier = 0; tier < tree.tiers(run); tier++) {
            checkCell(run, tier);
        }
        if (all.lower(run) != Records.NOTHING) {
            noteRecord(6);
            tieredRuns++;
            boolean any = false;
            for (int tier = 1; tier < Tree.TIERS; tier++) {
                any |= Coverage.form(tree.cells(run, tier)[tree.cell(run, tier)]) != Coverage.NOBODY;
            }
            assertThat(any).as("a record of lower tiers is used").isTrue();
        }
    }

    private void checkHashes() {
        Arrays.sort(hashes, 0, (int) blocks);
        for (int i = 1; i < blocks; i++) {
            if (hashes[i] == hashes[i - 1]) {
                assertThat(hashes[i]).as("hash that is here once").isNotEqualTo(hashes[i - 1]);
            }
        }
    }

    private void checkCell(int run, int tier) {
        long[] cells = tree.cells(run, tier);
        int at = tree.cell(run, tier);
        long cell = cells[at];
        long all = tree.all(run);
        if (Coverage.form(cell) == Coverage.LIST) {
            assertThat(Lists.count(cell)).isBetween(2, Coverage.MOST_LISTED);
            noteList(cell);
        } else if (Coverage.form(cell) == Coverage.MANY) {
            long partial = cells[at + 1];
            assertThat(Lists.count(partial)).as("who hold a part").isLessThanOrEqualTo(Lists.MOST);
            noteList(partial);
            if (Coverage.words(cell) > 0) {
                noteRecord(Coverage.words(cell));
            }
            int full = 0;
            for (int word = 0; word < Coverage.words(cell); word++) {
                full += Long.bitCount(tree.records.words.get(Coverage.bitset(cell) + word));
            }
            assertThat(Coverage.full(partial)).as("who hold all").isEqualTo(full);
        }
        Holdings holdings = new Holdings();
        tree.coverage.collect(cells, at, all, holdings);
        Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < holdings.size(); i++) {
            int id = holdings.id(i);
            long mask = holdings.mask(i);
            assertThat(ids.add(id)).as("holder once").isTrue();
            assertThat(mask).as("mask").isNotZero();
            assertThat(mask & ~all).as("mask beyond the run").isZero();
            assertThat(tree.coverage.mask(cells, at, id, all)).isEqualTo(mask);
            held[id][tier] += Long.bitCount(mask);
            BitSet ordinals = heldBy.computeIfAbsent(id, added -> new BitSet());
            for (long bits = mask; bits != 0; bits &= bits - 1) {
                int ordinal = tree.runs.base(run) + Long.numberOfTrailingZeros(bits);
                ordinals.set(ordinal);
                copies += tree.copies.count(id, tier, ordinal) > 1 ? 1 : 0;
            }
        }
    }

    private void noteList(long list) {
        if (Lists.count(list) > 0) {
            assertThat(Lists.count(list)).as("holders in a list").isLessThanOrEqualTo(Lists.room(list));
            noteRecord(Lists.room(list) * 3 / 2);
        }
    }

    private void noteRecord(int words) {
        liveRecords[Records.classFor(words)]++;
    }

    private void checkHolders() {
        long size = 0;
        long[] byTier = new long[Tree.TIERS];
        for (int id = 0; id < held.length; id++) {
            if (!heldBy.containsKey(id) && isFree(id)) {
                continue;
            }
            Holder holder = tree.holders.withId(id);
            assertThat(holder.held).as("blocks of holder " + id + " by tier").isEqualTo(held[id]);
            if (!holder.dead) {
                BitSet named = new BitSet();
                checkNames(holder.names, named);
                assertThat(named).as("named blocks of holder " + id).isEqualTo(heldBy.getOrDefault(id, new BitSet()));
                size += named.cardinality();
                for (int tier = 0; tier < Tree.TIERS; tier++) {
                    byTier[tier] += held[id][tier];
                }
            }
        }
        assertThat(tree.tally.get(Tally.SIZE)).as("counted size").isEqualTo(size);
        assertThat(tree.tally.get(Tally.TIERED_RUNS))
                .as("runs with lower tiers")
                .isEqualTo(tieredRuns);
        for (int tier = 0; tier < Tree.TIERS; tier++) {
            assertThat(tree.tally.get(Tally.HELD + tier))
                    .as("counted in tier " + tier)
                    .isEqualTo(byTier[tier]);
        }
        assertThat(tree.copies.size()).as("blocks with copies").isEqualTo(copies);
    }

    private boolean isFree(int id) {
        return tree.holders.slots()[id] < 0 && !tree.holders.isDead(id);
    }

    private void checkNames(Names names, BitSet into) {
        int entries = 0;
        int aliases = 0;
        for (int place = 0; place < names.places(); place++) {
            int ordinal = names.ordinal(place);
            if (ordinal != Names.NONE) {
                entries++;
                if (into.get(ordinal)) {
                    throw new AssertionError("two names for block " + ordinal);
                }
                into.set(ordinal);
                int found = names.find(names.name(place), names.isOwn(place));
                if (found != place) {
                    assertThat(found).as("place of a name").isEqualTo(place);
                }
                if (names.isOwn(place)) {
                    if (names.name(place) != tree.blocks.content.get(ordinal)) {
                        assertThat(names.name(place)).isEqualTo(tree.blocks.content.get(ordinal));
                    }
                } else if (names.name(place) != tree.blocks.engine(ordinal)) {
                    aliases++;
                }
            }
        }
        assertThat(names.aliases()).as("names that are not at their blocks").isEqualTo(aliases);
        assertThat(names.size()).as("names").isEqualTo(entries);
    }

    private long bytes() {
        long bytes = tree.blocks.bytes()
                + tree.runs.bytes()
                + tree.records.words.bytes()
                + tree.heads.bytes()
                + tree.copies.bytes()
                + tree.holders.bytes();
        for (int id = 0; id < tree.holders.used(); id++) {
            if (!isFree(id)) {
                bytes += Holder.BYTES + tree.holders.withId(id).names.bytes();
            }
        }
        return bytes;
    }

    private void checkArena() {
        long free = 0;
        for (int size = 0; size < Blocks.SIZES; size++) {
            for (int window = tree.blocks.firstFree(size);
                    window != Blocks.NOTHING;
                    window = (int) tree.blocks.content.get(window)) {
                free += Blocks.room(size);
            }
        }
        assertThat(free + liveBlockRoom).as("free and used blocks").isEqualTo(tree.blocks.used());
    }

    private void checkRecords() {
        long free = 0;
        for (int clazz = 0; clazz < Integer.SIZE; clazz++) {
            for (int record = tree.records.firstFree(clazz);
                    record != Records.NOTHING;
                    record = (int) tree.records.words.get(record)) {
                free += Records.sizeOf(clazz);
            }
        }
        long live = 0;
        for (int clazz = 0; clazz < liveRecords.length; clazz++) {
            live += liveRecords[clazz] == 0 ? 0 : (long) liveRecords[clazz] * Records.sizeOf(clazz);
            if (clazz < Records.CLASSES) {
                assertThat(tree.records.live(clazz))
                        .as("records of class " + clazz)
                        .isEqualTo(liveRecords[clazz]);
            }
        }
        assertThat(free + live + tree.records.lost() + 1)
                .as("free, used and lost words")
                .isEqualTo(tree.records.used());
    }
}
