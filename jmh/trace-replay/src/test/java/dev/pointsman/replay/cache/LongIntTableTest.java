// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class LongIntTableTest {
    @Property
    void anyPuts_equalAHashMap(@ForAll @Size(max = 400) List<@IntRange(min = 0, max = 99) Integer> steps) {
        LongIntTable table = new LongIntTable();
        Map<Long, Integer> model = new HashMap<>();

        for (int step = 0; step < steps.size(); step++) {
            // Keys close together and far apart, so that clusters form.
            long key = steps.get(step) < 50 ? steps.get(step) : (long) steps.get(step) << 32;
            table.put(key, step);
            model.put(key, step);
        }

        assertThat(table.size()).isEqualTo(model.size());
        for (long i = 0; i < 100; i++) {
            assertThat(table.get(i)).isEqualTo(model.getOrDefault(i, LongIntTable.ABSENT));
            assertThat(table.get(i << 32)).isEqualTo(model.getOrDefault(i << 32, LongIntTable.ABSENT));
        }
    }

    @Test
    void negativeValue_isRefused() {
        assertThatThrownBy(() -> new LongIntTable().put(1, -1)).hasMessageContaining("value: must be at least 0");
    }
}
