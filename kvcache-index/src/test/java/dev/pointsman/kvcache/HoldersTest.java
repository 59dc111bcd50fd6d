// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class HoldersTest {
    @Property(tries = 500)
    void addingAndRemovingSlots_isASetThatSpansFromLowestToHighest(
            @ForAll @IntRange(max = 9_999) int first,
            @ForAll @Size(max = 30) List<@IntRange(max = 9_999) Integer> toggled) {
        Holders holders = Holders.of(first);
        TreeSet<Integer> naive = new TreeSet<>(List.of(first));
        for (int slot : toggled) {
            if (naive.remove(slot)) {
                if (naive.isEmpty()) {
                    assertThat(holders.without(slot)).isNull();
                    return;
                }
                holders = holders.without(slot);
            } else {
                naive.add(slot);
                holders = holders.with(slot);
            }
            assertThat(holders).isNotNull();
            assertThat(holders.base).isEqualTo(naive.first() / 64);
            assertThat(holders.length()).isEqualTo(naive.last() / 64 - naive.first() / 64 + 1);
            for (int each = 0; each < 10_000; each += 1 + each % 7) {
                assertThat(holders.contains(each)).isEqualTo(naive.contains(each));
            }
            assertThat(naive).allMatch(holders::contains);
            assertThat(holders.with(naive.last())).isSameAs(holders);
            assertThat(holders.without(10_000)).isSameAs(holders);
        }
    }
}
