// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one plugin, read by name and type. It knows its own place, so every error names the path.
 *
 * <p>A getter with a fallback returns it, unchecked, when the parameter is absent; every getter throws {@link
 * ParameterException} when the parameter has another type. Immutable and thread-safe.
 *
 * <pre>{@code
 * Parameters parameters = Parameters.of("parameters", Map.of("limit", 20, "timeout", "250ms"));
 * long limit = parameters.integer("limit", 10, 1, 1000);
 * Duration timeout = parameters.duration("timeout", Duration.ofSeconds(1));
 * }</pre>
 */
public interface Parameters {
    /**
     * Wraps values that were read from a configuration or put together in code. They are copied deeply.
     *
     * @param path where they stand, for error messages; empty for the root
     * @param values text, numbers, {@code Boolean}, {@code List} of such values and {@code Map} from names to them
     * @throws ParameterException if a value is null or of another type
     */
    static Parameters of(String path, Map<String, ?> values) {
        return MapParameters.copyOf(path, values, MapParameters.NO_PLUGINS);
    }

    /**
     * Wraps values like {@link #of(String, Map)}, among which may be the names of plugins.
     *
     * @param plugins finds the plugins that {@link #plugin} is asked for
     */
    static Parameters of(String path, Map<String, ?> values, PluginLookup plugins) {
        return MapParameters.copyOf(path, values, plugins);
    }

    /** Returns where these parameters stand, such as {@code profiles[0].plugins[2].parameters}. */
    String path();

    /** Returns the names given, in the order given; unmodifiable. */
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
     * Returns a whole number within bounds that must be given.
     *
     * @throws ParameterException if it is absent or outside {@code minimum .. maximum}
     */
    default long requiredInteger(String name, long minimum, long maximum) {
        if (!has(name)) {
            throw error(name, "must be given", "Maybe it was forgotten; it is a whole number.");
        }
        return integer(name, minimum, minimum, maximum);
    }

    /**
     * Returns a finite number within bounds that must be given.
     *
     * @throws ParameterException if it is absent, not finite or outside {@code minimum .. maximum}
     */
    default double requiredNumber(String name, double minimum, double maximum) {
        if (!has(name)) {
            throw error(name, "must be given", "Maybe it was forgotten; it is a number.");
        }
        return number(name, minimum, minimum, maximum);
    }

    /**
     * Returns a finite number within bounds, or the fallback.
     *
     * @throws ParameterException if it is not finite or outside {@code minimum .. maximum}
     */
    double number(String name, double fallback, double minimum, double maximum);

    /** Returns true or false, or the fallback. */
    boolean flag(String name, boolean fallback);

    /**
     * Returns a length of time, or the fallback. It is a number of seconds, or text of numbers with units: {@code 250ms},
     * {@code 1m30s}, {@code 1.5h} (Go's form; the units are ns, us, ms, s, m and h). What is finer than a nanosecond is cut
     * off.
     *
     * @throws ParameterException if it is negative or beyond {@link Long#MAX_VALUE} nanoseconds
     */
    Duration duration(String name, Duration fallback);

    /**
     * Returns a length of time within bounds, or the fallback.
     *
     * @throws ParameterException if it is outside {@code minimum .. maximum}
     */
    Duration duration(String name, Duration fallback, Duration minimum, Duration maximum);

    /**
     * Returns an amount of memory within bounds, or the fallback; all in bytes. It is a number of bytes, or text of a number
     * and a unit: {@code 2GiB}, {@code 500M}, {@code 64Ki} (Kubernetes' form; Ki is 1024, k is 1000, and a B may follow).
     *
     * @throws ParameterException if it is outside {@code minimum .. maximum}
     */
    long size(String name, long fallback, long minimum, long maximum);

    /** Returns a list of text, empty if absent. */
    List<String> strings(String name);

    /** Returns an object's own parameters, empty if absent. */
    Parameters object(String name);

    /** Returns the parameters of each object in a list, empty if absent. */
    List<Parameters> objects(String name);

    /**
     * Returns the plugin that a parameter names, or null if it is absent. The plugin may be declared before or after the one
     * that asks; two that ask for each other are refused. It is the instance that everybody else uses.
     *
     * @param kind what the plugin must be; a class or interface of the caller's will do
     * @throws ParameterException if it is no text, or names no plugin or one of another kind
     */
    <T> @Nullable T plugin(String name, Class<T> kind);

    /**
     * Returns the plugin that a parameter names, or the one of another name if it is absent.
     *
     * @param fallback the name of a plugin that must be there when the parameter is not
     * @param kind what the plugin must be
     * @throws ParameterException if it is no text, or names no plugin or one of another kind
     */
    <T> T plugin(String name, String fallback, Class<T> kind);

    /**
     * Binds all parameters to a record by its canonical constructor: component names are parameter names. Components may
     * be {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean} (or their boxed forms), {@link
     * Duration}, another such record, or a {@code List} of {@code String} or of such records; an absent one is null, 0,
     * false or an empty list.
     *
     * <p>A constructor that refuses a component says so with a message that begins with the component's name and a colon
     * ({@code limit: must be ...}), or with {@code requireNonNull(value, "limit")}; the error then names that parameter's
     * path.
     *
     * @param type a public record in an exported package
     * @throws ParameterException if a parameter has no component, has another type than it, or the constructor refuses
     * @throws IllegalArgumentException if the record is not public or has a component of another type
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
