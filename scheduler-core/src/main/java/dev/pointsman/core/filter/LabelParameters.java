// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.Semantics;
import java.util.List;
import java.util.regex.Pattern;

/** The parameters of the filters by label, and how the filters are made of them. */
final class LabelParameters {
    static final List<ParameterSpec> SELECTOR = List.of(
            optional("matchLabels", ParameterSpec.Type.OBJECT, null, "Labels that must have the values given."),
            ParameterSpec.objects(
                    "matchExpressions",
                    "Requirements, each with a key, an operator (In, NotIn, Exists, DoesNotExist) and, for the first two,"
                            + " values.",
                    required("key", ParameterSpec.Type.STRING, "The label's key."),
                    required("operator", ParameterSpec.Type.STRING, "In, NotIn, Exists or DoesNotExist.")
                            .oneOf("In", "NotIn", "Exists", "DoesNotExist"),
                    optional("values", ParameterSpec.Type.STRING_LIST, null, "What In and NotIn compare with.")));

    static final List<ParameterSpec> VALUES = List.of(
            required("label", ParameterSpec.Type.STRING, "The label's key."),
            optional("validValues", ParameterSpec.Type.STRING_LIST, null, "What the label may be."),
            optional(
                    "allowsNoLabel",
                    ParameterSpec.Type.BOOLEAN,
                    "false",
                    "Whether endpoints without the label pass; needed if validValues is empty."));

    private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
    private static final String DOMAIN =
            "(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*/";
    private static final Pattern KEY = Pattern.compile("(?:" + DOMAIN + ")?" + NAME);
    private static final Pattern VALUE = Pattern.compile("(?:" + NAME + ")?");

    private LabelParameters() {}

    static LabelSelectorFilter selector(Parameters parameters, Semantics semantics) {
        LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();
        Parameters labels = parameters.object("matchLabels");
        for (String key : labels.names()) {
            builder.label(key(key, labels, key), value(labels.string(key, ""), labels, key));
        }
        for (Parameters expression : parameters.objects("matchExpressions")) {
            addExpression(builder, expression);
        }
        return builder.build(semantics);
    }

    static LabelValueFilter values(Parameters parameters) {
        String label = parameters.requiredString("label");
        List<String> values = parameters.strings("validValues");
        boolean allowsNoLabel = parameters.flag("allowsNoLabel", false);
        if (values.isEmpty() && !allowsNoLabel) {
            throw parameters.error(
                    "validValues",
                    "must have a value if allowsNoLabel is false, or no endpoint passes",
                    "Maybe endpoints without the label are meant; set allowsNoLabel.");
        }
        return new LabelValueFilter(label, values, allowsNoLabel);
    }

    private static String key(String key, Parameters parameters, String parameter) {
        if (!KEY.matcher(key).matches()) {
            throw parameters.error(
                    parameter,
                    "must have a key as Kubernetes allows it: a name of at most 63 letters, digits, '-', '_' and '.', after a"
                            + " domain and a slash if it has one",
                    "Maybe there is a blank in it.");
        }
        return key;
    }

    private static String value(String value, Parameters parameters, String parameter) {
        if (!VALUE.matcher(value).matches()) {
            throw parameters.error(
                    parameter,
                    "must be as Kubernetes allows a label's value: at most 63 letters, digits, '-', '_' and '.', with a letter or"
                            + " digit at both ends",
                    "Maybe several values were put into one; they are a list.");
        }
        return value;
    }

    private static void addExpression(LabelSelectorFilter.Builder builder, Parameters expression) {
        String key = key(expression.requiredString("key"), expression, "key");
        String operator = expression.requiredString("operator");
        String[] values = expression.strings("values").stream()
                .map(value -> value(value, expression, "values"))
                .toArray(String[]::new);
        switch (operator) {
            case "In" -> builder.in(key, some(values, expression));
            case "NotIn" -> builder.notIn(key, some(values, expression));
            case "Exists" -> builder.exists(none(values, key, expression));
            case "DoesNotExist" -> builder.doesNotExist(none(values, key, expression));
            default ->
                throw expression.error(
                        "operator", "must be In, NotIn, Exists or DoesNotExist", "Maybe matchLabels is meant.");
        }
    }

    private static String[] some(String[] values, Parameters expression) {
        if (values.length == 0) {
            throw expression.error(
                    "values",
                    "must have at least one value for In and NotIn",
                    "Maybe Exists or DoesNotExist is meant.");
        }
        return values;
    }

    private static String none(String[] values, String key, Parameters expression) {
        if (values.length > 0) {
            throw expression.error(
                    "values", "must be absent for Exists and DoesNotExist", "Maybe In or NotIn is meant.");
        }
        return key;
    }
}
