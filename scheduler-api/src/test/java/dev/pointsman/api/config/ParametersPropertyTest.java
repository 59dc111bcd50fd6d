// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ParametersPropertyTest {
    private static Parameters given(Object value) {
        return Parameters.of("plugins[2]", Map.of("x", value));
    }

    @Property
    void integer_anyValueAndBounds_isReadIfAndOnlyIfWithin(@ForAll long value, @ForAll long a, @ForAll long b) {
        long minimum = Math.min(a, b);
        long maximum = Math.max(a, b);

        if (value >= minimum && value <= maximum) {
            assertThat(given(value).integer("x", 0, minimum, maximum)).isEqualTo(value);
        } else {
            assertThatThrownBy(() -> given(value).integer("x", 0, minimum, maximum))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageStartingWith("plugins[2].x: must be a whole number")
                    .hasMessageContaining("but was " + value + ".\n");
        }
    }

    @Property
    void integer_anyDouble_isReadIfAndOnlyIfWhole(@ForAll double value) {
        boolean whole = value == Math.rint(value) && value >= -0x1p63 && value < 0x1p63;

        if (whole) {
            assertThat(given(value).integer("x", 0, Long.MIN_VALUE, Long.MAX_VALUE))
                    .isEqualTo(BigDecimal.valueOf(value).longValueExact());
        } else {
            assertThatThrownBy(() -> given(value).integer("x", 0, Long.MIN_VALUE, Long.MAX_VALUE))
                    .isInstanceOf(ParameterException.class);
        }
    }

    @Property
    void number_anyFiniteDouble_comesBackAsItWas(@ForAll double value) {
        assertThat(given(value).number("x", 0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY))
                .isEqualTo(value == 0 ? 0.0 : value);
    }
}
