// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class GreatestProperties {
    private final Greatest greatest = new Greatest();

    @Property(tries = 500)
    void last_isWhatSortingSays_whateverWasAskedBefore(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = -20, max = 20) Integer> numbers,
            @ForAll @IntRange(min = 1, max = 70) int k) {
        greatest.start(3);
        greatest.add(1e9);

        greatest.start(k);
        numbers.forEach(number -> greatest.add(number));

        double expected = numbers.stream()
                .sorted(Comparator.reverseOrder())
                .limit(k)
                .reduce((one, next) -> next)
                .orElseThrow();
        assertThat(greatest.last()).isEqualTo(expected);
    }
}
