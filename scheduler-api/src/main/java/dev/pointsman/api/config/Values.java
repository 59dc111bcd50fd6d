// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of a configuration: how foreign ones are copied to five plain kinds, and how those are shown in messages. A
 * copied value is a {@code String}, a {@code Boolean}, a {@code BigDecimal} (or a {@code Double} that is not finite), an
 * unmodifiable {@code List} of such values or an unmodifiable {@code Map} from names to them.
 */
final class Values {
    /** Deeper nesting is refused; a structure that contains itself would never end. */
    private static final int MOST_LEVELS = 64;

    private static final int MOST_SHOWN = 60;

    private Values() {}

    static Map<String, Object> copy(String path, Map<?, ?> values) {
        return copy(path, values, 0);
    }

    /** Returns the path of a parameter within the object at a path. */
    static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Shows a copied value, cut if it is long: {@code 3.5}, {@code "abc"}, {@code a list of 3}. */
    static String shown(Object value) {
        if (value instanceof String text) {
            return '"' + (text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text) + '"';
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "an empty list" : "a list of " + list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? "an empty object" : "an object of " + map.size();
        }
        String text = value.toString();
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
    }

    /** Shows a copied value and of which kind it is: {@code "3" (text)}. */
    static String shownWithKind(Object value) {
        if (value instanceof String) {
            return shown(value) + " (text)";
        }
        if (value instanceof Number) {
            return shown(value) + " (a number)";
        }
        return value instanceof Boolean ? shown(value) + " (true or false)" : shown(value);
    }

    private static Map<String, Object> copy(String path, Map<?, ?> values, int level) {
        Map<String, Object> copy = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw new ParameterException(
                        path,
                        "must have names that are text, but one was " + entry.getKey() + ".",
                        "Maybe put the name in quotes.");
            }
            copy.put(name, copy(child(path, name), entry.getValue(), level + 1));
        }
        return Collections.unmodifiableMap(copy);
    }

    private static Object copy(String path, @Nullable Object value, int level) {
        if (level > MOST_LEVELS) {
            throw new ParameterException(
                    path,
                    "must not be nested deeper than " + MOST_LEVELS + " levels.",
                    "Maybe an object or a list contains itself.");
        }
        if (value == null) {
            throw new ParameterException(
                    path,
                    "must have a value, but was null.",
                    "Maybe leave it out; an absent parameter takes its default.");
        }
        if (value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return number(path, number);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (int i = 0; i < list.size(); i++) {
                copy.add(copy(path + "[" + i + "]", list.get(i), level + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            return copy(path, map, level);
        }
        throw foreign(path, value);
    }

    private static Number number(String path, Number number) {
        if (number instanceof BigDecimal) {
            return number;
        }
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                return value;
            }
        }
        try {
            // Through the text, so that a float of 0.1 is 0.1 and any further kind of number is exact.
            return new BigDecimal(number.toString());
        } catch (NumberFormatException notPlain) {
            throw foreign(path, number);
        }
    }

    private static ParameterException foreign(String path, Object value) {
        return new ParameterException(
                path,
                "must be text, a number, true or false, a list or an object, but was a "
                        + value.getClass().getName() + ".",
                "Maybe give its text form.");
    }
}
