// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class HeaderLookupTest {
    @Property(tries = 200)
    void of_anyCaseOfAName_findsTheValue(@ForAll @AlphaChars @StringLength(min = 1, max = 20) String name) {
        HeaderLookup headers = HeaderLookup.of(Map.of(name, "value"));

        assertThat(headers.first(name.toLowerCase(Locale.ROOT))).isEqualTo("value");
        assertThat(headers.first(name.toUpperCase(Locale.ROOT))).isEqualTo("value");
        assertThat(headers.first(name + "-other")).isNull();
    }

    @Test
    void of_namesThatDifferInCaseOnly_findsTheFirst() {
        Map<String, String> twice = new LinkedHashMap<>();
        twice.put("X-Request-Id", "first");
        twice.put("x-request-id", "second");

        assertThat(HeaderLookup.of(twice).first("x-request-id")).isEqualTo("first");
    }

    @Test
    void of_mapChangedLater_isNotSeen() {
        Map<String, String> map = new HashMap<>(Map.of("a", "1"));
        HeaderLookup headers = HeaderLookup.of(map);

        map.put("b", "2");
        map.remove("a");

        assertThat(headers.first("a")).isEqualTo("1");
        assertThat(headers.first("b")).isNull();
    }

    @Test
    void of_nulls_areRefusedByName() {
        Map<String, String> nullValue = new HashMap<>();
        nullValue.put("x-a", null);
        Map<String, String> nullName = new HashMap<>();
        nullName.put(null, "1");

        assertThatThrownBy(() -> HeaderLookup.of(nullValue))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("value of header x-a");
        assertThatThrownBy(() -> HeaderLookup.of(nullName))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("header name");
    }

    @Test
    void none_findsNothing() {
        assertThat(HeaderLookup.NONE.first("host")).isNull();
    }
}
