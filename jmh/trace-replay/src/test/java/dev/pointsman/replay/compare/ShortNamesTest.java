// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ShortNamesTest {
    @Property
    void shortNames_fit_andNoTwoAreAlike(@ForAll("names") List<String> names) {
        ShortNames shorts = ShortNames.of(names, 20);

        assertThat(shorts.shown()).hasSameSizeAs(names).doesNotHaveDuplicates();
        assertThat(shorts.shown()).allSatisfy(name -> assertThat(name).hasSizeLessThanOrEqualTo(20));
    }

    @Provide
    Arbitrary<List<String>> names() {
        Arbitrary<String> middles = Arbitraries.of("", "a", "b", "cccccccccccc", "dddddddddddd");
        Arbitrary<String> ends = Arbitraries.of("long-scorer:1", "long-scorer:2", "", " #1");
        return middles.flatMap(middle -> ends.map(end -> "prefix-scorer:1," + middle + end))
                .list()
                .ofMaxSize(12);
    }

    @Test
    void shortName_isLeftAlone() {
        ShortNames shorts = ShortNames.of(List.of("min_eta", "default"), 20);

        assertThat(shorts.shown()).containsExactly("min_eta", "default");
        assertThat(shorts.legend()).isEmpty();
    }
}
