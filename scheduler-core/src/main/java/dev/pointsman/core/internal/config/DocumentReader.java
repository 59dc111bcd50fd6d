// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.pointsman.core.config.ConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads one document of YAML or JSON, whatever it holds, within fixed bounds.
 *
 * <p>Refused, with their place: more than {@value #MOST_CHARACTERS} characters, {@value #MOST_DEPTH} levels or {@value
 * #MOST_VALUES} values; names given twice; anchors, aliases and tags, which a configuration does not need and with which a
 * few lines could stand for gigabytes; a second document. Takes time and memory in the length of the text.
 */
public final class DocumentReader {
    static final int MOST_CHARACTERS = 1 << 20;
    /** The most bytes that a file may have. */
    public static final int MOST_BYTES = 1 << 20;

    static final int MOST_DEPTH = 64;
    static final int MOST_VALUES = 100_000;
    private static final int LONGEST_NUMBER = 100;
    private static final int LONGEST_NAME = 500;
    private static final Pattern JSON_START = Pattern.compile("\\s*+\\{\\s*+[\"}]");
    private static final Pattern OCTAL = Pattern.compile("[+-]?0[0-9_]+");

    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            // Beyond ours, which say where.
            .maxNestingDepth(2 * MOST_DEPTH)
            .maxDocumentLength(2L * MOST_CHARACTERS)
            .maxNumberLength(2 * LONGEST_NUMBER)
            .build();
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final YAMLFactory YAML = YAMLFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .loaderOptions(yamlLimits())
            .build();

    private final String file;
    private final String text;
    private final JsonParser parser;
    private int values;

    private DocumentReader(String file, String text, JsonParser parser) {
        this.file = file;
        this.text = text;
        this.parser = parser;
    }

    private static LoaderOptions yamlLimits() {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MOST_CHARACTERS);
        limits.setNestingDepthLimit(2 * MOST_DEPTH);
        limits.setMaxAliasesForCollections(0);
        return limits;
    }

    /**
     * Reads a document.
     *
     * @param file what it is called, for error messages
     * @param text YAML, or JSON if it begins with a brace and a double quote
     * @return its root, or null if it is empty
     * @throws ConfigurationException if it is neither, or out of bounds
     */
    public static @Nullable Node read(String file, String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new ConfigurationException(
                    file,
                    0,
                    0,
                    "",
                    "has " + text.length() + " characters, and " + MOST_CHARACTERS + " are the most.",
                    "Maybe it is the wrong file.",
                    null);
        }
        // Some editors begin a file with a byte order mark.
        String marked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        boolean json = JSON_START.matcher(marked).lookingAt();
        try (JsonParser parser = json ? JSON.createParser(marked) : YAML.createParser(marked)) {
            return new DocumentReader(file, marked, parser).document();
        } catch (JsonProcessingException e) {
            throw Unreadable.of(file, marked, json ? "JSON" : "YAML", e);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
    }

    private @Nullable Node document() throws IOException {
        if (parser.nextToken() == null) {
            return null;
        }
        Node root = node(0);
        if (parser.nextToken() != null) {
            throw error(
                    "a second document begins.",
                    "Maybe a line of three dashes is too many; one file, one configuration.");
        }
        return root;
    }

    private Node node(int depth) throws IOException {
        Node.Place place = place();
        if (++values > MOST_VALUES) {
            throw error("more than " + MOST_VALUES + " values.", "Maybe it is the wrong file.");
        }
        if (depth > MOST_DEPTH) {
            throw error("more than " + MOST_DEPTH + " levels.", "Maybe a list was opened again and again.");
        }
        refuseTricks();
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> fields(place, depth);
            case START_ARRAY -> items(place, depth);
            case VALUE_NULL -> new Node.Nothing(place);
            case VALUE_TRUE -> new Node.Scalar(place, true);
            case VALUE_FALSE -> new Node.Scalar(place, false);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Node.Scalar(place, number(token));
            case VALUE_STRING -> isNothing() ? new Node.Nothing(place) : new Node.Scalar(place, parser.getText());
            default -> throw error("a value must stand here, but found " + token + ".", "Maybe a value was forgotten.");
        };
    }

    /** YAML's infinities and NaN are not numbers here, and a plugin says better than we what it wants instead. */
    private Object number(JsonToken token) throws IOException {
        String written = parser.getText();
        if (written.length() > LONGEST_NUMBER) {
            throw error(
                    "a number has " + written.length() + " digits, and " + LONGEST_NUMBER + " are the most.",
                    "Maybe it is text, and quotes are missing.");
        }
        if (OCTAL.matcher(written).matches()) {
            throw error(
                    "the number " + written + " begins with a zero, which some read as octal.",
                    "Maybe leave out the zero, or put it in quotes if it is text.");
        }
        try {
            return token == JsonToken.VALUE_NUMBER_INT
                    ? new BigDecimal(parser.getBigIntegerValue())
                    : parser.getDecimalValue();
        } catch (NumberFormatException | JsonProcessingException e) {
            return written;
        }
    }

    /** Tells whether an empty text is what the parser makes of a key without a value. */
    private boolean isNothing() throws IOException {
        if (!(parser instanceof YAMLParser) || parser.getTextLength() > 0) {
            return false;
        }
        long offset = parser.currentTokenLocation().getCharOffset();
        return offset < 0 || offset >= text.length() || "'\"|>".indexOf(text.charAt((int) offset)) < 0;
    }

    private Node.Fields fields(Node.Place place, int depth) throws IOException {
        Map<String, Node> fields = new LinkedHashMap<>();
        Map<String, Node.Place> keys = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            refuseTricks();
            String name = parser.currentName();
            if (name.length() > LONGEST_NAME) {
                throw error(
                        "a name has " + name.length() + " characters, and " + LONGEST_NAME + " are the most.",
                        "Maybe a colon is missing.");
            }
            keys.put(name, place());
            parser.nextToken();
            fields.put(name, node(depth + 1));
        }
        return new Node.Fields(place, fields, keys);
    }

    private Node.Items items(Node.Place place, int depth) throws IOException {
        List<Node> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(depth + 1));
        }
        return new Node.Items(place, items);
    }

    private void refuseTricks() throws IOException {
        if (parser instanceof YAMLParser yaml) {
            if (yaml.isCurrentAlias() || yaml.getObjectId() != null) {
                throw error("anchors and aliases are not allowed.", "Maybe write the value out where it is used.");
            }
            Object tag = yaml.getTypeId();
            if (tag != null) {
                throw error("the tag " + tag + " is not allowed.", "Maybe leave it out; quotes make text of a number.");
            }
        }
    }

    private Node.Place place() {
        JsonLocation at = parser.currentTokenLocation();
        return new Node.Place(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
    }

    private ConfigurationException error(String fact, String hint) {
        Node.Place at = place();
        return new ConfigurationException(
                file, at.line(), at.column(), path(parser.getParsingContext()), fact, hint, null);
    }

    private static String path(JsonStreamContext at) {
        JsonStreamContext parent = at.getParent();
        String before = parent == null ? "" : path(parent);
        if (at.inArray()) {
            return before + "[" + Math.max(0, at.getCurrentIndex()) + "]";
        }
        String name = at.inObject() ? at.getCurrentName() : null;
        return name == null ? before : before.isEmpty() ? name : before + "." + name;
    }
}
