// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Semantics;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Writes a configuration out in full: every plugin that runs, every parameter with its value or its default. */
public final class EffectiveText {
    private static final YAMLFactory YAML = YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    private final Function<String, List<ParameterSpec>> parametersOfType;

    /**
     * Makes a writer.
     *
     * @param parametersOfType the parameters that a plugin type has
     */
    public EffectiveText(Function<String, List<ParameterSpec>> parametersOfType) {
        this.parametersOfType = parametersOfType;
    }

    /**
     * Writes YAML that reads back as the same configuration.
     *
     * @param plugins every plugin, those that nobody declared included
     * @param profiles every profile, with its picker and all weights
     */
    public String write(Semantics semantics, List<DeclaredPlugin> plugins, List<DeclaredProfile> profiles) {
        StringWriter text = new StringWriter();
        try (JsonGenerator yaml = YAML.createGenerator(text)) {
            yaml.writeStartObject();
            yaml.writeStringField("apiVersion", SchemaReader.API_VERSIONS.get(0));
            yaml.writeStringField("kind", SchemaReader.KIND);
            yaml.writeObjectFieldStart("pointsman");
            yaml.writeStringField("semantics", semantics == Semantics.LLM_D ? "llm-d" : "corrected");
            yaml.writeEndObject();
            yaml.writeArrayFieldStart("plugins");
            for (DeclaredPlugin plugin : plugins) {
                write(yaml, plugin);
            }
            yaml.writeEndArray();
            yaml.writeArrayFieldStart("schedulingProfiles");
            for (DeclaredProfile profile : profiles) {
                write(yaml, profile);
            }
            yaml.writeEndArray();
            yaml.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator yaml, DeclaredPlugin plugin) throws IOException {
        yaml.writeStartObject();
        yaml.writeStringField("name", plugin.name());
        yaml.writeStringField("type", plugin.type());
        List<ParameterSpec> specs = parametersOfType.apply(plugin.type());
        boolean any = !plugin.parameters().isEmpty() || specs.stream().anyMatch(spec -> spec.defaultValue() != null);
        if (any) {
            yaml.writeObjectFieldStart("parameters");
            for (ParameterSpec spec : specs) {
                Object given = plugin.parameters().get(spec.name());
                String fallback = spec.defaultValue();
                if (given != null) {
                    yaml.writeFieldName(spec.name());
                    value(yaml, given);
                } else if (fallback != null) {
                    yaml.writeFieldName(spec.name());
                    value(yaml, parsed(spec, fallback));
                }
            }
            yaml.writeEndObject();
        }
        yaml.writeEndObject();
    }

    private static Object parsed(ParameterSpec spec, String fallback) {
        return switch (spec.type()) {
            case INTEGER, NUMBER -> new BigDecimal(fallback);
            case BOOLEAN -> Boolean.valueOf(fallback);
            // A duration that is a plain number is in seconds, as it would be if it were given so.
            case DURATION -> fallback.matches("[0-9.]+") ? new BigDecimal(fallback) : fallback;
            case STRING, STRING_LIST, OBJECT -> fallback;
        };
    }

    private static void write(JsonGenerator yaml, DeclaredProfile profile) throws IOException {
        yaml.writeStartObject();
        yaml.writeStringField("name", profile.name());
        yaml.writeArrayFieldStart("plugins");
        for (DeclaredProfile.Use use : profile.plugins()) {
            yaml.writeStartObject();
            yaml.writeStringField("pluginRef", use.plugin());
            if (use.weight() != null) {
                yaml.writeFieldName("weight");
                value(yaml, BigDecimal.valueOf(use.weight()));
            }
            yaml.writeEndObject();
        }
        yaml.writeEndArray();
        yaml.writeEndObject();
    }

    private static void value(JsonGenerator yaml, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            yaml.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                yaml.writeFieldName((String) entry.getKey());
                value(yaml, entry.getValue());
            }
            yaml.writeEndObject();
        } else if (value instanceof List<?> list) {
            yaml.writeStartArray();
            for (Object item : list) {
                value(yaml, item);
            }
            yaml.writeEndArray();
        } else if (value instanceof BigDecimal number) {
            yaml.writeNumber(plain(number));
        } else if (value instanceof Boolean flag) {
            yaml.writeBoolean(flag);
        } else {
            yaml.writeString((String) value);
        }
    }

    /** Without an exponent where people would not write one. */
    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 && stripped.scale() > -20 ? stripped.setScale(0) : stripped;
    }
}
