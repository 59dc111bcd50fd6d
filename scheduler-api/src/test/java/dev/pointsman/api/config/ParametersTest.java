// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
    private static Parameters given(Object value) {
        return Parameters.of("plugins[2]", Map.of("x", value));
    }

    private static void assertRefused(ThrowingCallable call, String path, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ParameterException.class, e -> assertThat(e.path()).isEqualTo(path))
                .hasMessage(message);
    }

    @Nested
    class Names {
        @Test
        void names_severalGiven_keepTheirOrder() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("zebra", 1);
            values.put("ape", 2);

            Parameters parameters = Parameters.of("here", values);

            assertThat(parameters.names()).containsExactly("zebra", "ape");
            assertThat(parameters.has("ape")).isTrue();
            assertThat(parameters.has("monkey")).isFalse();
            assertThat(parameters.path()).isEqualTo("here");
        }

        @Test
        void path_ofTheRoot_isNotWrittenBeforeNames() {
            Parameters root = Parameters.of("", Map.of("limit", "many"));

            assertRefused(
                    () -> root.integer("limit", 1, 0, 9),
                    "limit",
                    "limit: must be a whole number between 0 and 9, but was \"many\" (text).\nMaybe give a number.");
        }

        @Test
        void error_madeByAPlugin_showsTheValueAndThePlace() {
            assertThat(given(-1).error("x", "must be a finite number >= 0", "Maybe the sign is wrong."))
                    .hasMessage("plugins[2].x: must be a finite number >= 0, but was -1.\nMaybe the sign is wrong.");
            assertThat(given(-1).error("y", "must be set with x", "Maybe set y."))
                    .hasMessage("plugins[2].y: must be set with x, but is missing.\nMaybe set y.");
        }

        @Test
        void error_aboutAValueOfSeveralLines_hasTwo() {
            assertThat(given("a\nb\u0007").error("x", "must be short", "Maybe cut it."))
                    .hasMessage("plugins[2].x: must be short, but was \"a\\nb\\u0007\".\nMaybe cut it.");
        }

        @Test
        void error_aboutAVeryLongValue_cutsIt() {
            assertThat(given("a".repeat(100)).error("x", "must be short", "Maybe cut it."))
                    .hasMessage("plugins[2].x: must be short, but was \"" + "a".repeat(60) + "...\".\nMaybe cut it.");
        }
    }

    @Nested
    class Copies {
        @Test
        void of_mapsAndListsChangedAfterwards_doesNotSeeIt() {
            List<Object> list = new ArrayList<>(List.of("a"));
            Map<String, Object> inner = new HashMap<>(Map.of("list", list));
            Map<String, Object> outer = new HashMap<>(Map.of("inner", inner));
            Parameters parameters = Parameters.of("here", outer);

            list.add("b");
            inner.put("more", 1);
            outer.clear();

            assertThat(parameters.names()).containsExactly("inner");
            assertThat(parameters.object("inner").names()).containsExactly("list");
            assertThat(parameters.object("inner").strings("list")).containsExactly("a");
        }

        @Test
        void of_whatItHandsOut_cannotBeChanged() {
            Parameters parameters = Parameters.of("here", Map.of("list", List.of("a"), "objects", List.of(Map.of())));

            assertThat(parameters.names()).isUnmodifiable();
            assertThat(parameters.strings("list")).isUnmodifiable();
            assertThat(parameters.objects("objects")).isUnmodifiable();
        }

        @Test
        void of_nullDeepInside_isRefusedWithItsPath() {
            Map<String, Object> values =
                    Map.of("rules", List.of(Map.of("name", "a"), Collections.singletonMap("name", null)));

            assertRefused(
                    () -> Parameters.of("plugins[2]", values),
                    "plugins[2].rules[1].name",
                    "plugins[2].rules[1].name: must have a value, but was null.\n"
                            + "Maybe leave it out; an absent parameter takes its default.");
        }

        @Test
        void of_nullInAList_isRefusedWithItsPath() {
            assertRefused(
                    () -> given(Arrays.asList("a", null)),
                    "plugins[2].x[1]",
                    "plugins[2].x[1]: must have a value, but was null.\n"
                            + "Maybe leave it out; an absent parameter takes its default.");
        }

        @Test
        void of_foreignValue_isRefusedWithItsType() {
            assertRefused(
                    () -> given(new UUID(0, 0)),
                    "plugins[2].x",
                    "plugins[2].x: must be text, a number, true or false, a list or an object, but was a java.util.UUID.\n"
                            + "Maybe give its text form.");
        }

        @Test
        void of_nameThatIsNotText_isRefused() {
            assertRefused(
                    () -> given(Map.of(7, "seven")),
                    "plugins[2].x",
                    "plugins[2].x: must have names that are text, but one was 7.\nMaybe put the name in quotes.");
        }

        @Test
        void of_mapThatContainsItself_isRefused() {
            Map<String, Object> loop = new HashMap<>();
            loop.put("x", loop);

            assertThatThrownBy(() -> Parameters.of("here", loop))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageEndingWith("must not be nested deeper than 64 levels.\n"
                            + "Maybe an object or a list contains itself.");
        }
    }

    @Nested
    class Texts {
        @Test
        void string_absent_isTheFallbackOrNull() {
            assertThat(given("here").string("y", "there")).isEqualTo("there");
            assertThat(given("here").string("y")).isNull();
            assertThat(given("here").string("x", "there")).isEqualTo("here");
            assertThat(given("").string("x", "there")).isEmpty();
        }

        @Test
        void string_number_isRefused() {
            assertRefused(
                    () -> given(3.5).string("x"),
                    "plugins[2].x",
                    "plugins[2].x: must be text, but was 3.5 (a number).\nMaybe put it in quotes.");
        }

        @Test
        void string_object_isRefused() {
            assertRefused(
                    () -> given(Map.of("a", 1)).string("x", "there"),
                    "plugins[2].x",
                    "plugins[2].x: must be text, but was an object of 1.\nMaybe it stands one level too high.");
        }

        @Test
        void requiredNumbers_absent_areRefused() {
            Parameters parameters = Parameters.of("plugin", Map.of("limit", 3, "share", 0.5));

            assertThat(parameters.requiredInteger("limit", 1, 9)).isEqualTo(3);
            assertThat(parameters.requiredNumber("share", 0, 1)).isEqualTo(0.5);
            assertThatThrownBy(() -> parameters.requiredInteger("size", 1, 9))
                    .hasMessage(
                            "plugin.size: must be given, but is missing.\nMaybe it was forgotten; it is a whole number.");
            assertThatThrownBy(() -> parameters.requiredNumber("weight", 0, 1))
                    .hasMessageStartingWith("plugin.weight: must be given");
            assertThatThrownBy(() -> parameters.requiredInteger("limit", 5, 9))
                    .hasMessageStartingWith("plugin.limit: ");
        }

        @Test
        void requiredString_blankOrAbsent_isRefused() {
            assertThat(given(" a ").requiredString("x")).isEqualTo(" a ");
            assertRefused(
                    () -> given("  ").requiredString("x"),
                    "plugins[2].x",
                    "plugins[2].x: must be text that is not blank, but was \"  \".\nMaybe it stands under another name.");
            assertRefused(
                    () -> given("a").requiredString("y"),
                    "plugins[2].y",
                    "plugins[2].y: must be text that is not blank, but is missing.\nMaybe it stands under another name.");
        }
    }

    @Nested
    class WholeNumbers {
        @Test
        void integer_anyKindOfWholeNumber_isRead() {
            for (Object seven : List.of(
                    7,
                    7L,
                    (short) 7,
                    (byte) 7,
                    7.0,
                    7f,
                    BigInteger.valueOf(7),
                    new BigDecimal("7.00"),
                    new BigDecimal("0.7e1"))) {
                assertThat(given(seven).integer("x", 0, 0, 10)).isEqualTo(7);
            }
        }

        @Test
        void integer_absent_isTheFallbackEvenOutOfBounds() {
            assertThat(given(7).integer("y", -1, 0, 10)).isEqualTo(-1);
        }

        @Test
        void integer_fraction_isRefused() {
            assertRefused(
                    () -> given(3.5).integer("x", 0, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number between 0 and 100, but was 3.5 (a number).\nMaybe round it.");
        }

        @Test
        void integer_outOfBounds_isRefused() {
            assertRefused(
                    () -> given(101).integer("x", 0, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number between 0 and 100, but was 101.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
            assertRefused(
                    () -> given(0).integer("x", 1, 1, Long.MAX_VALUE),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number >= 1, but was 0.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
            assertRefused(
                    () -> given(0).integer("x", -1, Long.MIN_VALUE, -1),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number <= -1, but was 0.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
        }

        @Test
        void integer_beyond64Bits_isRefused() {
            assertRefused(
                    () -> given(new BigInteger("9223372036854775808")).integer("x", 0, Long.MIN_VALUE, Long.MAX_VALUE),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number of at most 64 bits, but was 9223372036854775808.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
        }

        @Test
        void integer_exponentsThatFillAnyMemory_areRefusedAtOnce() {
            for (String huge : List.of("1e999999999", "-1e999999999", "1e-999999999")) {
                assertThatThrownBy(() -> given(new BigDecimal(huge)).integer("x", 0, Long.MIN_VALUE, Long.MAX_VALUE))
                        .isInstanceOf(ParameterException.class);
            }
        }

        @Test
        void integer_text_isRefused() {
            assertRefused(
                    () -> given("3").integer("x", 0, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number between 0 and 100, but was \"3\" (text).\nMaybe remove the quotes.");
        }

        @Test
        void integer_notFinite_isRefused() {
            assertRefused(
                    () -> given(Double.NaN).integer("x", 0, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be a whole number between 0 and 100, but was NaN.\n"
                            + "Maybe leave it out; an absent parameter takes its default.");
        }
    }

    @Nested
    class Sizes {
        @ParameterizedTest
        @CsvSource({
            "0, 0",
            "12, 12",
            "1k, 1000",
            "1K, 1000",
            "64Ki, 65536",
            "500M, 500000000",
            "1.5Gi, 1610612736",
            "2GiB, 2147483648",
            "2 GB, 2000000000",
            "7b, 7",
            "1e9, 1000000000",
            "1E, 1000000000000000000",
            "0.5Ei, 576460752303423488"
        })
        void size_textWithUnit_isInBytes(String text, long bytes) {
            assertThat(given(text).size("x", 1, 0, Long.MAX_VALUE)).isEqualTo(bytes);
        }

        @Test
        void size_numberOrAbsent_isTakenAsItIs() {
            assertThat(given(4096).size("x", 1, 0, 9999)).isEqualTo(4096);
            assertThat(given(4096).size("y", -1, 0, 9999)).isEqualTo(-1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "GiB", "1m", "1i", "-1G", "1 G B", "1GG", "1e999", "0x10", "NaN", "1,5G"})
        void size_otherText_isRefused(String text) {
            assertRefused(
                    () -> given(text).size("x", 1, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be an amount of memory, in bytes between 0 and 100, but was \"" + text
                            + "\".\nMaybe write it as 2GiB, 500M or 64Ki.");
        }

        @Test
        void size_outOfBounds_isRefused() {
            assertRefused(
                    () -> given("1Ki").size("x", 1, 0, 100),
                    "plugins[2].x",
                    "plugins[2].x: must be an amount of memory, in bytes between 0 and 100, but was \"1Ki\".\n"
                            + "Maybe the unit is wrong.");
            assertThatThrownBy(() -> given("99E").size("x", 1, 0, Long.MAX_VALUE))
                    .hasMessageContaining("in bytes >= 0");
            assertThatThrownBy(() -> given(true).size("x", 1, 0, 100))
                    .hasMessageContaining("Maybe use text such as 2GiB");
        }
    }

    @Nested
    class Numbers {
        @Test
        void number_anyKind_isRead() {
            assertThat(given(3).number("x", 0, 0, 10)).isEqualTo(3);
            assertThat(given(0.1f).number("x", 0, 0, 10)).isEqualTo(0.1);
            assertThat(given(new BigDecimal("1e-400")).number("x", 5, 0, 10)).isZero();
            assertThat(given(3).number("y", -1, 0, 10)).isEqualTo(-1);
        }

        @Test
        void number_outOfBounds_isRefused() {
            assertRefused(
                    () -> given(-1).number("x", 1, 0, Double.POSITIVE_INFINITY),
                    "plugins[2].x",
                    "plugins[2].x: must be a finite number >= 0, but was -1.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
            assertRefused(
                    () -> given(1.01).number("x", 1, 0.25, 1),
                    "plugins[2].x",
                    "plugins[2].x: must be a finite number between 0.25 and 1, but was 1.01.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
        }

        @Test
        void number_notFinite_isRefused() {
            for (Number number : List.of(Double.POSITIVE_INFINITY, Double.NaN, Float.NEGATIVE_INFINITY)) {
                assertRefused(
                        () -> given(number).number("x", 1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
                        "plugins[2].x",
                        "plugins[2].x: must be a finite number, but was " + number
                                + ".\nMaybe leave it out; an absent parameter takes its default.");
            }
        }

        @Test
        void number_beyondADouble_isRefused() {
            assertRefused(
                    () -> given(new BigDecimal("1e400")).number("x", 1, 0, Double.POSITIVE_INFINITY),
                    "plugins[2].x",
                    "plugins[2].x: must be a finite number >= 0, but was 1E+400.\n"
                            + "Maybe it is in another unit; the parameter's description names it.");
        }

        @Test
        void number_flag_isRefused() {
            assertRefused(
                    () -> given(true).number("x", 1, 0, 2),
                    "plugins[2].x",
                    "plugins[2].x: must be a finite number between 0 and 2, but was true (true or false).\nMaybe give a number.");
        }
    }

    @Nested
    class Flags {
        @Test
        void flag_givenOrAbsent_isReadOrTheFallback() {
            assertThat(given(true).flag("x", false)).isTrue();
            assertThat(given(false).flag("x", true)).isFalse();
            assertThat(given(false).flag("y", true)).isTrue();
        }

        @Test
        void flag_textOrNumber_isRefused() {
            assertRefused(
                    () -> given("true").flag("x", false),
                    "plugins[2].x",
                    "plugins[2].x: must be true or false, but was \"true\" (text).\nMaybe remove the quotes.");
            assertRefused(
                    () -> given(1).flag("x", false),
                    "plugins[2].x",
                    "plugins[2].x: must be true or false, but was 1 (a number).\nMaybe write it out: true or false.");
        }
    }

    @Nested
    class ListsAndObjects {
        @Test
        void strings_givenOrAbsent_isReadOrEmpty() {
            assertThat(given(List.of("a", "b")).strings("x")).containsExactly("a", "b");
            assertThat(given(List.of("a", "b")).strings("y")).isEmpty();
        }

        @Test
        void strings_oneText_isRefused() {
            assertRefused(
                    () -> given("a").strings("x"),
                    "plugins[2].x",
                    "plugins[2].x: must be a list of text, but was \"a\" (text).\n"
                            + "Maybe put it in square brackets; a list of one is a list too.");
        }

        @Test
        void strings_numberAmongThem_isRefusedWithItsIndex() {
            assertRefused(
                    () -> given(List.of("a", 2)).strings("x"),
                    "plugins[2].x[1]",
                    "plugins[2].x[1]: must be text, but was 2 (a number).\nMaybe put it in quotes.");
        }

        @Test
        void object_givenOrAbsent_knowsItsPlace() {
            Parameters present = given(Map.of("depth", 3)).object("x");
            Parameters absent = given(1).object("y");

            assertThat(present.path()).isEqualTo("plugins[2].x");
            assertThat(present.integer("depth", 0, 0, 9)).isEqualTo(3);
            assertThat(absent.path()).isEqualTo("plugins[2].y");
            assertThat(absent.names()).isEmpty();
        }

        @Test
        void object_list_isRefused() {
            assertRefused(
                    () -> given(List.of()).object("x"),
                    "plugins[2].x",
                    "plugins[2].x: must be an object, but was an empty list.\n"
                            + "Maybe give parameters by name, as in {name: value}.");
        }

        @Test
        void objects_givenOrAbsent_knowTheirPlaces() {
            List<Parameters> objects =
                    given(List.of(Map.of("n", 1), Map.of("n", 2))).objects("x");

            assertThat(objects).extracting(Parameters::path).containsExactly("plugins[2].x[0]", "plugins[2].x[1]");
            assertThat(objects)
                    .extracting(object -> object.integer("n", 0, 0, 9))
                    .containsExactly(1L, 2L);
            assertThat(given(1).objects("y")).isEmpty();
        }

        @Test
        void objects_textAmongThem_isRefusedWithItsIndex() {
            assertRefused(
                    () -> given(List.of(Map.of(), "a")).objects("x"),
                    "plugins[2].x[1]",
                    "plugins[2].x[1]: must be an object, but was \"a\" (text).\n"
                            + "Maybe give parameters by name, as in {name: value}.");
            assertRefused(
                    () -> given(Map.of("a", 1)).objects("x"),
                    "plugins[2].x",
                    "plugins[2].x: must be a list of objects, but was an object of 1.\n"
                            + "Maybe put it in square brackets; a list of one is a list too.");
        }
    }
}
