// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import dev.pointsman.api.config.ParameterException;
import dev.pointsman.core.config.ConfigurationException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object of a configuration, read by name and type; it knows its path, so every error names place and path. A field without
 * a value counts as absent. Immutable.
 */
public final class Section {
    private static final Splitter STEPS = Splitter.on('.').omitEmptyStrings();

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

    /** Returns a number, or null if absent. */
    public @Nullable BigDecimal number(String name) {
        Node node = field(name);
        if (node == null) {
            return null;
        }
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof BigDecimal number) {
            return number;
        }
        throw wrongKind(name, node, "must be a finite number", "Maybe remove the quotes.");
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

    /** Finds the place of the innermost thing on a path that is there. */
    private Node.Place placeOf(String wanted) {
        Node node = fields;
        Node.Place place = fields.place();
        String rest = wanted.startsWith(path) ? wanted.substring(path.length()) : "";
        for (String step : STEPS.split(rest.replace("[", ".["))) {
            if (step.startsWith("[") && node instanceof Node.Items items) {
                int index = index(step);
                if (index < 0 || index >= items.items().size()) {
                    return place;
                }
                node = items.items().get(index);
                place = node.place();
            } else if (node instanceof Node.Fields inner && inner.fields().containsKey(step)) {
                place = inner.keys().getOrDefault(step, place);
                node = requireNonNull(inner.fields().get(step));
            } else {
                return place;
            }
        }
        return place;
    }

    private static int index(String step) {
        try {
            return Integer.parseInt(step.substring(1, step.length() - 1));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return -1;
        }
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
