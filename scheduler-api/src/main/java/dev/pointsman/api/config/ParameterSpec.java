// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes one parameter of a plugin type, for error messages, documentation and JSON Schema. Immutable.
 *
 * @param name as in configurations
 * @param type the kind of value
 * @param defaultValue what is used when it is absent, as text, or null if it is required or has no default
 * @param required whether it must be given
 * @param minimum least number allowed, or negative infinity; seconds for a duration
 * @param maximum greatest number allowed, or positive infinity; seconds for a duration
 * @param description one sentence, with the unit
 */
public record ParameterSpec(
        String name,
        Type type,
        @Nullable String defaultValue,
        boolean required,
        double minimum,
        double maximum,
        String description) {
    public ParameterSpec {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        requireNonNull(description, "description");
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
        /** A list of text. */
        STRING_LIST,
        /** An object or a list of objects with parameters of its own. */
        OBJECT
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

    /**
     * Refuses parameters that a plugin type does not have, and their absence where one is required.
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
        }
    }

    /** Returns the same parameter with bounds, both inclusive; seconds for a duration. */
    public ParameterSpec between(double minimum, double maximum) {
        return new ParameterSpec(name, type, defaultValue, required, minimum, maximum, description);
    }
}
