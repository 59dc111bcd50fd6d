// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.Set;

/** The built-in filters by type name, for the engine to register; a host names them in a configuration. */
public final class FilterFactories {
    private static final List<ParameterSpec> EXPRESSION_PARAMETERS = List.of(
            required("key", ParameterSpec.Type.STRING, "The label's key."),
            required("operator", ParameterSpec.Type.STRING, "In, NotIn, Exists or DoesNotExist."),
            optional("values", ParameterSpec.Type.STRING_LIST, null, "What In and NotIn compare with."));

    private static final List<PluginFactory> ALL = List.of(
            new BuiltInFactory(
                    "label-selector-filter",
                    Set.of("by-label-selector"),
                    "Keeps endpoints whose labels meet a Kubernetes label selector.",
                    List.of(
                            optional(
                                    "matchLabels",
                                    ParameterSpec.Type.OBJECT,
                                    null,
                                    "Labels that must have the values given."),
                            optional(
                                    "matchExpressions",
                                    ParameterSpec.Type.OBJECT,
                                    null,
                                    "Requirements, each with a key, an operator (In, NotIn, Exists, DoesNotExist)"
                                            + " and, for the first two, values.")),
                    (name, parameters) -> labelSelector(parameters)),
            BuiltInFactory.of(
                    "decode-filter", "Keeps endpoints that decode, or that state no role.", RoleFilter::decode),
            BuiltInFactory.of(
                    "prefill-filter", "Keeps endpoints that take separate prefill work.", RoleFilter::prefill),
            BuiltInFactory.of("encode-filter", "Keeps endpoints that take separate encode work.", RoleFilter::encode));

    private FilterFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    private static LabelSelectorFilter labelSelector(Parameters parameters) {
        LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();
        Parameters labels = parameters.object("matchLabels");
        for (String key : labels.names()) {
            builder.label(key, labels.string(key, ""));
        }
        for (Parameters expression : parameters.objects("matchExpressions")) {
            addExpression(builder, expression);
        }
        return builder.build();
    }

    private static void addExpression(LabelSelectorFilter.Builder builder, Parameters expression) {
        ParameterSpec.checkNames(expression, EXPRESSION_PARAMETERS);
        String key = expression.requiredString("key");
        String operator = expression.requiredString("operator");
        String[] values = expression.strings("values").toArray(new String[0]);
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
