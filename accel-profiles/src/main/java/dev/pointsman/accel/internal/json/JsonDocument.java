// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.text.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file that holds one JSON object, within bounds: 4 MiB, 64 levels, texts of 100,000 and numbers of 100 characters, no
 * name twice in an object, nothing behind the object. What is not so is refused with line and column.
 */
public final class JsonDocument {
    private static final int MOST_BYTES = 4 << 20;
    private static final int DEEPEST = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(100_000)
                            .maxNumberLength(100)
                            .maxNameLength(1_000)
                            .maxDocumentLength(MOST_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonDocument() {}

    /**
     * Reads a file.
     *
     * @throws CatalogException if it cannot be read or is not one JSON object within the bounds
     */
    public static JsonView read(Path file) {
        String name = file.toString();
        if (!Files.isRegularFile(file)) {
            throw new CatalogException(
                    name, "", "is not a file that can be read.", "Maybe the path is wrong, or names a folder.");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(name, in.readNBytes(MOST_BYTES + 1));
        } catch (IOException e) {
            throw new CatalogException(
                    name, "", "cannot be read: " + firstLine(e) + ".", "Maybe this user may not read it.", e);
        }
    }

    /**
     * Reads a file that ships beside a class.
     *
     * @throws IllegalStateException if it is not there
     */
    public static JsonView readShipped(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing beside " + beside.getName()
                        + ".\nMaybe the library was repackaged without its data files.");
            }
            return parse(name, in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(
                    name + " cannot be read: " + firstLine(e) + ".\nMaybe the library's jar is damaged.", e);
        }
    }

    /**
     * Reads bytes.
     *
     * @param name what to call them in messages
     * @throws CatalogException if they are not one JSON object within the bounds
     */
    public static JsonView parse(String name, byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw new CatalogException(
                    name,
                    "",
                    "must be at most " + MOST_BYTES + " bytes, but is larger.",
                    "Maybe it is another file than it should be, such as a tokenizer or weights.");
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new CatalogException(
                    name,
                    place(e.getLocation()),
                    "is not JSON that can be read: " + firstSentence(e.getOriginalMessage()),
                    "Maybe a comma, quote or bracket is missing or there is one too many just before.",
                    e);
        } catch (IOException e) {
            throw new CatalogException(
                    name, "", "is not JSON that can be read: " + firstLine(e), "Maybe it is not encoded in UTF-8.", e);
        }
        if (!(root instanceof ObjectNode object)) {
            throw new CatalogException(
                    name,
                    "",
                    "must be a JSON object, but is " + JsonView.describe(root) + ".",
                    "Maybe wrap it in an object that names what it is.");
        }
        return new JsonView(name, "", object);
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : Spelling.quoted(message.lines().findFirst().orElse(""));
    }

    private static String firstSentence(@Nullable String message) {
        String line = message == null ? "" : message.lines().findFirst().orElse("");
        return Spelling.oneLine(line) + ".";
    }
}
