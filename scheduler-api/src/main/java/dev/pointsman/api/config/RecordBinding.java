// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Binds parameters to a record by its canonical constructor. Only what is public is called, never what is merely
 * reachable, so that a record that binds on the class path binds on the module path too.
 */
final class RecordBinding {
    private RecordBinding() {}

    static <R extends Record> R bind(Class<R> type, MapParameters parameters) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        for (String name : parameters.names()) {
            if (!known.contains(name)) {
                throw ParameterException.unknown(parameters.at(name), "parameter", name, known);
            }
        }
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = argument(components[i], parameters);
        }
        try {
            return canonicalConstructor(type, components).newInstance(arguments);
        } catch (InvocationTargetException refused) {
            // Always there, although an invocation's exception need not say so.
            Throwable cause = requireNonNull(refused.getCause());
            if (cause instanceof Error error) {
                throw error;
            }
            throw refusal(type, known, parameters, cause);
        } catch (ReflectiveOperationException unreachable) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + ": cannot be made from here.\n"
                            + "Maybe it is not public, or its package is not exported by its module.",
                    unreachable);
        }
    }

    private static @Nullable Object argument(RecordComponent component, MapParameters parameters) {
        String name = component.getName();
        Class<?> type = component.getType();
        if (type == List.class) {
            return list(component, parameters);
        }
        if (!type.isPrimitive() && !parameters.has(name)) {
            return requireSupported(type, component);
        }
        if (type == String.class) {
            return parameters.string(name);
        }
        if (type == int.class || type == Integer.class) {
            return (int) parameters.integer(name, 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return parameters.integer(name, 0, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return parameters.number(name, 0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        if (type == boolean.class || type == Boolean.class) {
            return parameters.flag(name, false);
        }
        if (type == Duration.class) {
            return parameters.duration(name, Duration.ZERO);
        }
        if (type.isRecord()) {
            return parameters.object(name).bind(type.asSubclass(Record.class));
        }
        throw unsupported(component);
    }

    private static List<?> list(RecordComponent component, MapParameters parameters) {
        Type of = component.getGenericType() instanceof ParameterizedType list
                ? list.getActualTypeArguments()[0]
                : Object.class;
        if (of == String.class) {
            return parameters.strings(component.getName());
        }
        if (of instanceof Class<?> type && type.isRecord()) {
            return parameters.objects(component.getName()).stream()
                    .map(object -> object.bind(type.asSubclass(Record.class)))
                    .toList();
        }
        throw unsupported(component);
    }

    /** What stands for an absent value, so that a component of a wrong type is found before anybody sets it. */
    private static @Nullable Object requireSupported(Class<?> type, RecordComponent component) {
        boolean supported = type.isRecord()
                || List.of(String.class, Integer.class, Long.class, Double.class, Boolean.class, Duration.class)
                        .contains(type);
        if (!supported) {
            throw unsupported(component);
        }
        return null;
    }

    private static <R extends Record> Constructor<R> canonicalConstructor(Class<R> type, RecordComponent[] components)
            throws NoSuchMethodException {
        return type.getConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    }

    /**
     * Puts a constructor's complaint where it belongs. One that begins with a component's name and a colon, or is {@code
     * requireNonNull(value, name)}, is about that component; any other is about them all.
     */
    private static ParameterException refusal(
            Class<?> type, List<String> known, MapParameters parameters, Throwable cause) {
        if (cause instanceof ParameterException placed) {
            return placed;
        }
        String message =
                cause.getMessage() == null ? "was refused (" + cause.getClass().getName() + ")" : cause.getMessage();
        String path = parameters.path();
        for (String name : known) {
            if (cause instanceof NullPointerException && message.equals(name) && !parameters.has(name)) {
                path = parameters.at(name);
                message = "must be given, but is missing.";
            } else if (message.startsWith(name + ": ")) {
                path = parameters.at(name);
                message = message.substring(name.length() + 2);
            }
        }
        int end = message.indexOf('\n');
        ParameterException refusal = new ParameterException(
                path,
                end < 0 ? message : message.substring(0, end),
                end < 0 ? "Maybe see the documentation of " + type.getSimpleName() + "." : message.substring(end + 1));
        refusal.initCause(cause);
        return refusal;
    }

    private static IllegalArgumentException unsupported(RecordComponent component) {
        return new IllegalArgumentException(
                "record " + component.getDeclaringRecord().getName() + ": component "
                        + component.getName() + " is a "
                        + component.getGenericType().getTypeName()
                        + ", which parameters cannot be bound to.\n"
                        + "Maybe use String, int, long, double, boolean, Duration, another record, or a list of text or records.");
    }
}
