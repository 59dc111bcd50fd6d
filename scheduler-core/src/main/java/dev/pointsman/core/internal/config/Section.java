// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.ConfigurationException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An object of a configuration, read by name and type; it knows its path, so every error names place and path. A field without
 * a value counts as absent. Immutable.
 */
public final class Section {
    private static final int LONGEST_NAME = 253;
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]*)?");

    private final String file;
    private final String path;
    private final Node.Fields fields;

    private Section(String file, String path, Node.Fields fields) {
        this.file = file;
        this.path = path;
        this.fields = fields;
    }

    /** Views a document's root, which must be an object. */
    public static Section root(String file, Node root) {
        if (root instanceof Node.Fields fields) {
            return new Section(file, "", fields);
        }
        throw error(
                file,
                root.place(),
                "",
                "must be an object, but was " + root.kind() + ".",
                "Maybe it is another kind of file.");
    }

    /** Returns what the configuration is called. */
    public String file() {
        return file;
    }

    /** Returns where it begins. */
    public Node.Place place() {
        return fields.place();
    }

    /** Returns its path; empty for the root. */
    public String path() {
        return path;
    }

    /** Returns the path of a field. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Returns the names given, in order. */
    public Set<String> names() {
        return fields.fields().keySet();
    }

    /** Tells whether a field has a value. */
    public boolean has(String name) {
        return field(name) != null;
    }

    /** Refuses every field that is not among the known ones. */
    public Section only(Collection<String> known) {
        for (String name : names()) {
            if (!known.contains(name)) {
                ParameterException unknown = ParameterException.unknown(path(name), "field", name, known);
                throw of(unknown, keyPlace(name));
            }
        }
        return this;
    }

    /** Returns text, or null if absent. */
    public @Nullable String text(String name) {
        Node node = field(name);
        if (node == null) {
            return null;
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        throw wrongKind(name, node, "must be text", node instanceof Node.Scalar ? "Maybe put it in quotes." : null);
    }

    /** Returns text that must be given and not blank. */
    public String requiredText(String name, String hint) {
        String text = text(name);
        if (text == null || text.isBlank()) {
            throw error(name, "must be given and not blank.", hint);
        }
        return text;
    }

    /** Returns text that must be given and can name something: one line, not blank and not long. */
    public String requiredName(String name, String hint) {
        String text = requiredText(name, hint);
        if (text.length() > LONGEST_NAME || text.chars().anyMatch(Character::isISOControl)) {
            throw error(
                    name,
                    "must be one line of at most " + LONGEST_NAME + " characters, but was " + shown(text) + ".",
                    "Maybe a quote is missing.");
        }
        return text;
    }

    /** Returns a number, or null if absent. */
    public @Nullable BigDecimal number(String name) {
        Node node = field(name);
        if (node == null) {
            return null;
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof BigDecimal number) {
            return number;
        }
        boolean quoted = node instanceof Node.Scalar scalar
                && scalar.value() instanceof String text
                && NUMBER.matcher(text).matches();
        throw wrongKind(
                name,
                node,
                "must be a finite number",
                quoted ? "Maybe remove the quotes." : "Maybe leave it out; it has a default.");
    }

    /** Returns true or false, or the fallback. */
    public boolean flag(String name, boolean fallback) {
        Node node = field(name);
        if (node == null) {
            return fallback;
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof Boolean flag) {
            return flag;
        }
        throw wrongKind(name, node, "must be true or false", "Maybe remove the quotes.");
    }

    /** Returns a field's value as plain maps, lists, text, numbers and flags; an empty map if absent. */
    public Map<String, Object> map(String name) {
        Section section = section(name);
        return section == null ? Map.of() : plain(section.fields);
    }

    @SuppressWarnings("unchecked") // Fields make maps from String to Object only.
    private static Map<String, Object> plain(Node.Fields fields) {
        return (Map<String, Object>) fields.value();
    }

    /** Returns a field that is an object, or null if absent. */
    public @Nullable Section section(String name) {
        Node node = field(name);
        return node == null ? null : section(name, path(name), node);
    }

    private Section section(String name, String at, Node node) {
        if (node instanceof Node.Fields inner) {
            return new Section(file, at, inner);
        }
        throw wrongKind(name, at, node, "must be an object", "Maybe a name and a colon are missing before it.");
    }

    /** Returns the objects of a field that is a list; empty if absent. */
    public List<Section> sections(String name) {
        List<Section> sections = new ArrayList<>();
        for (Node item : items(name)) {
            sections.add(section(name, path(name) + "[" + sections.size() + "]", item));
        }
        return sections;
    }

    /**
     * Refuses a name in a field's object that stands there without a value, and so is in no map, and is not described either; at
     * every depth that is described.
     */
    public void checkNamesWithoutValue(String name, List<ParameterSpec> described) {
        if (field(name) instanceof Node.Fields inner) {
            new Section(file, path(name), inner).checkNamesWithoutValue(described);
        }
    }

    /** Refuses a name in this object that stands there without a value and is not described, at every depth. */
    public void checkNamesWithoutValue(List<ParameterSpec> described) {
        List<String> known = described.stream().map(ParameterSpec::name).toList();
        for (String name : names()) {
            if (!has(name) && !known.contains(name)) {
                throw of(ParameterException.unknown(path(name), "parameter", name, known));
            }
        }
        for (ParameterSpec spec : described) {
            if (spec.fields().isEmpty()) {
                continue;
            }
            checkNamesWithoutValue(spec.name(), spec.fields());
            List<Node> items = field(spec.name()) instanceof Node.Items list ? list.items() : List.of();
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i) instanceof Node.Fields inner) {
                    new Section(file, path(spec.name()) + "[" + i + "]", inner).checkNamesWithoutValue(spec.fields());
                }
            }
        }
    }

    /** Returns all fields that have a value, as plain maps, lists, text, numbers and flags. */
    public Map<String, Object> values() {
        return plain(fields);
    }

    /** Returns this object as parameters, whose paths begin at this object. */
    public Parameters parameters() {
        return Parameters.of(path, plain(fields));
    }

    /** Returns the texts of a field that is a list; empty if absent. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Node item : items(name)) {
            if (item instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
                texts.add(text);
            } else {
                throw wrongKind(name, path(name) + "[" + texts.size() + "]", item, "must be text", null);
            }
        }
        return texts;
    }

    private List<Node> items(String name) {
        Node node = field(name);
        if (node == null) {
            return List.of();
        }
        if (node instanceof Node.Items list) {
            return list.items();
        }
        throw wrongKind(name, node, "must be a list", "Maybe put a dash before it; a list of one is a list too.");
    }

    private @Nullable Node field(String name) {
        Node node = fields.fields().get(name);
        return node instanceof Node.Nothing ? null : node;
    }

    /** Makes an error at a field, which may be absent. */
    public ConfigurationException error(String name, String fact, String hint) {
        return error(file, keyPlace(name), path(name), fact, hint);
    }

    /** Makes an error at this object as a whole. */
    public ConfigurationException error(String fact, String hint) {
        return error(file, place(), path, fact, hint);
    }

    /** Turns what a plugin said of its parameters, whose paths begin at this object, into an error with its place. */
    public ConfigurationException of(ParameterException error) {
        return of(error, placeOf(error.path()));
    }

    private ConfigurationException of(ParameterException error, Node.Place place) {
        String[] lines = String.valueOf(error.getMessage()).split("\n", 2);
        String prefix = error.path() + ": ";
        String fact = lines[0].startsWith(prefix) ? lines[0].substring(prefix.length()) : lines[0];
        return new ConfigurationException(
                file,
                place.line(),
                place.column(),
                error.path(),
                fact,
                lines.length > 1 ? lines[1] : "Maybe leave it out; then its default holds.",
                error);
    }

    /** Finds the place of the innermost thing on a path that is there. A name on it may have dots of its own. */
    private Node.Place placeOf(String wanted) {
        Node node = fields;
        Node.Place place = fields.place();
        String rest = wanted.startsWith(path) ? wanted.substring(path.length()) : "";
        while (!rest.isEmpty()) {
            if (node instanceof Node.Items items) {
                int end = rest.indexOf(']');
                int index = end < 0 ? -1 : index(rest.substring(0, end + 1));
                if (index < 0 || index >= items.items().size()) {
                    return place;
                }
                node = items.items().get(index);
                place = node.place();
                rest = rest.substring(end + 1);
            } else if (node instanceof Node.Fields inner) {
                String name = nameAt(inner, rest.startsWith(".") ? rest.substring(1) : rest);
                if (name == null) {
                    return place;
                }
                place = inner.keys().getOrDefault(name, place);
                node = requireNonNull(inner.fields().get(name));
                rest = rest.substring(name.length() + (rest.startsWith(".") ? 1 : 0));
            } else {
                return place;
            }
        }
        return place;
    }

    /** Returns the longest name of an object with which a path goes on, or null. */
    private static @Nullable String nameAt(Node.Fields inner, String rest) {
        String longest = null;
        for (String name : inner.fields().keySet()) {
            boolean whole = rest.startsWith(name)
                    && (rest.length() == name.length()
                            || rest.charAt(name.length()) == '.'
                            || rest.charAt(name.length()) == '[');
            if (whole && (longest == null || name.length() > longest.length())) {
                longest = name;
            }
        }
        return longest;
    }

    private static int index(String step) {
        try {
            return step.startsWith("[") ? Integer.parseInt(step.substring(1, step.length() - 1)) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns where a field's name stands, or where this object begins if it is absent. */
    public Node.Place placeOfField(String name) {
        return keyPlace(name);
    }

    private Node.Place keyPlace(String name) {
        return fields.keys().getOrDefault(name, fields.place());
    }

    private ConfigurationException wrongKind(String name, Node found, String expected, @Nullable String hint) {
        return wrongKind(name, path(name), found, expected, hint);
    }

    private ConfigurationException wrongKind(
            String name, String at, Node found, String expected, @Nullable String hint) {
        String shown =
                found instanceof Node.Scalar scalar ? found.kind() + " (" + shown(scalar.value()) + ")" : found.kind();
        return error(
                file,
                found.place(),
                at,
                expected + ", but was " + shown + ".",
                hint != null ? hint : "Maybe it stands under the wrong name; " + name + " is something else.");
    }

    private static String shown(Object value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private static ConfigurationException error(String file, Node.Place at, String path, String fact, String hint) {
        return new ConfigurationException(file, at.line(), at.column(), path, fact, hint, null);
    }
}
