// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reference results for public traces, found beside the checkout; tests that need them are skipped without. */
public final class TraceFacts {
    private TraceFacts() {}

    /** Returns the facts of one trace as maps, lists, longs, doubles and strings. */
    public static Map<String, Object> of(String trace) throws IOException {
        Path file = shared("reference/trace-facts.json");
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            json.nextToken();
            return map(map((Map<?, ?>) requireNonNull(value(json)), "traces"), trace);
        }
    }

    /** Reads a JSON object as maps, lists, longs, doubles and strings. */
    @SuppressWarnings("unchecked") // JSON objects are read as maps of strings.
    public static Map<String, Object> parse(String text) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            json.nextToken();
            return (Map<String, Object>) value(json);
        }
    }

    /** Loads Mooncake's conversation trace. */
    public static Trace conversation() throws IOException {
        return Trace.load(new TraceFile(conversationFile()));
    }

    public static Path conversationFile() {
        return shared("traces/mooncake_conversation_trace.jsonl");
    }

    public static Path azureFile() {
        return shared("traces/azure2023_conv.csv");
    }

    /** Returns an object within an object. */
    @SuppressWarnings("unchecked") // JSON objects are read as maps of strings.
    public static Map<String, Object> map(Map<?, ?> parent, String key) {
        Object child = parent.get(key);
        if (child == null) {
            throw new IllegalArgumentException("no " + key + " among " + parent.keySet());
        }
        return (Map<String, Object>) child;
    }

    public static long integer(Map<?, ?> parent, String key) {
        return (Long) parent.get(key);
    }

    private static Path shared(String relative) {
        Path path = Path.of(System.getProperty("pointsman.root"))
                .resolve("../shared")
                .resolve(relative)
                .normalize();
        assumeTrue(Files.exists(path), "needs ../shared/" + relative);
        return path;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    json.nextToken();
                    map.put(name, value(json));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case VALUE_NUMBER_INT ->
                json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? json.getBigIntegerValue()
                        : (Object) json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_NULL -> null;
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            default -> json.getText();
        };
    }
}
