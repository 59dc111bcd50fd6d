// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer;

import static java.util.Objects.requireNonNullElse;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.explain.JsonTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The cases of {@code ../shared/cases/llmd-router.json}, gathered from llm-d's own tests and formulas. */
public final class LlmdCases {
    private static final Path FILE =
            Path.of(System.getProperty("pointsman.root", ".")).resolve("../shared/cases/llmd-router.json");

    private LlmdCases() {}

    /** Returns the cases of one kind whose plugin has one of the factories; skips the test if the file is absent. */
    public static List<Case> of(String kind, Collection<PluginFactory> factories) {
        List<Case> cases = new ArrayList<>();
        for (Map<String, Object> entry : all()) {
            Case one = new Case(entry);
            factories.stream()
                    .filter(factory -> kind.equals(one.text("kind")))
                    .filter(factory -> factory.type().equals(one.text("plugin")))
                    .findFirst()
                    .ifPresent(factory -> cases.add(one.by(factory)));
        }
        return cases;
    }

    /** Returns all cases as they stand in the file; skips the test if the file is absent. */
    public static List<Map<String, Object>> all() {
        Assumptions.assumeTrue(Files.exists(FILE), "skipped: ../shared/cases/llmd-router.json is absent");
        return ((List<?>) asObject(JsonTree.read(FILE)).get("cases"))
                .stream().map(LlmdCases::asObject).toList();
    }

    @SuppressWarnings("unchecked") // The reader makes maps from String only.
    private static Map<String, Object> asObject(@Nullable Object value) {
        return (Map<String, Object>) requireNonNullElse(value, Map.of());
    }

    /** One object of the file: a case, or a part of one. */
    public static final class Case {
        private final Map<String, Object> fields;
        private @Nullable PluginFactory factory;

        private Case(Map<String, Object> fields) {
            this.fields = fields;
        }

        private Case by(PluginFactory factory) {
            this.factory = factory;
            return this;
        }

        /** Makes the plugin of this case from its parameters. */
        public Plugin plugin() {
            return factory.create(factory.type(), Parameters.of("params", asObject(fields.get("params"))));
        }

        /** Returns the names given. */
        public Collection<String> names() {
            return fields.keySet();
        }

        /** Tells whether a field is given. */
        public boolean has(String name) {
            return fields.containsKey(name);
        }

        /** Returns text, or "". */
        public String text(String name) {
            return (String) fields.getOrDefault(name, "");
        }

        /** Returns a number. */
        public double number(String name) {
            return ((Number) fields.get(name)).doubleValue();
        }

        /** Returns true or false. */
        public boolean flag(String name) {
            return (Boolean) fields.get(name);
        }

        /** Returns an object, empty if absent. */
        public Case object(String name) {
            return new Case(asObject(fields.get(name)));
        }

        /** Returns the objects of a list, empty if absent. */
        public List<Case> objects(String name) {
            return ((List<?>) fields.getOrDefault(name, List.of()))
                    .stream().map(entry -> new Case(asObject(entry))).toList();
        }

        /** Returns the texts of a list, empty if absent. */
        public List<String> texts(String name) {
            return ((List<?>) fields.getOrDefault(name, List.of()))
                    .stream().map(String.class::cast).toList();
        }

        @Override
        public String toString() {
            return text("id") + " (" + text("title") + ")";
        }
    }
}
