// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LongIntTableProperties {
    @Property(tries = 300)
    void agreesWithAMap(@ForAll @Size(max = 400) List<@IntRange(min = -150, max = 150) Integer> steps) {
        LongIntTable table = new LongIntTable();
        Map<Long, Integer> model = new HashMap<>();

        for (int i = 0; i < steps.size(); i++) {
            long key = Math.abs(steps.get(i)) * 0x9E3779B97F4A7C15L;
            if (steps.get(i) < 0) {
                table.remove(key);
                model.remove(key);
            } else {
                table.put(key, i);
                model.put(key, i);
            }
        }

        assertThat(table.size()).isEqualTo(model.size());
        for (long number = 0; number <= 150; number++) {
            long key = number * 0x9E3779B97F4A7C15L;
            assertThat(table.get(key)).isEqualTo(model.getOrDefault(key, LongIntTable.ABSENT));
        }
    }
}
