// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.text.Spelling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a catalog: values by id and other names, each with the JSON it was read from, so that a later file can change
 * single fields of it. Immutable and thread-safe.
 *
 * <p>An entry of a file is new, or has the id of one that is there and changes the fields that it names, or says with
 * {@code extends} which one it starts from. Changing goes down into objects, except where the two are of different
 * {@code kind}; lists are replaced as a whole, and null takes a field away.
 *
 * @param <T> what an entry is read as
 */
public final class NamedEntries<T> {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:-]{0,99}");

    private final String kind;
    private final Function<JsonView, T> reader;
    private final Function<T, Collection<String>> aliases;
    private final Map<String, ObjectNode> trees;
    private final Map<String, T> values;
    private final Map<String, String> idsByName;

    private NamedEntries(
            String kind,
            Function<JsonView, T> reader,
            Function<T, Collection<String>> aliases,
            Map<String, ObjectNode> trees,
            Map<String, T> values,
            Map<String, String> idsByName) {
        this.kind = kind;
        this.reader = reader;
        this.aliases = aliases;
        this.trees = trees;
        this.values = values;
        this.idsByName = idsByName;
    }

    /**
     * Makes an empty catalog.
     *
     * @param kind what an entry is called in messages
     * @param reader reads an entry; throws {@link CatalogException}
     * @param aliases the other names of an entry
     */
    public static <T> NamedEntries<T> empty(
            String kind, Function<JsonView, T> reader, Function<T, Collection<String>> aliases) {
        return new NamedEntries<>(kind, reader, aliases, Map.of(), Map.of(), Map.of());
    }

    /**
     * Returns a catalog with the entries of a file added or changed; this one stays as it is.
     *
     * @throws CatalogException if one of them is wrong
     */
    public NamedEntries<T> with(List<JsonView> entries) {
        Map<String, JsonView> merged = new LinkedHashMap<>();
        Map<String, ObjectNode> known = new HashMap<>(trees);
        for (JsonView entry : entries) {
            String id = id(entry);
            if (merged.containsKey(id)) {
                throw entry.error(
                        "id", "must be unique in a file, but " + id + " is there twice.", "Maybe one is a copy.");
            }
            ObjectNode tree = merge(base(entry, id, known), entry.object());
            tree.remove("extends");
            merged.put(id, new JsonView(entry.file(), entry.path(), tree));
            known.put(id, tree);
        }
        return replaced(merged);
    }

    /**
     * Returns a catalog with one entry changed by hand; this one stays as it is.
     *
     * @param id the id of an entry that is there
     * @param tree its new JSON
     */
    public NamedEntries<T> with(String id, ObjectNode tree) {
        return replaced(Map.of(id, new JsonView("", id, tree)));
    }

    /**
     * Returns a catalog with a value that was not read from JSON, which later files can replace but not change in part.
     *
     * @throws CatalogException if one of its names belongs to another entry
     */
    public NamedEntries<T> with(String id, T value) {
        Map<String, ObjectNode> newTrees = new HashMap<>(trees);
        newTrees.remove(id);
        Map<String, T> newValues = new LinkedHashMap<>(values);
        newValues.put(id, value);
        return new NamedEntries<>(kind, reader, aliases, newTrees, newValues, names(newValues, "", Map.of()));
    }

    /** Returns the id of the entry that has a name; case, dashes, dots, spaces and underscores do not matter. */
    public @Nullable String id(String name) {
        return values.containsKey(name) ? name : idsByName.get(Spelling.plain(name));
    }

    /** Returns the value that has a name, or null if none has. */
    public @Nullable T find(String name) {
        String id = id(name);
        return id == null ? null : values.get(id);
    }

    /**
     * Returns the value that has a name.
     *
     * @throws CatalogException if none has, with the one that was probably meant
     */
    public T get(String name) {
        T found = find(name);
        if (found == null) {
            throw CatalogException.unknown("", "", kind, name, values.keySet());
        }
        return found;
    }

    /** Returns a copy of the JSON of an entry, or null if it was not read from any. */
    public @Nullable ObjectNode tree(String id) {
        ObjectNode tree = trees.get(id);
        return tree == null ? null : tree.deepCopy();
    }

    /** Returns all values, in the order in which they were added. */
    public List<T> values() {
        return List.copyOf(values.values());
    }

    /** Returns all ids, in alphabetical order. */
    public Set<String> ids() {
        return new TreeSet<>(values.keySet());
    }

    private NamedEntries<T> replaced(Map<String, JsonView> entries) {
        Map<String, ObjectNode> newTrees = new HashMap<>(trees);
        Map<String, T> newValues = new LinkedHashMap<>(values);
        entries.forEach((id, entry) -> {
            newValues.put(id, reader.apply(entry));
            newTrees.put(id, entry.object());
        });
        String file = entries.values().stream().map(JsonView::file).findFirst().orElse("");
        return new NamedEntries<>(kind, reader, aliases, newTrees, newValues, names(newValues, file, entries));
    }

    private String id(JsonView entry) {
        String id = entry.text("id");
        if (!ID.matcher(id).matches()) {
            throw entry.error(
                    "id",
                    "must start with a letter or digit and have at most 100 letters, digits, dots, dashes, underscores,"
                            + " slashes and colons, but was " + Spelling.quoted(id) + ".",
                    "Maybe put the name in words into another field.");
        }
        return id;
    }

    private @Nullable ObjectNode base(JsonView entry, String id, Map<String, ObjectNode> known) {
        if (!entry.has("extends")) {
            return known.get(id);
        }
        String name = entry.text("extends");
        String baseId = known.containsKey(name) ? name : id(name);
        ObjectNode base = baseId == null ? null : known.get(baseId);
        if (base == null) {
            throw CatalogException.unknown(entry.file(), entry.path("extends"), kind, name, known.keySet());
        }
        if (!id.equals(baseId)) {
            base = base.deepCopy();
            base.remove(List.of("aliases", "name", "prices"));
        }
        return base;
    }

    private static ObjectNode merge(@Nullable ObjectNode base, ObjectNode change) {
        JsonNode baseKind = base == null ? null : base.get("kind");
        JsonNode changeKind = change.get("kind");
        boolean otherKind = baseKind != null && changeKind != null && !baseKind.equals(changeKind);
        if (base == null || otherKind) {
            return change.deepCopy();
        }
        ObjectNode merged = base.deepCopy();
        change.properties().forEach(field -> {
            JsonNode old = merged.get(field.getKey());
            JsonNode value = field.getValue();
            if (value.isNull()) {
                merged.remove(field.getKey());
            } else if (old instanceof ObjectNode oldObject && value instanceof ObjectNode newObject) {
                merged.set(field.getKey(), merge(oldObject, newObject));
            } else {
                merged.set(field.getKey(), value.deepCopy());
            }
        });
        return merged;
    }

    private Map<String, String> names(Map<String, T> all, String file, Map<String, JsonView> entries) {
        Map<String, String> names = new HashMap<>();
        List<String> ids = new ArrayList<>(all.keySet());
        for (String id : ids) {
            claim(names, id, id, file, entries);
        }
        all.forEach((id, value) -> {
            for (String alias : aliases.apply(value)) {
                claim(names, alias, id, file, entries);
            }
        });
        return names;
    }

    private void claim(Map<String, String> names, String name, String id, String file, Map<String, JsonView> entries) {
        String other = names.putIfAbsent(Spelling.plain(name), id);
        if (other != null && !other.equals(id)) {
            JsonView entry = entries.get(id);
            throw new CatalogException(
                    file,
                    entry == null ? id : entry.path(),
                    "must have names of its own, but " + Spelling.quoted(name) + " is also a name of the " + kind + " "
                            + other + ".",
                    "Maybe remove it from aliases, or give this " + kind + " the id " + other
                            + " if it is meant to change that one.");
        }
    }
}
