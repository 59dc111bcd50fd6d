// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.google.common.base.Splitter;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.request.RequestSettings;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
     * @param requests what is done about requests around their scheduling
     * @param plugins every plugin, those that nobody declared included
     * @param profiles every profile, with its picker and all weights
     */
    public String write(
            Semantics semantics,
            RequestSettings requests,
            List<DeclaredPlugin> plugins,
            List<DeclaredProfile> profiles) {
        StringWriter text = new StringWriter();
        try (JsonGenerator yaml = YAML.createGenerator(text)) {
            yaml.writeStartObject();
            yaml.writeStringField("apiVersion", SchemaReader.API_VERSIONS.get(0));
            yaml.writeStringField("kind", SchemaReader.KIND);
            yaml.writeObjectFieldStart("pointsman");
            yaml.writeStringField("semantics", semantics == Semantics.LLM_D ? "llm-d" : "corrected");
            for (Map.Entry<String, Object> setting : requests.toConfiguration().entrySet()) {
                yaml.writeFieldName(setting.getKey());
                value(yaml, setting.getValue());
            }
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
        Map<String, Object> complete = complete(plugin.parameters(), parametersOfType.apply(plugin.type()));
        if (!complete.isEmpty()) {
            yaml.writeFieldName("parameters");
            value(yaml, complete);
        }
        yaml.writeEndObject();
    }

    /** Returns a declaration with every default, so that two that mean the same are equal; its names must be known ones. */
    public static DeclaredPlugin completed(DeclaredPlugin declared, List<ParameterSpec> specs) {
        return new DeclaredPlugin(declared.name(), declared.type(), complete(declared.parameters(), specs));
    }

    /**
     * Adds the defaults to what was given, at every depth that is described. What was given under an older name stands under the
     * newer one, beside whose default it would count for nothing.
     */
    private static Map<String, Object> complete(Map<?, ?> given, List<ParameterSpec> specs) {
        Map<String, Object> complete = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            if (spec.newerName() != null && !given.containsKey(spec.newerName())) {
                continue;
            }
            Object value = given(given, spec.name(), specs);
            if (value instanceof Map<?, ?> object && !spec.fields().isEmpty()) {
                complete.put(spec.name(), complete(object, spec.fields()));
            } else if (value instanceof List<?> list && !spec.fields().isEmpty()) {
                complete.put(
                        spec.name(),
                        list.stream()
                                .map(item -> item instanceof Map<?, ?> object ? complete(object, spec.fields()) : item)
                                .toList());
            } else if (value != null) {
                complete.put(spec.name(), value instanceof BigDecimal number ? plain(number) : value);
            } else if (spec.defaultValue() != null) {
                Object fallback = fallback(spec, spec.defaultValue());
                if (!fallback.equals(Map.of())) {
                    complete.put(spec.name(), fallback);
                }
            }
        }
        return complete;
    }

    private static @Nullable Object given(Map<?, ?> given, String name, List<ParameterSpec> specs) {
        Object value = given.get(name);
        for (ParameterSpec spec : specs) {
            if (value == null && name.equals(spec.newerName())) {
                value = given.get(spec.name());
            }
        }
        return value;
    }

    private static Object fallback(ParameterSpec spec, String text) {
        return switch (spec.type()) {
            case INTEGER, NUMBER -> plain(new BigDecimal(text));
            case BOOLEAN -> Boolean.valueOf(text);
            // A duration or size that is a plain number is in seconds or bytes, as it would be if it were given so.
            case DURATION, SIZE -> text.matches("[0-9.]+") ? plain(new BigDecimal(text)) : text;
            case OBJECT -> complete(Map.of(), spec.fields());
            case STRING_LIST, OBJECT_LIST -> list(text);
            case STRING -> text;
        };
    }

    /** Reads what a specification gives as the default of a list, such as {@code [a, b]} or {@code a, b}. */
    private static List<Object> list(String text) {
        String inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        return List.copyOf(Splitter.on(',').trimResults().omitEmptyStrings().splitToList(inner));
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
