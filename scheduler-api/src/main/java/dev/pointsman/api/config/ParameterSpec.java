// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Describes one parameter of a plugin type, for error messages, documentation and JSON Schema. Immutable.
 *
 * @param name as in configurations
 * @param type the kind of value
 * @param defaultValue what is used when it is absent, as text, or null if it is required or has no default
 * @param required whether it must be given
 * @param minimum least number allowed, or negative infinity
 * @param maximum greatest number allowed, or positive infinity
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

    /** Returns the same parameter with bounds, both inclusive. */
    public ParameterSpec between(double minimum, double maximum) {
        return new ParameterSpec(name, type, defaultValue, required, minimum, maximum, description);
    }
}
