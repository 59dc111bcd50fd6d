// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.Plugin;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parameters that were copied from a map. Every getter is one lookup, one check of the kind and one of the bounds. */
final class MapParameters implements Parameters {
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d*)?");

    private static final String OTHER_UNIT = "Maybe it is in another unit; the parameter's description names it.";

    /** Finds nothing. */
    static final PluginLookup NO_PLUGINS = (path, name) -> {
        throw ParameterException.unknown(path, "plugin", name, List.of());
    };

    private final String path;
    private final Map<String, Object> values;
    private final PluginLookup plugins;

    private MapParameters(String path, Map<String, Object> copiedValues, PluginLookup plugins) {
        this.path = path;
        this.values = copiedValues;
        this.plugins = plugins;
    }

    static MapParameters copyOf(String path, Map<?, ?> values, PluginLookup plugins) {
        requireNonNull(path, "path");
        return new MapParameters(path, Values.copy(path, values), requireNonNull(plugins, "plugins"));
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Set<String> names() {
        return values.keySet();
    }

    @Override
    public boolean has(String name) {
        return values.containsKey(name);
    }

    @Override
    public String string(String name, String fallback) {
        String text = string(name);
        return text == null ? fallback : text;
    }

    @Override
    public @Nullable String string(String name) {
        Object value = values.get(name);
        return value == null ? null : text(at(name), value);
    }

    @Override
    public String requiredString(String name) {
        String text = string(name);
        if (text == null || text.isBlank()) {
            throw error(name, "must be text that is not blank", "Maybe it stands under another name.");
        }
        return text;
    }

    @Override
    public long integer(String name, long fallback, long minimum, long maximum) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        String expected = "must be a whole number" + Bounds.of(minimum, maximum);
        BigDecimal number = finite(name, expected, value);
        if (number.stripTrailingZeros().scale() > 0) {
            throw wrongKind(at(name), expected, value, "Maybe round it.");
        }
        if (number.compareTo(BigDecimal.valueOf(minimum)) < 0 || number.compareTo(BigDecimal.valueOf(maximum)) > 0) {
            throw error(name, expected, OTHER_UNIT);
        }
        return number.longValueExact();
    }

    @Override
    public double number(String name, double fallback, double minimum, double maximum) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        String expected = "must be a finite number" + Bounds.of(minimum, maximum);
        double number = finite(name, expected, value).doubleValue();
        if (Double.isInfinite(number) || number < minimum || number > maximum) {
            throw error(name, expected, OTHER_UNIT);
        }
        return number;
    }

    @Override
    public boolean flag(String name, boolean fallback) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        boolean quoted = value.equals("true") || value.equals("false");
        throw wrongKind(
                at(name),
                "must be true or false",
                value,
                quoted ? "Maybe remove the quotes." : "Maybe write it out: true or false.");
    }

    @Override
    public Duration duration(String name, Duration fallback) {
        return duration(name, fallback, Duration.ZERO, DurationText.MAX);
    }

    @Override
    public Duration duration(String name, Duration fallback, Duration minimum, Duration maximum) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        String expected = "must be a length of time" + Bounds.of(minimum, maximum);
        BigDecimal nanos;
        if (value instanceof String text) {
            nanos = DurationText.nanos(text.strip());
            if (nanos == null) {
                throw error(name, expected, "Maybe add a unit: ns, us, ms, s, m or h, as in 250ms or 1m30s.");
            }
        } else if (value instanceof Number) {
            nanos = DurationText.nanos(finite(name, expected, value));
        } else {
            throw wrongKind(at(name), expected, value, "Maybe use text such as 250ms, or a number of seconds.");
        }
        Duration duration = DurationText.duration(nanos);
        if (duration == null || duration.compareTo(minimum) < 0 || duration.compareTo(maximum) > 0) {
            throw error(
                    name,
                    expected,
                    value instanceof Number
                            ? "Maybe add a unit; a plain number is in seconds."
                            : "Maybe the unit is wrong.");
        }
        return duration;
    }

    @Override
    public long size(String name, long fallback, long minimum, long maximum) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Number) {
            return integer(name, fallback, minimum, maximum);
        }
        String expected = "must be an amount of memory, in bytes" + Bounds.of(minimum, maximum);
        if (!(value instanceof String text)) {
            throw wrongKind(at(name), expected, value, "Maybe use text such as 2GiB, or a number of bytes.");
        }
        BigInteger bytes = SizeText.bytes(text.strip());
        if (bytes == null) {
            throw error(name, expected, "Maybe write it as 2GiB, 500M or 64Ki.");
        }
        if (bytes.compareTo(BigInteger.valueOf(minimum)) < 0 || bytes.compareTo(BigInteger.valueOf(maximum)) > 0) {
            throw error(name, expected, "Maybe the unit is wrong.");
        }
        return bytes.longValueExact();
    }

    @Override
    public List<String> strings(String name) {
        List<?> list = list(name, "must be a list of text");
        List<String> strings = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            strings.add(text(at(name, i), list.get(i)));
        }
        return List.copyOf(strings);
    }

    @Override
    public Parameters object(String name) {
        Object value = values.get(name);
        return value == null ? new MapParameters(at(name), Map.of(), plugins) : object(at(name), value);
    }

    @Override
    public List<Parameters> objects(String name) {
        List<?> list = list(name, "must be a list of objects");
        List<Parameters> objects = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            objects.add(object(at(name, i), list.get(i)));
        }
        return List.copyOf(objects);
    }

    @Override
    public <T> @Nullable T plugin(String name, Class<T> kind) {
        String named = string(name);
        return named == null ? null : find(at(name), named, kind);
    }

    @Override
    public <T> T plugin(String name, String fallback, Class<T> kind) {
        return find(at(name), string(name, fallback), kind);
    }

    private <T> T find(String at, String named, Class<T> kind) {
        Plugin found = plugins.find(at, named);
        if (kind.isInstance(found)) {
            return kind.cast(found);
        }
        throw new ParameterException(
                at,
                "must name a " + kind.getSimpleName() + ", but " + named + " is none ("
                        + found.getClass().getSimpleName() + ").",
                "Maybe another plugin was meant.");
    }

    @Override
    public <R extends Record> R bind(Class<R> type) {
        return RecordBinding.bind(type, this);
    }

    @Override
    public ParameterException error(String name, String expected, String hint) {
        Object value = values.get(name);
        String found = value == null ? ", but is missing." : ", but was " + Values.shown(value) + ".";
        return new ParameterException(at(name), expected + found, hint);
    }

    @Override
    public String toString() {
        return "Parameters[" + path + " with " + names() + "]";
    }

    /** Returns the path of a parameter. */
    String at(String name) {
        return Values.child(path, name);
    }

    private String at(String name, int index) {
        return at(name) + "[" + index + "]";
    }

    private BigDecimal finite(String name, String expected, Object value) {
        if (value instanceof BigDecimal number) {
            return number;
        }
        if (value instanceof Number) {
            throw error(name, expected, "Maybe leave it out; an absent parameter takes its default.");
        }
        throw wrongKind(
                at(name),
                expected,
                value,
                value instanceof String text && NUMBER.matcher(text).matches()
                        ? "Maybe remove the quotes."
                        : "Maybe give a number.");
    }

    private List<?> list(String name, String expected) {
        Object value = values.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrongKind(at(name), expected, value, "Maybe put it in square brackets; a list of one is a list too.");
    }

    private static String text(String path, Object value) {
        if (value instanceof String text) {
            return text;
        }
        boolean quotable = value instanceof Number || value instanceof Boolean;
        throw wrongKind(
                path,
                "must be text",
                value,
                quotable ? "Maybe put it in quotes." : "Maybe it stands one level too high.");
    }

    /** Views a copied object; what a copied map holds was copied with it. */
    @SuppressWarnings("unchecked") // Values.copy makes maps from String to Object only.
    private Parameters object(String path, Object value) {
        if (value instanceof Map<?, ?> map) {
            return new MapParameters(path, (Map<String, Object>) map, plugins);
        }
        throw wrongKind(path, "must be an object", value, "Maybe give parameters by name, as in {name: value}.");
    }

    private static ParameterException wrongKind(String path, String expected, Object value, String hint) {
        return new ParameterException(path, expected + ", but was " + Values.shownWithKind(value) + ".", hint);
    }
}
