// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a configuration and where it stands. Immutable. */
public sealed interface Node {
    /** Returns where it begins. */
    Place place();

    /** Returns what it is, for error messages. */
    String kind();

    /**
     * Returns it as text, {@code BigDecimal}, {@code Boolean}, {@code List} and {@code Map}. A field without a value is left
     * out; anything else without one is an empty map.
     */
    Object value();

    /**
     * A place in a text.
     *
     * @param line from 1
     * @param column from 1
     */
    record Place(int line, int column) {}

    /**
     * Text, a number, or true or false.
     *
     * @param value a {@code String}, {@code BigDecimal} or {@code Boolean}
     */
    record Scalar(Place place, Object value) implements Node {
        @Override
        public String kind() {
            return value instanceof String ? "text" : value instanceof Boolean ? "true or false" : "a number";
        }
    }

    /** A key without a value. */
    record Nothing(Place place) implements Node {
        @Override
        public String kind() {
            return "nothing";
        }

        @Override
        public Object value() {
            return Map.of();
        }
    }

    /** A list. */
    record Items(Place place, List<Node> items) implements Node {
        /** Copies the items. */
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "a list";
        }

        @Override
        public Object value() {
            List<Object> values = new ArrayList<>(items.size());
            items.forEach(item -> values.add(item.value()));
            return values;
        }
    }

    /**
     * Values by name, in their order.
     *
     * @param keys where each name stands
     */
    record Fields(Place place, Map<String, Node> fields, Map<String, Place> keys) implements Node {
        /** Copies the maps. */
        public Fields {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            keys = Map.copyOf(keys);
        }

        @Override
        public String kind() {
            return "an object";
        }

        @Override
        public Object value() {
            Map<String, Object> values = new LinkedHashMap<>();
            fields.forEach((name, field) -> {
                if (!(field instanceof Nothing)) {
                    values.put(name, field.value());
                }
            });
            return values;
        }
    }
}
