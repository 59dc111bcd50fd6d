// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes one parameter of a plugin type, for error messages, documentation and JSON Schema. Immutable.
 *
 * @param name as in configurations
 * @param type the kind of value
 * @param defaultValue what is used when it is absent, as text, or null if it is required or has no default; <code>{}</code>
 *     for an object whose fields then have their defaults
 * @param required whether it must be given
 * @param minimum least number allowed, or negative infinity; seconds for a duration, bytes for a size
 * @param maximum greatest number allowed, or positive infinity; seconds for a duration, bytes for a size
 * @param description one sentence, with the unit
 * @param fields what an object, or each object of a list, has; empty for any other type, or if its names are free
 * @param choices the texts that may be given; empty if any may
 * @param newerName the parameter that this is an older name of, which counts if both are given; null if it is none
 */
public record ParameterSpec(
        String name,
        Type type,
        @Nullable String defaultValue,
        boolean required,
        double minimum,
        double maximum,
        String description,
        List<ParameterSpec> fields,
        List<String> choices,
        @Nullable String newerName) {
    private static final String EMPTY = "{}";

    /** Copies the lists. */
    public ParameterSpec {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        requireNonNull(description, "description");
        fields = List.copyOf(fields);
        choices = List.copyOf(choices);
    }

    /** Describes a parameter that is a plain value. */
    public ParameterSpec(
            String name,
            Type type,
            @Nullable String defaultValue,
            boolean required,
            double minimum,
            double maximum,
            String description) {
        this(name, type, defaultValue, required, minimum, maximum, description, List.of(), List.of(), null);
    }

    /** The kinds of value. */
    public enum Type {
        /** Text. */
        STRING,
        /** A whole number. */
        INTEGER,
        /** A number. */
        NUMBER,
        /** True or false. */
        BOOLEAN,
        /** A length of time such as {@code 250ms}, {@code 5s} or {@code 2m}. */
        DURATION,
        /** An amount of memory such as {@code 2GiB}, {@code 500M} or a number of bytes. */
        SIZE,
        /** A list of text. */
        STRING_LIST,
        /** An object with parameters of its own; without {@code fields}, also a list of objects, and nothing more is said. */
        OBJECT,
        /** A list of objects with parameters of their own. */
        OBJECT_LIST
    }

    /** Describes an optional parameter without bounds. */
    public static ParameterSpec optional(String name, Type type, @Nullable String defaultValue, String description) {
        return new ParameterSpec(
                name, type, defaultValue, false, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, description);
    }

    /** Describes a required parameter without bounds. */
    public static ParameterSpec required(String name, Type type, String description) {
        return new ParameterSpec(
                name, type, null, true, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, description);
    }

    /** Describes an object that may be absent, which means the same as an empty one: each field has its default. */
    public static ParameterSpec object(String name, String description, ParameterSpec... fields) {
        boolean needed = Arrays.stream(fields).anyMatch(ParameterSpec::required);
        return optional(name, Type.OBJECT, needed ? null : EMPTY, description).withFields(fields);
    }

    /** Describes an optional list of objects. */
    public static ParameterSpec objects(String name, String description, ParameterSpec... fields) {
        return optional(name, Type.OBJECT_LIST, null, description).withFields(fields);
    }

    /**
     * Refuses parameters that a plugin type does not have, at any depth that is described, their absence where one is
     * required, and text that is none of the choices.
     *
     * @param given the parameters given to one plugin
     * @param described all parameters of its type
     * @throws ParameterException at the first name that is not described or the first required one that is missing
     */
    public static void checkNames(Parameters given, List<ParameterSpec> described) {
        List<String> known = described.stream().map(ParameterSpec::name).toList();
        for (String name : given.names()) {
            if (!known.contains(name)) {
                throw ParameterException.unknown(Values.child(given.path(), name), "parameter", name, known);
            }
        }
        for (ParameterSpec spec : described) {
            if (spec.required && !given.has(spec.name)) {
                throw given.error(
                        spec.name, "must be given", "Maybe it was forgotten; what it is: " + spec.description);
            }
            if (given.has(spec.name)) {
                spec.check(given);
            }
        }
    }

    private void check(Parameters given) {
        if (!fields.isEmpty() && type == Type.OBJECT) {
            checkNames(given.object(name), fields);
        } else if (!fields.isEmpty()) {
            given.objects(name).forEach(object -> checkNames(object, fields));
        }
        String text = choices.isEmpty() ? null : given.string(name);
        if (text != null && !choices.contains(text)) {
            String nearest = Spelling.nearest(text, choices);
            throw given.error(
                    name,
                    "must be " + listed(choices),
                    nearest != null
                            ? "Maybe " + nearest + " was meant."
                            : required
                                    ? "Maybe it is misspelt; nothing else is known here."
                                    : "Maybe leave it out; then its default holds.");
        }
    }

    private static String listed(List<String> choices) {
        int last = choices.size() - 1;
        return last < 1 ? choices.get(0) : String.join(", ", choices.subList(0, last)) + " or " + choices.get(last);
    }

    /** Returns the same parameter with bounds, both inclusive; seconds for a duration, bytes for a size. */
    public ParameterSpec between(double minimum, double maximum) {
        return new ParameterSpec(
                name, type, defaultValue, required, minimum, maximum, description, fields, choices, newerName);
    }

    /** Returns the same object, or list of objects, with these fields and no others. */
    public ParameterSpec withFields(ParameterSpec... fields) {
        return withFields(List.of(fields));
    }

    /** Returns the same object, or list of objects, with these fields and no others. */
    public ParameterSpec withFields(List<ParameterSpec> fields) {
        return with(fields, choices);
    }

    /** Returns the same parameter, which must be one of these texts. */
    public ParameterSpec oneOf(String... choices) {
        return with(fields, List.of(choices));
    }

    /** Returns the same parameter as an older name of another one of the same object; it has no default of its own. */
    public ParameterSpec olderNameOf(String newerName) {
        return new ParameterSpec(
                name, type, null, false, minimum, maximum, description, fields, choices, requireNonNull(newerName));
    }

    private ParameterSpec with(List<ParameterSpec> fields, List<String> choices) {
        return new ParameterSpec(
                name, type, defaultValue, required, minimum, maximum, description, fields, choices, newerName);
    }
}
