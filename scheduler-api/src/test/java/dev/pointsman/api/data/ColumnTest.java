// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnTest {
    @Test
    void longColumn_hasEverythingButMissing() {
        long[] numbers = {LongColumn.MISSING, 0, -1, Long.MAX_VALUE};
        LongColumn column = slot -> numbers[slot];

        assertThat(column.has(0)).isFalse();
        assertThat(column.has(1)).isTrue();
        assertThat(column.has(2)).isTrue();
        assertThat(column.has(3)).isTrue();
    }

    @Test
    void doubleColumn_hasEverythingButNaN() {
        double[] numbers = {DoubleColumn.MISSING, 0, Double.NEGATIVE_INFINITY};
        DoubleColumn column = slot -> numbers[slot];

        assertThat(column.has(0)).isFalse();
        assertThat(column.has(1)).isTrue();
        assertThat(column.has(2)).isTrue();
    }

    @Test
    void keys_areEqualByKindNameAndProducer() {
        List<DataKey> keys = List.of(
                new LongColumnKey("load", "a"),
                new LongColumnKey("load", "b"),
                new LongColumnKey("depth", "a"),
                new DoubleColumnKey("load", "a"),
                new AttributeKey<>("load", "a", String.class),
                new AttributeKey<>("load", "a", Long.class));

        assertThat(new HashSet<>(keys)).hasSize(6);
        assertThat(new LongColumnKey("load", "a")).isEqualTo(keys.get(0)).hasSameHashCodeAs(keys.get(0));
        assertThat(keys).extracting(DataKey::producer).containsExactly("a", "b", "a", "a", "a", "a");
        assertThatThrownBy(() -> new LongColumnKey(null, "a")).hasMessage("name");
        assertThatThrownBy(() -> new DoubleColumnKey("load", null)).hasMessage("producer");
        assertThatThrownBy(() -> new AttributeKey<>("load", "a", null)).hasMessage("type");
    }

    @Test
    void prefixMatch_keysTellProducersApart() {
        assertThat(PrefixMatch.of("one")).isEqualTo(PrefixMatch.of("one")).isNotEqualTo(PrefixMatch.of("other"));
        assertThat(PrefixMatch.matchedBlocks("one"))
                .isEqualTo(PrefixMatch.matchedBlocks("one"))
                .isNotEqualTo(PrefixMatch.matchedBlocks("other"));
        assertThat(PrefixMatch.of("one").type()).isEqualTo(PrefixMatch.class);
        assertThat(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER).producer())
                .isEqualTo("approx-prefix-cache-producer");
    }

    @Test
    void prefixMatch_ofNothing_isAllowed_andImpossibleSizesAreNot() {
        assertThat(new PrefixMatch(0, 1).totalBlocks()).isZero();
        assertThatThrownBy(() -> new PrefixMatch(-1, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefix match: needs totalBlocks >= 0 and blockSize >= 1, but got -1 and 16.\n"
                        + "Maybe the two were swapped.");
        assertThatThrownBy(() -> new PrefixMatch(16, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wellKnownKeys_differ() {
        assertThat(List.of(InFlightLoad.REQUESTS, InFlightLoad.TOKENS, InFlightLoad.REQUEST_TOKENS))
                .doesNotHaveDuplicates()
                .allMatch(key -> key.producer().equals(InFlightLoad.PRODUCER));
        assertThat(Session.ID.type()).isEqualTo(String.class);
    }
}
