// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.core.filter.EndpointAttributeFilter.Comparison;
import dev.pointsman.core.filter.UtilizationFilter.Measure;
import dev.pointsman.core.internal.builtin.EndpointNumber;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The parameters of the filters that compare numbers with limits, and how the filters are made of them. */
final class LimitParameters {
    private static final String MEASURES =
            Arrays.stream(Measure.values()).map(each -> each.configured).collect(Collectors.joining(", "));
    private static final String COMPARISONS =
            Arrays.stream(Comparison.values()).map(each -> each.configured).collect(Collectors.joining(", "));

    private static final ParameterSpec FALLBACK = optional(
            "fallbackOnEmpty", ParameterSpec.Type.BOOLEAN, "false", "Whether all endpoints are kept if none passes.");

    static final List<ParameterSpec> UTILIZATION = List.of(
            required(
                            "conditions",
                            ParameterSpec.Type.OBJECT_LIST,
                            "Limits, at least one, each with a metric (" + MEASURES
                                    + ") and a maxValue, which is at least 0, and at most 1 for the last.")
                    .withFields(
                            required("metric", ParameterSpec.Type.STRING, "What is limited: " + MEASURES + ".")
                                    .oneOf(MEASURES.split(", ", -1)),
                            required("maxValue", ParameterSpec.Type.NUMBER, "The most allowed.")
                                    .between(0, Double.POSITIVE_INFINITY)),
            FALLBACK,
            optional(
                    "inFlightLoadProducerName",
                    ParameterSpec.Type.STRING,
                    InFlightLoad.PRODUCER,
                    "Taken for llm-d's sake; the scheduler itself counts load."));

    static final List<ParameterSpec> ATTRIBUTE = List.of(
            required("attribute", ParameterSpec.Type.STRING, "The number's name."),
            optional(
                    "producer",
                    ParameterSpec.Type.STRING,
                    EndpointNumber.CORE_PRODUCER,
                    "Who writes it; the default's own numbers are the engine's signals, all others are gauges."),
            optional(
                            "onMissing",
                            ParameterSpec.Type.STRING,
                            "Pass",
                            "What an endpoint without the number does: Pass or Fail.")
                    .oneOf("Pass", "Fail"),
            FALLBACK,
            required(
                            "algorithm",
                            ParameterSpec.Type.OBJECT,
                            "How it is compared: type (threshold) and threshold, with an operator (" + COMPARISONS
                                    + ") and a value.")
                    .withFields(
                            required("type", ParameterSpec.Type.STRING, "The kind of comparison: threshold.")
                                    .oneOf("threshold"),
                            required(
                                            "threshold",
                                            ParameterSpec.Type.OBJECT,
                                            "The operator and the value to compare with.")
                                    .withFields(
                                            required("operator", ParameterSpec.Type.STRING, COMPARISONS + ".")
                                                    .oneOf(COMPARISONS.split(", ", -1)),
                                            required(
                                                    "value",
                                                    ParameterSpec.Type.NUMBER,
                                                    "What the number is compared with."))));

    private LimitParameters() {}

    static UtilizationFilter utilization(Parameters parameters) {
        parameters.string("inFlightLoadProducerName"); // Checked, so that a typing error is still found.
        List<Parameters> conditions = parameters.objects("conditions");
        if (conditions.isEmpty()) {
            throw parameters.error(
                    "conditions", "must have at least one condition", "Maybe one was forgotten; each has a metric.");
        }
        UtilizationFilter.Builder builder = UtilizationFilter.builder();
        for (Parameters condition : conditions) {
            Measure measure = measure(condition);
            builder.atMost(measure, condition.requiredNumber("maxValue", 0, measure.greatest));
        }
        if (parameters.flag("fallbackOnEmpty", false)) {
            builder.fallbackOnEmpty();
        }
        return builder.build();
    }

    private static Measure measure(Parameters condition) {
        String given = condition.requiredString("metric");
        for (Measure measure : Measure.values()) {
            if (measure.configured.equals(given)) {
                return measure;
            }
        }
        throw condition.error("metric", "must be one of " + MEASURES, "Maybe endpoint-attribute-filter is meant.");
    }

    static EndpointAttributeFilter attribute(Parameters parameters) {
        String attribute = parameters.requiredString("attribute");
        if (attribute.contains("/")) {
            throw parameters.error(
                    "attribute",
                    "must be a name without a producer",
                    "Maybe split it; what comes after the slash is the parameter producer.");
        }
        Parameters algorithm = parameters.object("algorithm");
        if (!algorithm.requiredString("type").equals("threshold")) {
            throw algorithm.error("type", "must be threshold", "Maybe it is misspelt; there is no other kind.");
        }
        Parameters threshold = algorithm.object("threshold");
        return new EndpointAttributeFilter(
                EndpointNumber.of(attribute, parameters.string("producer", EndpointNumber.CORE_PRODUCER)),
                comparison(threshold),
                threshold.requiredNumber("value", -Double.MAX_VALUE, Double.MAX_VALUE),
                missingPasses(parameters),
                parameters.flag("fallbackOnEmpty", false));
    }

    private static Comparison comparison(Parameters threshold) {
        String given = threshold.requiredString("operator");
        for (Comparison comparison : Comparison.values()) {
            if (comparison.configured.equals(given)) {
                return comparison;
            }
        }
        throw threshold.error("operator", "must be one of " + COMPARISONS, "Maybe LessThan is meant.");
    }

    private static boolean missingPasses(Parameters parameters) {
        return switch (parameters.string("onMissing", "Pass")) {
            case "Pass" -> true;
            case "Fail" -> false;
            default ->
                throw parameters.error(
                        "onMissing", "must be Pass or Fail", "Maybe leave it out; such endpoints pass then.");
        };
    }
}
