// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BoundedProperties {
    /** The first names that fit keep themselves; whatever else comes, in whatever order, is other. */
    @Property
    void isASetThatStopsGrowing(
            @ForAll @IntRange(max = 6) int most,
            @ForAll @Size(max = 40) List<@From("names") String> asked,
            @ForAll @Size(max = 3) Set<@From("fit") String> beforehand) {
        List<String> made = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        Bounded<String> bounded = new Bounded<>(
                most,
                beforehand,
                name -> {
                    made.add(name);
                    return name;
                },
                () -> refused.add("one"));

        Set<String> own = new LinkedHashSet<>();
        for (String name : asked) {
            boolean known = beforehand.contains(name) || own.contains(name) || name.equals("other");
            if (!known && own.size() < most && name.length() <= 200 && !name.isEmpty()) {
                own.add(name);
                known = true;
            }
            assertThat(bounded.get(name)).isEqualTo(known ? name : "other");
        }

        assertThat(made).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(1 + beforehand.size() + most);
        assertThat(refused).isEmpty();
        bounded.close();
        assertThat(bounded.get("after")).isEqualTo("other");
        own.forEach(name -> assertThat(bounded.get(name)).isEqualTo(name));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.frequencyOf(
                Tuple.of(9, fit()), Tuple.of(1, Arbitraries.of("", "other", "x".repeat(201), "after all")));
    }

    @Provide
    Arbitrary<String> fit() {
        return Arbitraries.integers().between(0, 12).map(i -> "m" + i);
    }
}
