// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.HeaderLookup;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionalDecodeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "if-available",
                "  if-available  ",
                "IF-Available",
                "if-available;wait=10",
                "if-available ; q=0.5 ; x",
                "respond-async, if-available",
                "respond-async;x=\"a, b\",if-available",
                "if-available,",
                ",if-available",
                "return=minimal , IF-AVAILABLE ; a=b , wait=3"
            })
    void preference_isFoundAmongOthers(String header) {
        assertThat(asks(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "available",
                "if-available-now",
                "not-if-available",
                "if available",
                "if-available=1",
                "respond-async;if-available",
                "x=\"if-available\"",
                "x=\"a, if-available, b\"",
                "if-available now"
            })
    void otherPreferences_areNotIt(String header) {
        assertThat(asks(header)).isFalse();
    }

    @Test
    void withoutTheHeader_nobodyAsks() {
        assertThat(ConditionalDecode.asksFor(HeaderLookup.NONE)).isFalse();
    }

    @Property(tries = 1000)
    void whateverTheHeader_nothingIsThrown(@ForAll @StringLength(max = 80) String header) {
        assertThat(asks(header) && !header.toLowerCase(Locale.ROOT).contains("if-available"))
                .isFalse();
    }

    @Test
    void hugeHeader_isBounded() {
        assertThat(asks(",".repeat(3_000_000) + "if-available")).isFalse();
        assertThat(asks("if-available," + "\"".repeat(3_000_000))).isTrue();
        assertThat(asks(";".repeat(3_000_000))).isFalse();
    }

    private static boolean asks(String header) {
        return ConditionalDecode.asksFor(HeaderLookup.of(Map.of("Prefer", header)));
    }
}
