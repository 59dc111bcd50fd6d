// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One object of a case file: a case, or a part of one. It remembers which of its fields were asked for, so that a field
 * that nobody looked at is found: a case whose expectation is not understood must not pass.
 */
final class Case {
    /** What describes a case and is nothing to check. */
    private static final Set<String> PROSE = Set.of(
            "id",
            "title",
            "note",
            "notes",
            "source",
            "basis",
            "comment",
            "clarification",
            "description",
            "kind",
            "plugin",
            "policy",
            "peer",
            "rule",
            "area",
            "provenance",
            "recomputed");

    private final String path;
    private final Map<String, @Nullable Object> fields;
    private final Set<String> asked = new LinkedHashSet<>();
    private final Map<String, List<Case>> children = new LinkedHashMap<>();

    private Case(String path, Map<String, @Nullable Object> fields) {
        this.path = path;
        this.fields = fields;
    }

    @SuppressWarnings("unchecked") // The reader makes maps from String only.
    static Case of(String path, @Nullable Object tree) {
        if (tree instanceof Map<?, ?> object) {
            return new Case(path, (Map<String, @Nullable Object>) object);
        }
        throw new Mismatch(path + ": is " + JsonTree.write(tree) + ", and an object is needed");
    }

    String path() {
        return path;
    }

    /** Returns the names of all fields, which all count as asked for. */
    Set<String> names() {
        asked.addAll(fields.keySet());
        return fields.keySet();
    }

    /** Tells whether a field is given, null or not; this does not ask for it. */
    boolean has(String name) {
        return fields.containsKey(name);
    }

    /** Returns the first of some names that is given, or the first of them if none is. */
    String either(String... names) {
        for (String name : names) {
            if (fields.containsKey(name)) {
                return name;
            }
        }
        return names[0];
    }

    boolean hasAny(String... names) {
        return fields.containsKey(either(names));
    }

    /** Returns a field as it was read, or null if it is absent or null. */
    @Nullable
    Object raw(String name) {
        asked.add(name);
        return fields.get(name);
    }

    private Object given(String name) {
        Object value = raw(name);
        if (value == null) {
            throw new Mismatch(path + ": has no " + name + ", only " + fields.keySet());
        }
        return value;
    }

    String text(String name) {
        return String.valueOf(given(name));
    }

    @Nullable
    String text(String name, @Nullable String otherwise) {
        Object value = raw(name);
        return value == null ? otherwise : String.valueOf(value);
    }

    long integer(String name) {
        return integer(path + "." + name, given(name));
    }

    long integer(String name, long otherwise) {
        return raw(name) == null ? otherwise : integer(name);
    }

    double number(String name) {
        return number(path + "." + name, given(name));
    }

    double number(String name, double otherwise) {
        return raw(name) == null ? otherwise : number(name);
    }

    boolean flag(String name, boolean otherwise) {
        Object value = raw(name);
        return value == null ? otherwise : Boolean.parseBoolean(String.valueOf(value));
    }

    /** Returns a field that is an object; an empty one if it is absent or null. */
    Case object(String name) {
        asked.add(name);
        return children.computeIfAbsent(name, absent -> {
                    Object value = fields.get(name);
                    return List.of(of(path + "." + name, value == null ? Map.of() : value));
                })
                .get(0);
    }

    /** Returns a field that is a list of objects, or one object; empty if it is absent or null. */
    List<Case> objects(String name) {
        asked.add(name);
        return children.computeIfAbsent(name, absent -> {
            List<Case> list = new ArrayList<>();
            Object value = fields.get(name);
            if (value instanceof List<?> elements) {
                for (Object element : elements) {
                    list.add(of(path + "." + name + "[" + list.size() + "]", element));
                }
            } else if (value != null) {
                list.add(of(path + "." + name, value));
            }
            return list;
        });
    }

    /** Returns a field that is a list; a single value counts as a list of one, an absent one or null as empty. */
    List<?> list(String name) {
        Object value = raw(name);
        if (value == null) {
            return List.of();
        }
        return value instanceof List<?> elements ? elements : List.of(value);
    }

    /** Returns a field that is an object, as the map that it was read as; an empty one if it is absent or null. */
    @SuppressWarnings("unchecked") // The reader makes maps from String only.
    Map<String, @Nullable Object> map(String name) {
        Object value = raw(name);
        return value == null ? Map.of() : (Map<String, @Nullable Object>) value;
    }

    int[] tokens(String name) {
        return list(name).stream()
                .mapToInt(token -> (int) integer(path + "." + name, token))
                .toArray();
    }

    /** Returns the fields, of this object and all in it, that nobody asked for. */
    List<String> unasked() {
        List<String> unasked = new ArrayList<>();
        for (String name : fields.keySet()) {
            if (!asked.contains(name) && !PROSE.contains(name) && !empty(fields.get(name))) {
                unasked.add(path + "." + name);
            }
        }
        children.values().forEach(list -> list.forEach(child -> unasked.addAll(child.unasked())));
        return unasked;
    }

    private static boolean empty(@Nullable Object value) {
        return (value instanceof Map<?, ?> map && map.isEmpty()) || (value instanceof List<?> list && list.isEmpty());
    }

    static long integer(String place, @Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Double number && number == Math.rint(number)) {
            return number.longValue();
        }
        throw new Mismatch(place + ": is " + JsonTree.write(value) + ", and a whole number is needed");
    }

    static double number(String place, @Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new Mismatch(place + ": is " + JsonTree.write(value) + ", and a number is needed");
    }

    @Override
    public String toString() {
        return JsonTree.write(fields);
    }
}
