// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.text.Spelling;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One object of a JSON file, with the file and the path to it, read field by field. A field that is null counts as absent. Ask
 * for all fields that may be there, then {@link #refuseOthers()}. Not thread-safe.
 */
public final class JsonView {
    private static final int MOST_ELEMENTS = 100_000;

    private final String file;
    private final String path;
    private final ObjectNode object;
    private final Set<String> asked = new LinkedHashSet<>();

    /** Wraps an object. */
    public JsonView(String file, String path, ObjectNode object) {
        this.file = file;
        this.path = path;
        this.object = object;
    }

    /** Returns the file that the object is in, as messages name it. */
    public String file() {
        return file;
    }

    /** Returns the path to the object; empty for the whole file. */
    public String path() {
        return path;
    }

    /** Returns the path to a field. */
    public String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    /** Returns the object itself. */
    public ObjectNode object() {
        return object;
    }

    /** Returns the names of all fields that are there and not null. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(name -> {
            if (!object.get(name).isNull()) {
                names.add(name);
            }
        });
        return names;
    }

    /** Tells whether a field is there and not null. */
    public boolean has(String field) {
        return node(field) != null;
    }

    /** Returns a text. */
    public String text(String field) {
        return text(field, required(field, "a text"));
    }

    /** Returns a text, or another if it is absent. */
    public String text(String field, String absent) {
        JsonNode node = node(field);
        return node == null ? absent : text(field, node);
    }

    /** Returns texts; empty if they are absent. */
    public List<String> texts(String field) {
        JsonNode node = node(field);
        if (node == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : array(field, node)) {
            texts.add(text(field + "[" + texts.size() + "]", each));
        }
        return texts;
    }

    /** Returns true or false. */
    public boolean bool(String field) {
        return bool(field, required(field, "true or false"));
    }

    /** Returns true or false, or what stands for absent. */
    public boolean bool(String field, boolean absent) {
        JsonNode node = node(field);
        return node == null ? absent : bool(field, node);
    }

    /** Returns a number above 0. */
    public double positive(String field) {
        return positive(field, required(field, "a number above 0"));
    }

    /** Returns a number above 0, if it is there. */
    public OptionalDouble optionalPositive(String field) {
        JsonNode node = node(field);
        return node == null ? OptionalDouble.empty() : OptionalDouble.of(positive(field, node));
    }

    /** Returns a whole number within bounds. */
    public int integer(String field, int least, int most) {
        return integer(field, required(field, "a whole number from " + least + " to " + most), least, most);
    }

    /** Returns a whole number within bounds, or what stands for absent. */
    public int integer(String field, int least, int most, int absent) {
        JsonNode node = node(field);
        return node == null ? absent : integer(field, node, least, most);
    }

    /** Returns whole numbers within bounds; empty if they are absent. */
    public List<Integer> integers(String field, int least, int most) {
        JsonNode node = node(field);
        if (node == null) {
            return List.of();
        }
        List<Integer> integers = new ArrayList<>();
        for (JsonNode each : array(field, node)) {
            integers.add(integer(field + "[" + integers.size() + "]", each, least, most));
        }
        return integers;
    }

    /** Returns a day. */
    public LocalDate date(String field) {
        String text = text(field);
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw error(
                    field,
                    "must be a day such as 2026-11-25, but was " + Spelling.quoted(text) + ".",
                    "Maybe write it as year-month-day.");
        }
    }

    /** Returns one of some texts. */
    public String oneOf(String field, String kind, Collection<String> known) {
        String text = text(field);
        if (!known.contains(text)) {
            throw CatalogException.unknown(file, path(field), kind, text, known);
        }
        return text;
    }

    /** Returns an object. */
    public JsonView view(String field) {
        return view(field, required(field, "an object"));
    }

    /** Returns an object, or null if it is absent. */
    public @Nullable JsonView optionalView(String field) {
        JsonNode node = node(field);
        return node == null ? null : view(field, node);
    }

    /** Returns objects; empty if they are absent. */
    public List<JsonView> views(String field) {
        JsonNode node = node(field);
        if (node == null) {
            return List.of();
        }
        List<JsonView> views = new ArrayList<>();
        for (JsonNode each : array(field, node)) {
            views.add(view(field + "[" + views.size() + "]", each));
        }
        return views;
    }

    /** Counts a field as one that may be there, whatever it holds. */
    public void allow(String field) {
        asked.add(field);
    }

    /**
     * Refuses fields that nobody asked for.
     *
     * @throws CatalogException if there is one
     */
    public void refuseOthers() {
        object.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                throw new CatalogException(
                        file,
                        path(Spelling.quoted(name)),
                        "is not a field that is known here.",
                        Spelling.hint(name, asked));
            }
        });
    }

    /** Makes an error about a field. */
    public CatalogException error(String field, String fact, String hint) {
        return new CatalogException(file, field.isEmpty() ? path : path(field), fact, hint);
    }

    /** Makes an error about a field from what a constructor said: {@code name: fact}, a new line and what to try. */
    public CatalogException error(IllegalArgumentException said) {
        if (said instanceof CatalogException already) {
            return already;
        }
        String[] lines = String.valueOf(said.getMessage()).split("\n", 2);
        String hint = lines.length > 1 ? lines[1] : "Maybe another number is wrong.";
        int colon = lines[0].indexOf(": ");
        return colon < 0
                ? new CatalogException(file, path, lines[0], hint, said)
                : new CatalogException(
                        file, path(lines[0].substring(0, colon)), lines[0].substring(colon + 2), hint, said);
    }

    /** Describes a value as it should stand in a message. */
    static String describe(@Nullable JsonNode node) {
        if (node == null || node.isMissingNode()) {
            return "nothing";
        }
        if (node.isTextual()) {
            return "the text \"" + Spelling.quoted(node.textValue()) + "\"";
        }
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case NULL -> "null";
            default -> Spelling.quoted(node.asText());
        };
    }

    private @Nullable JsonNode node(String field) {
        asked.add(field);
        JsonNode node = object.get(field);
        return node == null || node.isNull() ? null : node;
    }

    private JsonNode required(String field, String what) {
        JsonNode node = node(field);
        if (node == null) {
            throw new CatalogException(
                    file,
                    path(field),
                    "must be " + what + ", but is missing.",
                    present().isEmpty()
                            ? "Maybe the object is empty by mistake."
                            : "Maybe it is misspelt; there are: " + String.join(", ", present()) + ".");
        }
        return node;
    }

    private List<String> present() {
        return names().stream().map(Spelling::quoted).limit(60).toList();
    }

    private CatalogException wrong(String field, String what, JsonNode node) {
        return error(field, "must be " + what + ", but was " + describe(node) + ".", hint(what, node));
    }

    private static String hint(String what, JsonNode node) {
        if (node.isTextual() && what.contains("number")) {
            return "Maybe remove the quotes, or leave the field out if its value is not known.";
        }
        if (node.isNumber()) {
            return "Maybe the unit is another one; the field's name says which is meant.";
        }
        return "Maybe it belongs in another field.";
    }

    private String text(String field, JsonNode node) {
        if (!node.isTextual() || node.textValue().isBlank()) {
            throw wrong(field, "a text that is not blank", node);
        }
        return node.textValue();
    }

    private boolean bool(String field, JsonNode node) {
        if (!node.isBoolean()) {
            throw wrong(field, "true or false", node);
        }
        return node.booleanValue();
    }

    private double positive(String field, JsonNode node) {
        double value = node.isNumber() ? node.doubleValue() : Double.NaN;
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw wrong(field, "a finite number above 0", node);
        }
        return value;
    }

    private int integer(String field, JsonNode node, int least, int most) {
        boolean whole = node.isIntegralNumber() && node.canConvertToInt();
        if (!whole || node.intValue() < least || node.intValue() > most) {
            throw wrong(field, "a whole number from " + least + " to " + most, node);
        }
        return node.intValue();
    }

    private JsonView view(String field, JsonNode node) {
        if (!(node instanceof ObjectNode found)) {
            throw wrong(field, "an object", node);
        }
        return new JsonView(file, path(field), found);
    }

    private ArrayNode array(String field, JsonNode node) {
        if (!(node instanceof ArrayNode array) || array.size() > MOST_ELEMENTS) {
            throw wrong(field, "a list", node);
        }
        return array;
    }
}
