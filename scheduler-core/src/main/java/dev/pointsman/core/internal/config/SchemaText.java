// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.request.RequestSettings;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Writes the JSON Schema (draft 2020-12) of a configuration, from what the plugin factories say of themselves: editors complete
 * type names and parameters with it, and mark what is wrong.
 */
public final class SchemaText {
    private static final String DURATION =
            "^[+-]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$";
    private static final String SIZE =
            "^[0-9]+(\\.[0-9]*)?([eE][+-]?[0-9]{1,2})? *([kKMGgTtPpE]?[bB]?|m[bB]|[kKMmGgTtPpE]i[bB]?)$";

    private final JsonGenerator json;

    private SchemaText(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the schema for these plugin types. */
    public static String write(Collection<PluginFactory> factories) {
        List<PluginFactory> sorted = new ArrayList<>(factories);
        sorted.sort(Comparator.comparing(PluginFactory::type));
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
            new SchemaText(json).schema(sorted);
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.append('\n').toString();
    }

    private void schema(List<PluginFactory> factories) throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.writeStringField("title", SchemaReader.KIND);
        closedObject();
        required("apiVersion", "kind");
        json.writeObjectFieldStart("properties");
        oneOf("apiVersion", SchemaReader.API_VERSIONS);
        oneOf("kind", List.of(SchemaReader.KIND));
        array("featureGates", "Gates, each name or name=true/false; flowControl cannot be open here.");
        json.writeStringField("type", "string");
        json.writeStringField("pattern", "^(flowControl=false|haPopulateNonLeaderDatastore(=(true|false))?)$");
        end();
        array("plugins", "The plugins that there are.");
        plugin(factories);
        end();
        array("schedulingProfiles", "The profiles, each a pipeline of filters, scorers and one picker.");
        profile();
        end();
        for (ParameterSpec spec : CheckedOnly.ALL) {
            parameter(spec);
        }
        object("pointsman", "What llm-d does not know.");
        json.writeObjectFieldStart("properties");
        oneOf("semantics", List.of("llm-d", "corrected"));
        for (ParameterSpec spec : RequestSettings.FIELDS) {
            parameter(spec);
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void plugin(List<PluginFactory> factories) throws IOException {
        closedObject();
        required("type");
        json.writeObjectFieldStart("properties");
        typed("name", "string", "What the plugin is called; the type if left out.");
        List<String> types = new ArrayList<>();
        for (PluginFactory factory : factories) {
            types.add(factory.type());
            factory.aliases().stream().sorted().forEach(types::add);
        }
        oneOf("type", types);
        json.writeObjectFieldStart("parameters");
        json.writeStringField("type", "object");
        json.writeEndObject();
        json.writeEndObject();
        json.writeArrayFieldStart("allOf");
        for (PluginFactory factory : factories) {
            parametersOf(factory);
        }
        json.writeEndArray();
    }

    private void parametersOf(PluginFactory factory) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("if");
        json.writeObjectFieldStart("properties");
        List<String> names = new ArrayList<>(List.of(factory.type()));
        factory.aliases().stream().sorted().forEach(names::add);
        oneOf("type", names);
        json.writeEndObject();
        json.writeEndObject();
        json.writeObjectFieldStart("then");
        json.writeStringField("description", factory.description());
        json.writeObjectFieldStart("properties");
        object("parameters", factory.description());
        properties(factory.parameters());
        json.writeEndObject();
        json.writeEndObject();
        boolean needed = factory.parameters().stream().anyMatch(ParameterSpec::required);
        if (needed) {
            required("parameters");
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Writes what an object that is open may hold and must. */
    private void properties(List<ParameterSpec> specs) throws IOException {
        String[] required = specs.stream()
                .filter(ParameterSpec::required)
                .map(ParameterSpec::name)
                .toArray(String[]::new);
        if (required.length > 0) {
            required(required);
        }
        json.writeObjectFieldStart("properties");
        for (ParameterSpec spec : specs) {
            parameter(spec);
        }
        json.writeEndObject();
    }

    private void parameter(ParameterSpec spec) throws IOException {
        json.writeObjectFieldStart(spec.name());
        json.writeStringField("description", spec.description());
        if (spec.newerName() != null) {
            json.writeBooleanField("deprecated", true);
        }
        switch (spec.type()) {
            case STRING -> {
                json.writeStringField("type", "string");
                if (!spec.choices().isEmpty()) {
                    values("enum", spec.choices());
                }
            }
            case INTEGER -> json.writeStringField("type", "integer");
            case NUMBER -> json.writeStringField("type", "number");
            case BOOLEAN -> json.writeStringField("type", "boolean");
            case DURATION -> textOr("number", DURATION);
            case SIZE -> textOr("integer", SIZE);
            case STRING_LIST -> {
                json.writeStringField("type", "array");
                json.writeObjectFieldStart("items");
                json.writeStringField("type", "string");
                json.writeEndObject();
            }
            case OBJECT -> {
                if (spec.fields().isEmpty()) {
                    values("type", List.of("object", "array"));
                } else {
                    closedObject();
                    properties(spec.fields());
                }
            }
            case OBJECT_LIST -> {
                json.writeStringField("type", "array");
                json.writeObjectFieldStart("items");
                closedObject();
                properties(spec.fields());
                json.writeEndObject();
            }
        }
        bound("minimum", spec.minimum());
        bound("maximum", spec.maximum());
        fallback(spec);
        json.writeEndObject();
    }

    private void fallback(ParameterSpec spec) throws IOException {
        String fallback = spec.defaultValue();
        if (fallback != null) {
            switch (spec.type()) {
                case INTEGER, NUMBER -> {
                    json.writeFieldName("default");
                    json.writeNumber(new BigDecimal(fallback).toPlainString());
                }
                case BOOLEAN -> json.writeBooleanField("default", Boolean.parseBoolean(fallback));
                case STRING, DURATION, SIZE -> json.writeStringField("default", fallback);
                case STRING_LIST, OBJECT, OBJECT_LIST -> {}
            }
        }
    }

    /** Text of a pattern, or a number, to which alone bounds apply. */
    private void textOr(String number, String pattern) throws IOException {
        values("type", List.of("string", number));
        json.writeStringField("pattern", pattern);
    }

    private void bound(String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeFieldName(name);
            json.writeNumber(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
        }
    }

    private void profile() throws IOException {
        closedObject();
        required("name", "plugins");
        json.writeObjectFieldStart("properties");
        typed("name", "string", "What the profile is called.");
        array("plugins", "What it uses; filters run in this order.");
        closedObject();
        required("pluginRef");
        json.writeObjectFieldStart("properties");
        typed("pluginRef", "string", "The name of a plugin declared above.");
        json.writeObjectFieldStart("weight");
        json.writeStringField("type", "number");
        json.writeNumberField("minimum", 0);
        json.writeNumberField("default", 1);
        json.writeEndObject();
        json.writeEndObject();
        end();
        json.writeEndObject();
    }

    private void closedObject() throws IOException {
        json.writeStringField("type", "object");
        json.writeBooleanField("additionalProperties", false);
    }

    private void object(String name, String description) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("description", description);
        closedObject();
    }

    private void typed(String name, String type, String description) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("type", type);
        json.writeStringField("description", description);
        json.writeEndObject();
    }

    /** Opens a list and the schema of its items; {@link #end} closes both. */
    private void array(String name, String description) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("description", description);
        json.writeStringField("type", "array");
        json.writeObjectFieldStart("items");
    }

    private void end() throws IOException {
        json.writeEndObject();
        json.writeEndObject();
    }

    private void required(String... names) throws IOException {
        json.writeFieldName("required");
        json.writeArray(names, 0, names.length);
    }

    private void oneOf(String name, List<String> values) throws IOException {
        json.writeObjectFieldStart(name);
        values("enum", values);
        json.writeEndObject();
    }

    private void values(String name, List<String> values) throws IOException {
        json.writeFieldName(name);
        json.writeArray(values.toArray(String[]::new), 0, values.size());
    }
}
