// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The shared hash vectors: reads them, and reads the few ways in which they write tokens and hashes. */
final class HashVectors {
    private HashVectors() {}

    /** One vector: what goes in, and each thing that must come out. */
    record Vector(String id, String scheme, Map<String, @Nullable Object> input, Map<String, Object> expected) {
        @Nullable
        String text(String name) {
            return (String) input.get(name);
        }

        /** Returns a number that the vector must have. */
        int number(String name) {
            Object number = input.get(name);
            if (number == null) {
                throw new IllegalArgumentException(id + ": has no " + name);
            }
            return Math.toIntExact((Long) number);
        }

        int[] tokens() {
            return HashVectors.tokens(input);
        }

        @Override
        public String toString() {
            return id + " (" + scheme + ")";
        }
    }

    static List<Vector> read(Path file) throws IOException {
        List<Vector> vectors = new ArrayList<>();
        for (Object entry : list(json(Files.readString(file)))) {
            Map<String, @Nullable Object> vector = map(entry);
            Map<String, Object> expected = new LinkedHashMap<>();
            map(vector.get("expected")).forEach((name, value) -> {
                if (value != null) {
                    expected.put(name, value);
                }
            });
            vectors.add(new Vector(
                    String.valueOf(vector.get("id")),
                    String.valueOf(vector.get("scheme")),
                    map(vector.get("input")),
                    expected));
        }
        return vectors;
    }

    /** Parses JSON: objects as maps, arrays as lists, whole numbers as Long or BigInteger. */
    static @Nullable Object json(String text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            return value(parser);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                return map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                return list;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_NUMBER_INT -> {
                return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> throw new IOException("unexpected " + parser.currentToken());
        }
    }

    @SuppressWarnings("unchecked") // what value() makes of an object
    static Map<String, @Nullable Object> map(@Nullable Object value) {
        return value == null ? Map.of() : (Map<String, @Nullable Object>) value;
    }

    @SuppressWarnings("unchecked") // what value() makes of an array
    static List<@Nullable Object> list(@Nullable Object value) {
        return value == null ? List.of() : (List<@Nullable Object>) value;
    }

    /** Reads token ids: a list, {@code "1000..1127"}, {@code "1000..1127 twice"}, pairs, or the one rule in use. */
    static int[] tokens(Map<String, @Nullable Object> input) {
        Object rule = input.get("tokensRule");
        if (rule != null) {
            if (!rule.equals("(i*7919+13)%152064 for i in 0..299")) {
                throw new IllegalArgumentException("unknown rule for tokens: " + rule);
            }
            return IntStream.range(0, 300).map(i -> (i * 7919 + 13) % 152_064).toArray();
        }
        Object tokens = input.get("tokens");
        if (tokens instanceof String text) {
            String[] range = text.replace(" twice", "").split("\\.\\.", -1);
            int[] once = IntStream.rangeClosed(Integer.parseInt(range[0]), Integer.parseInt(range[1]))
                    .toArray();
            return text.endsWith(" twice")
                    ? Stream.of(once, once).flatMapToInt(IntStream::of).toArray()
                    : once;
        }
        return ids(tokens);
    }

    /** Reads a list of token ids. */
    static int[] ids(@Nullable Object tokens) {
        return list(tokens).stream().mapToInt(HashVectors::id).toArray();
    }

    private static int id(@Nullable Object token) {
        return token instanceof Long number ? number.intValue() : Integer.parseUnsignedInt(String.valueOf(token));
    }

    /** Reads a 64-bit number in any of the ways in which they are written. */
    static long word(@Nullable Object number) {
        if (number instanceof Long value) {
            return value;
        }
        String text = String.valueOf(number);
        return (text.startsWith("0x") ? new BigInteger(text.substring(2), 16) : new BigInteger(text)).longValue();
    }
}
