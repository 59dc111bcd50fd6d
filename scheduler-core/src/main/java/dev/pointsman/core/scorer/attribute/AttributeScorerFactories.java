// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.attribute;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.internal.builtin.EndpointNumber;
import java.util.List;

/** The types of this package, for the engine to register; a host names them in a configuration. */
public final class AttributeScorerFactories {
    /** The average length of the queues of a cluster's endpoints, as its own scheduler reports it. */
    private static final String AVERAGE_QUEUE = "llm_d_epp_average_queue_size";

    /** The average used share of their KV caches, 0 to 1. */
    private static final String AVERAGE_KV_USAGE = "llm_d_epp_average_kv_cache_utilization";

    private static final String ATTRIBUTE = "attributeKey";
    private static final String PRODUCER = "producer";
    private static final String ALGORITHM = "algorithm";
    private static final String TYPE = "type";
    private static final String NORMALIZATION = "normalization";
    private static final String FIXED = "fixedRange";
    private static final String ADAPTIVE = "adaptiveRange";
    private static final String MIN = "min";
    private static final String MAX = "max";
    private static final String MM_PRODUCER = "producerName";

    private static final List<ParameterSpec> RANGE_PARAMETERS = List.of(
            optional(MIN, ParameterSpec.Type.NUMBER, "0.0", "The scale's lower end."),
            optional(MAX, ParameterSpec.Type.NUMBER, "0.0", "The scale's upper end."));
    private static final List<ParameterSpec> NORMALIZATION_PARAMETERS = List.of(
            optional(FIXED, ParameterSpec.Type.OBJECT, null, "A fixed scale with min and max.")
                    .withFields(RANGE_PARAMETERS),
            optional(ADAPTIVE, ParameterSpec.Type.OBJECT, null, "The scale of the candidates; has no parameters."));
    private static final List<ParameterSpec> ALGORITHM_PARAMETERS = List.of(
            required(TYPE, ParameterSpec.Type.STRING, "linear_lower_is_better or linear_higher_is_better.")
                    .oneOf("linear_lower_is_better", "linear_higher_is_better"),
            optional(NORMALIZATION, ParameterSpec.Type.OBJECT, null, "fixedRange or adaptiveRange.")
                    .withFields(NORMALIZATION_PARAMETERS));
    private static final List<ParameterSpec> ATTRIBUTE_PARAMETERS = List.of(
            required(
                    ATTRIBUTE,
                    ParameterSpec.Type.STRING,
                    "The number's name: a gauge, or WaitingQueueSize, RunningRequestsSize, KVCacheUsagePercent and so on."),
            optional(
                    PRODUCER,
                    ParameterSpec.Type.STRING,
                    EndpointNumber.CORE_PRODUCER,
                    "Who writes the number in llm-d; with another one than this, the name is always that of a gauge."),
            required(
                            ALGORITHM,
                            ParameterSpec.Type.OBJECT,
                            "type (linear_lower_is_better or linear_higher_is_better) and normalization (fixedRange with min"
                                    + " and max, or adaptiveRange, the scale of the candidates, which is the default).")
                    .withFields(ALGORITHM_PARAMETERS));

    private AttributeScorerFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return List.of(
                BuiltInFactory.of(
                        "endpoint-attribute-scorer",
                        "Prefers endpoints by a number that they report under a name.",
                        ATTRIBUTE_PARAMETERS,
                        parameters -> endpointAttribute(parameters).withSemantics(semantics)),
                BuiltInFactory.of(
                        "multicluster-queue-scorer",
                        "Prefers clusters whose endpoints have short queues, relative to the other candidates.",
                        () -> EndpointAttributeScorer.lessIsBetter(AVERAGE_QUEUE)
                                .withSemantics(semantics)),
                BuiltInFactory.of(
                        "multicluster-kv-cache-utilization-scorer",
                        "Prefers clusters whose KV caches are less used.",
                        () -> EndpointAttributeScorer.lessIsBetter(AVERAGE_KV_USAGE)
                                .between(0, 1)
                                .withSemantics(semantics)),
                BuiltInFactory.of(
                        "mm-embeddings-cache-scorer",
                        "Prefers endpoints that have encoded more of the request's images, videos and sounds before.",
                        List.of(optional(
                                MM_PRODUCER,
                                ParameterSpec.Type.STRING,
                                MmEmbeddingsCacheScorer.DEFAULT_PRODUCER,
                                "The producer that knows what endpoints have encoded.")),
                        parameters -> mmEmbeddings(parameters, semantics)));
    }

    private static EndpointAttributeScorer endpointAttribute(Parameters parameters) {
        String attribute = parameters.requiredString(ATTRIBUTE);
        String producer = parameters.string(PRODUCER, EndpointNumber.CORE_PRODUCER);
        Parameters algorithm = parameters.object(ALGORITHM);
        EndpointAttributeScorer scorer = switch (algorithm.requiredString(TYPE)) {
            case "linear_lower_is_better" -> EndpointAttributeScorer.of(attribute, producer, true);
            case "linear_higher_is_better" -> EndpointAttributeScorer.of(attribute, producer, false);
            default ->
                throw algorithm.error(
                        TYPE,
                        "must be linear_lower_is_better or linear_higher_is_better",
                        "Maybe linear_lower_is_better, as for queues.");
        };
        Parameters normalization = algorithm.object(NORMALIZATION);
        ParameterSpec.checkNames(normalization.object(ADAPTIVE), List.of());
        if (!normalization.has(FIXED)) {
            return scorer;
        }
        if (normalization.has(ADAPTIVE)) {
            throw normalization.error(ADAPTIVE, "must not be given beside fixedRange", "Maybe leave it out.");
        }
        Parameters range = normalization.object(FIXED);
        double min = range.number(MIN, 0, -Double.MAX_VALUE, Double.MAX_VALUE);
        double max = range.number(MAX, 0, -Double.MAX_VALUE, Double.MAX_VALUE);
        if (!(min < max && max - min < Double.POSITIVE_INFINITY)) {
            throw range.error(MAX, "must be above min, which is " + min, "Maybe the two were swapped.");
        }
        return scorer.between(min, max);
    }

    private static MmEmbeddingsCacheScorer mmEmbeddings(Parameters parameters, Semantics semantics) {
        String producer = parameters.string(MM_PRODUCER, "");
        return new MmEmbeddingsCacheScorer(
                producer.isEmpty() ? MmEmbeddingsCacheScorer.DEFAULT_PRODUCER : producer, semantics);
    }
}
