// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Walks everything that must always be true of a history that nobody is changing. */
final class RoutingHistoryChecks {
    private RoutingHistoryChecks() {}

    /**
     * Checks a history and its index.
     *
     * @param slots one more than the highest slot that was used
     */
    static void validate(RoutingHistory history, int slots) {
        long total = 0;
        for (int slot = 0; slot < slots; slot++) {
            RoutingHistory.Shelf shelf = history.shelfIfAny(slot);
            if (shelf == null) {
                assertThat(history.size(slot)).isZero();
                continue;
            }
            validate(shelf.blocks);
            assertThat(history.size(slot)).isEqualTo(shelf.blocks.size()).isLessThanOrEqualTo(history.capacity(slot));
            for (long block : oldestFirst(shelf.blocks)) {
                assertThat(history.index().holds(slot, block)).isTrue();
            }
            total += history.size(slot);
        }
        assertThat(history.index().size()).isEqualTo(total);
    }

    /** Checks the ring, the times and the table. */
    static void validate(RecentBlocks blocks) {
        int count = 0;
        long time = Long.MIN_VALUE;
        for (int node = blocks.newer[0]; node != 0; node = blocks.newer[node]) {
            assertThat(blocks.newer[blocks.older[node]]).isEqualTo(node);
            assertThat(blocks.older[blocks.newer[node]]).isEqualTo(node);
            assertThat(blocks.touched[node]).isGreaterThanOrEqualTo(time);
            assertThat(blocks.contains(blocks.hash[node])).isTrue();
            time = blocks.touched[node];
            count++;
        }
        assertThat(count).isEqualTo(blocks.size());
        int placed = 0;
        for (int node : blocks.table) {
            placed += node == 0 ? 0 : 1;
        }
        assertThat(placed).isEqualTo(blocks.size()).isLessThanOrEqualTo(blocks.table.length / 2);
        assertThat(new HashSet<>(oldestFirst(blocks))).hasSize(count);
    }

    static List<Long> oldestFirst(RecentBlocks blocks) {
        List<Long> hashes = new ArrayList<>();
        for (int node = blocks.newer[0]; node != 0; node = blocks.newer[node]) {
            hashes.add(blocks.hash[node]);
        }
        return hashes;
    }
}
