// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.decider.Decider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reference of plugin types is what the factories say of themselves, so it cannot rot. */
class PluginReferenceTest {
    private static final Map<String, Class<? extends Plugin>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("Filters", Filter.class);
        KINDS.put("Scorers", Scorer.class);
        KINDS.put("Cost scorers", CostScorer.class);
        KINDS.put("Pickers", Picker.class);
        KINDS.put("Profile handlers", ProfileHandler.class);
        KINDS.put("Deciders", Decider.class);
        KINDS.put("Request headers", RequestDecorator.class);
        KINDS.put("Data producers", DataProducer.class);
        KINDS.put("Admission", Admission.class);
        KINDS.put("Screeners", Screener.class);
        KINDS.put("Response headers", ResponseDecorator.class);
    }

    /** What types need that do not go without parameters. */
    private static final Map<String, Map<String, Object>> NEEDED = Map.of(
            "endpoint-attribute-scorer",
                    Map.of("attributeKey", "a", "algorithm", Map.of("type", "linear_lower_is_better")),
            "header-label-affinity-scorer", Map.of("headerName", "a", "labelKey", "b"),
            "by-label", Map.of("label", "a", "allowsNoLabel", true),
            "utilization-filter", Map.of("conditions", List.of(Map.of("metric", "active-requests", "maxValue", 1))),
            "endpoint-attribute-filter",
                    Map.of(
                            "attribute",
                            "a",
                            "algorithm",
                            Map.of("type", "threshold", "threshold", Map.of("operator", "LessThan", "value", 1))),
            "disaggregatedset-rollout-screener",
                    Map.of(
                            "scope", Map.of("labelSelector", "a=b"),
                            "revisionGating", Map.of("mode", "disabled")));

    /** If this fails after a change of a factory, write what it expected into the file: {@code -Dpointsman.rewrite=true}. */
    @Test
    void reference_isWhatTheFactoriesSay() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.root"), "scheduler-core", "PLUGINS.md");
        String reference = reference();
        if (Boolean.getBoolean("pointsman.rewrite")) {
            Files.writeString(file, reference);
        }

        assertThat(file).content(UTF_8).isEqualTo(reference);
    }

    private static String reference() {
        StringBuilder text = new StringBuilder("""
                # Plugin types

                What a profile or a builder can name, with the parameters of each. The text comes from the factories; a test compares.
                """);
        KINDS.forEach((title, kind) -> {
            text.append("\n## ").append(title).append('\n');
            BuiltInPlugins.factories().stream()
                    .filter(factory -> kind.isInstance(make(factory)))
                    .sorted(Comparator.comparing(PluginFactory::type))
                    .forEach(factory -> describe(factory, text));
        });
        return text.toString();
    }

    private static Plugin make(PluginFactory factory) {
        return factory.create(
                factory.type(),
                Parameters.of("", NEEDED.getOrDefault(factory.type(), Map.of()), (path, name) -> make(name)));
    }

    /** Makes a plugin that another one names by default. */
    private static Plugin make(String type) {
        return BuiltInPlugins.factories().stream()
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .map(PluginReferenceTest::make)
                .orElseThrow();
    }

    private static void describe(PluginFactory factory, StringBuilder text) {
        text.append("\n### `").append(factory.type()).append("`\n");
        if (!factory.aliases().isEmpty()) {
            text.append("Also called ")
                    .append(factory.aliases().stream()
                            .sorted()
                            .map(alias -> '`' + alias + '`')
                            .collect(joining(", ")))
                    .append(".\n");
        }
        text.append(factory.description()).append('\n');
        if (!factory.parameters().isEmpty()) {
            text.append("\n| parameter | type | default | what |\n| --- | --- | --- | --- |\n");
            factory.parameters().forEach(parameter -> text.append(row(parameter)));
        }
    }

    private static String row(ParameterSpec parameter) {
        String otherwise = parameter.defaultValue() == null ? "" : '`' + parameter.defaultValue() + '`';
        return "| `" + parameter.name() + "` | "
                + parameter.type().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + " | "
                + (parameter.required() ? "required" : otherwise) + " | "
                + parameter.description().replace("|", "\\|") + " |\n";
    }
}
