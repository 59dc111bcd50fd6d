// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RecordBindingTest {
    /** One component of every kind. */
    public record Everything(
            String text,
            int small,
            long large,
            double real,
            boolean flag,
            Duration time,
            List<String> words,
            Inner inner,
            List<Inner> inners,
            Integer boxedSmall,
            Long boxedLarge,
            Double boxedReal,
            Boolean boxedFlag) {}

    /** A record within another. */
    public record Inner(String name, int depth) {
        public Inner {
            if (depth > 9) {
                throw new IllegalArgumentException(
                        "depth: must be at most 9, but was " + depth + ".\nMaybe flatten it.");
            }
        }
    }

    /** One that refuses. */
    public record Picky(String name, double weight) {
        public Picky {
            requireNonNull(name, "name");
            if (weight < 0) {
                throw new IllegalArgumentException("needs more weight");
            }
            if (weight > 100) {
                throw new IllegalStateException();
            }
            if (weight == 50) {
                throw new ParameterException("elsewhere", "is wrong.", "Maybe look there.");
            }
            if (weight == 51) {
                throw new NullPointerException("name");
            }
            if (weight == 99) {
                throw new OutOfMemoryError("not really");
            }
        }
    }

    /** A component that cannot be bound. */
    public record Unsupported(Set<String> words) {}

    /** A list that cannot be bound. */
    public record UnsupportedList(List<Integer> numbers) {}

    record Hidden(String name) {}

    private static Parameters given(Map<String, ?> values) {
        return Parameters.of("plugins[2]", values);
    }

    @Test
    void bind_everyKindGiven_isRead() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("text", "a");
        values.put("small", 1);
        values.put("large", 1L << 40);
        values.put("real", 0.5);
        values.put("flag", true);
        values.put("time", "250ms");
        values.put("words", List.of("x", "y"));
        values.put("inner", Map.of("name", "in", "depth", 1));
        values.put("inners", List.of(Map.of("depth", 2), Map.of("name", "last")));
        values.put("boxedSmall", 3);
        values.put("boxedLarge", 4);
        values.put("boxedReal", 5);
        values.put("boxedFlag", false);

        Everything bound = given(values).bind(Everything.class);

        assertThat(bound)
                .isEqualTo(new Everything(
                        "a",
                        1,
                        1L << 40,
                        0.5,
                        true,
                        Duration.ofMillis(250),
                        List.of("x", "y"),
                        new Inner("in", 1),
                        List.of(new Inner(null, 2), new Inner("last", 0)),
                        3,
                        4L,
                        5.0,
                        false));
    }

    @Test
    void bind_nothingGiven_isNullZeroFalseAndEmpty() {
        assertThat(given(Map.of()).bind(Everything.class))
                .isEqualTo(
                        new Everything(null, 0, 0, 0, false, null, List.of(), null, List.of(), null, null, null, null));
    }

    @Test
    void bind_misspeltName_suggestsTheRightOne() {
        assertThatThrownBy(() -> given(Map.of("wieght", 1)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2].wieght: no parameter is called wieght.\n"
                        + "Maybe weight was meant; there are: name, weight.");
    }

    @Test
    void bind_unknownNameInANestedRecord_namesItsPath() {
        assertThatThrownBy(() -> given(Map.of("inners", List.of(Map.of(), Map.of("colour", "red"))))
                        .bind(Everything.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2].inners[1].colour: no parameter is called colour.\n"
                        + "Maybe remove it; there are: depth, name.");
    }

    @Test
    void bind_wrongKind_namesItsPath() {
        assertThatThrownBy(() -> given(Map.of("small", 1L << 31)).bind(Everything.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2].small: must be a whole number between -2147483648 and 2147483647, "
                        + "but was 2147483648.\nMaybe it is in another unit; the parameter's description names it.");
    }

    @Test
    void bind_constructorRefusesAComponentByName_namesItsPath() {
        assertThatThrownBy(() -> given(Map.of("inner", Map.of("depth", 10))).bind(Everything.class))
                .isInstanceOfSatisfying(
                        ParameterException.class, e -> assertThat(e.path()).isEqualTo("plugins[2].inner.depth"))
                .hasMessage("plugins[2].inner.depth: must be at most 9, but was 10.\nMaybe flatten it.")
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bind_constructorMissesAComponent_namesItsPath() {
        assertThatThrownBy(() -> given(Map.of("weight", 1)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2].name: must be given, but is missing.\nMaybe see the documentation of Picky.");
    }

    @Test
    void bind_constructorRefusesTheWhole_namesThePathOfTheWhole() {
        assertThatThrownBy(() -> given(Map.of("name", "a", "weight", -1)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2]: needs more weight\nMaybe see the documentation of Picky.");
        assertThatThrownBy(() -> given(Map.of("name", "a", "weight", 101)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2]: was refused (java.lang.IllegalStateException)\n"
                        + "Maybe see the documentation of Picky.");
        assertThatThrownBy(() -> given(Map.of("name", "a", "weight", 51)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("plugins[2]: name\nMaybe see the documentation of Picky.");
    }

    @Test
    void bind_constructorThrowsAPlacedErrorOrAnError_isThrownOn() {
        assertThatThrownBy(() -> given(Map.of("name", "a", "weight", 50)).bind(Picky.class))
                .isInstanceOf(ParameterException.class)
                .hasMessage("elsewhere: is wrong.\nMaybe look there.");
        assertThatThrownBy(() -> given(Map.of("name", "a", "weight", 99)).bind(Picky.class))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void bind_recordOfUnsupportedComponents_isTheProgrammersError() {
        assertThatThrownBy(() -> given(Map.of()).bind(Unsupported.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("record dev.pointsman.api.config.RecordBindingTest$Unsupported: component words is a "
                        + "java.util.Set<java.lang.String>, which parameters cannot be bound to.\n"
                        + "Maybe use String, int, long, double, boolean, Duration, another record, or a list of text or "
                        + "records.");
        assertThatThrownBy(() -> given(Map.of()).bind(UnsupportedList.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("component numbers is a java.util.List<java.lang.Integer>");
    }

    @Test
    void bind_recordThatIsNotPublic_isTheProgrammersError() {
        assertThatThrownBy(() -> given(Map.of("name", "a")).bind(Hidden.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("record dev.pointsman.api.config.RecordBindingTest$Hidden: cannot be made from here.\n"
                        + "Maybe it is not public, or its package is not exported by its module.");
    }

    @Property
    void bind_anyRecordWrittenAsAMap_comesBackEqual(
            @ForAll String text,
            @ForAll int small,
            @ForAll long large,
            @ForAll double real,
            @ForAll boolean flag,
            @ForAll @LongRange(min = 0) long nanos,
            @ForAll List<String> words) {
        Everything before = new Everything(
                text,
                small,
                large,
                real == 0 ? 0 : real,
                flag,
                Duration.ofNanos(nanos),
                words,
                new Inner(text, Math.min(small, 9)),
                List.of(),
                small,
                large,
                real == 0 ? 0 : real,
                flag);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("text", text);
        values.put("small", small);
        values.put("large", large);
        values.put("real", real);
        values.put("flag", flag);
        values.put("time", nanos + "ns");
        values.put("words", words);
        values.put("inner", Map.of("name", text, "depth", Math.min(small, 9)));
        values.put("boxedSmall", small);
        values.put("boxedLarge", large);
        values.put("boxedReal", real);
        values.put("boxedFlag", flag);

        assertThat(given(values).bind(Everything.class)).isEqualTo(before);
    }
}
