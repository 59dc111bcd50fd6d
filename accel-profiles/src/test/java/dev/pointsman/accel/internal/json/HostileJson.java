// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.internal.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.assertj.core.api.Assertions;

/** Files that were damaged: in their letters, or in single values of good JSON. */
public final class HostileJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "1",
            "2",
            "3",
            "8",
            "-1",
            "1.5",
            "4097",
            "262144",
            "2147483647",
            "2147483648",
            "9223372036854775808",
            "1e308",
            "1e999",
            "1e-320",
            "\"\"",
            "\" \"",
            "\"NaN\"",
            "\"\\u0000\\n\"",
            "\"h100-sxm\"",
            "\"\\uD83D\"",
            "[]",
            "{}",
            "[[]]",
            "[1,\"a\"]",
            "[\"full_attention\"]",
            "{\"kind\":\"latent\"}");

    private static final List<String> PIECES =
            List.of("\"", "{", "}", "[", "]", ",", ":", "-", "9".repeat(30), "null", "\uFEFF", "\0", "e9", ".", "\\");

    private HostileJson() {}

    /** Makes one to three values of good JSON into others, or takes them away. */
    public static Arbitrary<byte[]> changedValues(String json) {
        Arbitrary<Tuple.Tuple2<Integer, String>> edit = Combinators.combine(
                        Arbitraries.integers().between(0, 1 << 20), Arbitraries.of(VALUES))
                .as(Tuple::of);
        return edit.list().ofMinSize(1).ofMaxSize(3).map(edits -> {
            JsonNode root = tree(json);
            edits.forEach(each -> change(root, each.get1(), tree(each.get2())));
            return root.toString().getBytes(UTF_8);
        });
    }

    /** Inserts pieces of JSON anywhere, or cuts letters out. */
    public static Arbitrary<byte[]> changedLetters(String json) {
        Arbitrary<Tuple.Tuple3<Integer, Integer, String>> edit = Combinators.combine(
                        Arbitraries.integers().between(0, json.length()),
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.of(PIECES))
                .as(Tuple::of);
        return edit.list().ofMinSize(1).ofMaxSize(3).map(edits -> {
            StringBuilder changed = new StringBuilder(json);
            for (Tuple.Tuple3<Integer, Integer, String> each : edits) {
                int at = Math.min(each.get1(), changed.length());
                changed.replace(at, Math.min(changed.length(), at + each.get2()), each.get3());
            }
            return changed.toString().getBytes(UTF_8);
        });
    }

    /** Reads what must be read whole or refused in two lines, and nothing else. */
    public static void readOrRefused(byte[] bytes, Consumer<JsonView> reader) {
        try {
            reader.accept(JsonDocument.parse("fuzz.json", bytes));
        } catch (CatalogException e) {
            Assertions.assertThat(e.getMessage().split("\n", -1))
                    .as(e.getMessage())
                    .hasSize(2);
            Assertions.assertThat(e.getMessage()).startsWith("fuzz.json").contains("\nMaybe ");
        }
    }

    /** Returns a file that lies beside a class. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = Objects.requireNonNull(beside.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void change(JsonNode root, int choice, JsonNode value) {
        List<Runnable> places = new ArrayList<>();
        collect(root, value, places);
        if (!places.isEmpty()) {
            places.get(choice % places.size()).run();
        }
    }

    private static void collect(JsonNode node, JsonNode value, List<Runnable> places) {
        if (node instanceof ObjectNode object) {
            for (String name : names(object)) {
                places.add(() -> object.set(name, value.deepCopy()));
                places.add(() -> object.remove(name));
                collect(object.get(name), value, places);
            }
            places.add(() -> object.set("other", value.deepCopy()));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                places.add(() -> array.set(at, value.deepCopy()));
                collect(array.get(i), value, places);
            }
        }
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
