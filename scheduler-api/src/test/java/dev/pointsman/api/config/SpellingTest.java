// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SpellingTest {
    @Test
    void nearest_smallSlips_findTheName() {
        List<String> known = List.of("queue-scorer", "kv-cache-utilization-scorer", "maxTokens", "limit");

        assertThat(Spelling.nearest("queue-scorr", known)).isEqualTo("queue-scorer");
        assertThat(Spelling.nearest("qeueu-scorer", known)).isEqualTo("queue-scorer");
        assertThat(Spelling.nearest("max_tokens", known)).isEqualTo("maxTokens");
        assertThat(Spelling.nearest("LIMITS", known)).isEqualTo("limit");
    }

    @Test
    void nearest_nothingNear_findsNone() {
        assertThat(Spelling.nearest("colour", List.of("limit", "weight"))).isNull();
        assertThat(Spelling.nearest("a", List.of())).isNull();
    }

    @Test
    void nearest_severalEquallyNear_isTheFirstInAlphabet() {
        assertThat(Spelling.nearest("bat", List.of("rat", "cat", "oat"))).isEqualTo("cat");
    }

    @Test
    void unknown_manyNames_showsSome() {
        List<String> known = IntStream.range(10, 99).mapToObj(i -> "name" + i).toList();

        assertThat(ParameterException.unknown("plugins[0].type", "plugin type", "zebra", known))
                .hasMessageStartingWith("plugins[0].type: no plugin type is called zebra.\n"
                        + "Maybe remove it; some of the 89 that there are: name10, name11, ")
                .hasMessageEndingWith(", name69.");
        assertThat(ParameterException.unknown("plugins[0].zebra", "parameter", "zebra", List.of()))
                .hasMessage("plugins[0].zebra: no parameter is called zebra.\nMaybe remove it; there are none here.");
    }

    @Property(tries = 300)
    void distance_anyWords_isThatOfTheDefinition(
            @ForAll @StringLength(max = 5) @CharRange(from = 'a', to = 'c') String a,
            @ForAll @StringLength(max = 5) @CharRange(from = 'a', to = 'c') String b) {
        assertThat(Spelling.distance(a, b)).isEqualTo(naive(a, b)).isEqualTo(Spelling.distance(b, a));
    }

    private static int naive(String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.length() + b.length();
        }
        String restA = a.substring(1);
        String restB = b.substring(1);
        return a.charAt(0) == b.charAt(0)
                ? naive(restA, restB)
                : 1 + Math.min(naive(restA, restB), Math.min(naive(a, restB), naive(restA, b)));
    }
}
