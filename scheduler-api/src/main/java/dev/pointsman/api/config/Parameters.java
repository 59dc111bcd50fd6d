// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one plugin, read by name and type. It knows its own place, so every error names the path.
 *
 * <p>A getter with a fallback returns it when the parameter is absent; every getter throws {@link ParameterException}
 * when the parameter has another type. Immutable and thread-safe.
 */
public interface Parameters {
    /** Returns where these parameters stand, such as {@code profiles[0].plugins[2].parameters}. */
    String path();

    /** Returns the names given. */
    Set<String> names();

    /** Tells whether a parameter is given. */
    boolean has(String name);

    /** Returns text, or the fallback. */
    String string(String name, String fallback);

    /** Returns text, or null if absent. */
    @Nullable
    String string(String name);

    /**
     * Returns text that must be given and not blank.
     *
     * @throws ParameterException if it is absent or blank
     */
    String requiredString(String name);

    /**
     * Returns a whole number within bounds, or the fallback.
     *
     * @throws ParameterException if it is outside {@code minimum .. maximum}
     */
    long integer(String name, long fallback, long minimum, long maximum);

    /**
     * Returns a finite number within bounds, or the fallback.
     *
     * @throws ParameterException if it is not finite or outside {@code minimum .. maximum}
     */
    double number(String name, double fallback, double minimum, double maximum);

    /** Returns true or false, or the fallback. */
    boolean flag(String name, boolean fallback);

    /** Returns a length of time (a number of seconds, or text such as {@code 250ms}, {@code 1m30s}), or the fallback. */
    Duration duration(String name, Duration fallback);

    /** Returns a list of text, empty if absent. */
    List<String> strings(String name);

    /** Returns an object's own parameters, empty if absent. */
    Parameters object(String name);

    /** Returns the parameters of each object in a list, empty if absent. */
    List<Parameters> objects(String name);

    /**
     * Binds all parameters to a record by its canonical constructor: component names are parameter names. Components may
     * be {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean}, {@link Duration}, {@code
     * List<String>}, or another such record; an absent one is null, 0, false or an empty list.
     *
     * @param type a public record in an exported package
     * @throws ParameterException if a parameter has no component, has another type than it, or the constructor refuses
     */
    <R extends Record> R bind(Class<R> type);

    /**
     * Makes an error at one of these parameters.
     *
     * @param name the parameter
     * @param expected what would be right, such as {@code must be a finite number >= 0}
     * @param hint what to try, such as {@code Maybe the sign is wrong.}
     */
    ParameterException error(String name, String expected, String hint);
}
