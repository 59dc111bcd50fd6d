// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks a document against a JSON Schema, as far as our own schema needs. A keyword that it does not know is an error, so that
 * nothing is taken for checked that is not.
 */
final class SchemaCheck {
    private static final Set<String> ANNOTATIONS = Set.of("$schema", "title", "description", "default", "examples");

    private final List<String> violations = new ArrayList<>();

    private SchemaCheck() {}

    /** Returns what is wrong, each with its path. */
    static List<String> violations(JsonNode schema, JsonNode document) {
        SchemaCheck check = new SchemaCheck();
        check.check("", schema, document);
        return check.violations;
    }

    private void check(String path, JsonNode schema, JsonNode value) {
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            keyword(path, keyword.getKey(), keyword.getValue(), schema, value);
        }
    }

    private void keyword(String path, String name, JsonNode rule, JsonNode schema, JsonNode value) {
        switch (name) {
            case "type" -> require(isOfType(rule, value), path, "is no " + rule);
            case "enum" -> require(contains(rule, value), path, "is none of " + rule);
            case "pattern" ->
                require(
                        !value.isTextual()
                                || Pattern.compile(rule.asText())
                                        .matcher(value.asText())
                                        .find(),
                        path,
                        "does not match " + rule);
            case "minimum" ->
                require(
                        !value.isNumber() || value.decimalValue().compareTo(rule.decimalValue()) >= 0,
                        path,
                        "< " + rule);
            case "maximum" ->
                require(
                        !value.isNumber() || value.decimalValue().compareTo(rule.decimalValue()) <= 0,
                        path,
                        "> " + rule);
            case "required" ->
                rule.forEach(field ->
                        require(!value.isObject() || value.has(field.asText()), path, "has no " + field.asText()));
            case "properties" ->
                rule.properties().forEach(property -> {
                    if (value.isObject() && value.has(property.getKey())) {
                        check(path + "." + property.getKey(), property.getValue(), value.get(property.getKey()));
                    }
                });
            case "additionalProperties" ->
                value.properties()
                        .forEach(field -> require(
                                rule.asBoolean() || schema.path("properties").has(field.getKey()),
                                path,
                                "must not have " + field.getKey()));
            case "items" -> {
                for (int i = 0; value.isArray() && i < value.size(); i++) {
                    check(path + "[" + i + "]", rule, value.get(i));
                }
            }
            case "allOf" -> rule.forEach(part -> check(path, part, value));
            case "if" -> {
                if (violations(rule, value).isEmpty()) {
                    check(path, schema.get("then"), value);
                }
            }
            case "then" -> {}
            default -> require(ANNOTATIONS.contains(name), path, "has a schema with an unknown keyword " + name);
        }
    }

    private void require(boolean holds, String path, String what) {
        if (!holds) {
            violations.add(path + " " + what);
        }
    }

    private static boolean contains(JsonNode allowed, JsonNode value) {
        for (JsonNode one : allowed) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (isOfType(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> throw new IllegalArgumentException("unknown type " + type);
        };
    }
}
