// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Feeds a walk what a racing reader may get: the two longs of a cell from different moments. */
class WalkTest {
    private static final int BLOCKS = 64;

    private final Lane lane = new Lane(new Budget(Long.MAX_VALUE), true);
    private final long[] chain = new long[BLOCKS];

    WalkTest() {
        for (int i = 0; i < BLOCKS; i++) {
            chain[i] = 100L + i;
        }
    }

    @Test
    void tornCells_neverIndexOutOfBounds() {
        for (int slot = 0; slot < 100; slot++) {
            lane.storeFirst(slot, 0, chain, chain, BLOCKS);
        }
        long[] many = cell(chain[0]);
        long[][] others = {
            {Coverage.NOBODY, 0},
            {1L << 2 | Coverage.ONE, 0xFFF},
            {5L << 2 | Coverage.ONE, -1},
            many,
            {-1, -1},
            {-2, -1}
        };

        for (boolean tiersApart : new boolean[] {false, true}) {
            for (boolean begun : new boolean[] {false, true}) {
                for (long[] first : others) {
                    for (long[] second : others) {
                        Walk walk = new Walk(new Found());
                        walk.begin(lane.tree.holders.slots(), tiersApart);
                        if (begun) {
                            walk.beginRead();
                            assertThat(walk.read(many[0], many[1], lane.tree.records))
                                    .isTrue();
                            walk.apply(0, BLOCKS);
                        }
                        walk.beginRead();
                        walk.read(first[0], second[1], lane.tree.records);
                    }
                }
            }
        }
    }

    @Test
    void listLongerThanAnyCanBe_isRefused() {
        for (int slot = 0; slot < 100; slot++) {
            lane.storeFirst(slot, 0, chain, chain, BLOCKS);
        }
        long[] many = cell(chain[0]);
        Walk walk = new Walk(new Found());
        walk.begin(lane.tree.holders.slots(), false);
        walk.beginRead();
        walk.read(many[0], many[1], lane.tree.records);
        walk.apply(0, BLOCKS);

        walk.beginRead();
        boolean read = walk.read(many[0], 0xFFF, lane.tree.records);

        assertThat(read).isFalse();
    }

    private long[] cell(long head) {
        int run = lane.tree.heads.find(head);
        long[] cells = lane.tree.cells(run, 0);
        int at = lane.tree.cell(run, 0);
        return new long[] {cells[at], cells[at + 1]};
    }
}
