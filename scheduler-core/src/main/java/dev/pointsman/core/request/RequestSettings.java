// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is done about requests around their scheduling, as far as somebody has said so. A configuration says it in its section
 * {@code pointsman}, and what it says there replaces what was said in code:
 *
 * <pre>{@code
 * pointsman:
 *   objectives: {interactive: 10, batch: -1}
 *   modelRewrites:
 *   - matches: [{model: {value: chat}}]
 *     targets: [{modelRewrite: chat-v1, weight: 95}, {modelRewrite: chat-v2, weight: 5}]
 *   conditionalDecode: {prefixProducers: [precise-prefix-cache-producer]}
 * }</pre>
 *
 * @param rewrites which model requests run on, or null if nobody said
 * @param objectives priorities by name, or null if nobody said
 * @param conditionalDecode who says what is cached for conditional decode, or null if nobody said
 */
public record RequestSettings(
        @Nullable ModelRewrites rewrites,
        @Nullable NamedObjectives objectives,
        @Nullable ConditionalDecode conditionalDecode) {
    /** Nobody has said anything. */
    public static final RequestSettings NONE = new RequestSettings(null, null, null);

    private static final String REWRITES = "modelRewrites";
    private static final String OBJECTIVES = "objectives";
    private static final String CONDITIONAL = "conditionalDecode";
    private static final String PRODUCERS = "prefixProducers";

    /** The fields that {@link #of} reads. */
    public static final List<ParameterSpec> FIELDS = List.of(
            ParameterSpec.objects(REWRITES, "Which models requests run on, in order.")
                    .withFields(ModelRewrite.FIELDS.toArray(ParameterSpec[]::new)),
            ParameterSpec.optional(
                    OBJECTIVES, ParameterSpec.Type.OBJECT, null, "Priorities by name of objective, whole numbers."),
            ParameterSpec.optional(
                            CONDITIONAL,
                            ParameterSpec.Type.OBJECT,
                            null,
                            "Who says what is cached, for requests that prefer an answer if it is available.")
                    .withFields(ParameterSpec.optional(
                            PRODUCERS,
                            ParameterSpec.Type.STRING_LIST,
                            null,
                            "Names of prefix producers; whichever there are if absent.")));

    /**
     * Reads what a configuration says.
     *
     * @throws dev.pointsman.api.config.ParameterException if a field is wrong or none of {@link #FIELDS}
     */
    public static RequestSettings of(Parameters section) {
        ParameterSpec.checkNames(section, FIELDS);
        return new RequestSettings(
                section.has(REWRITES) ? ModelRewrites.ofParameters(section.objects(REWRITES)) : null,
                section.has(OBJECTIVES) ? NamedObjectives.of(section.object(OBJECTIVES)) : null,
                section.has(CONDITIONAL)
                        ? new ConditionalDecode(section.object(CONDITIONAL).strings(PRODUCERS))
                        : null);
    }

    /** Returns these settings, and the other's where these have none. */
    public RequestSettings orElse(RequestSettings other) {
        return new RequestSettings(
                rewrites != null ? rewrites : other.rewrites,
                objectives != null ? objectives : other.objectives,
                conditionalDecode != null ? conditionalDecode : other.conditionalDecode);
    }

    /** Returns the settings as a configuration writes them, by field. */
    public Map<String, Object> toConfiguration() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (rewrites != null) {
            fields.put(REWRITES, rewrites.toConfiguration());
        }
        if (objectives != null) {
            Map<String, Object> priorities = new TreeMap<>();
            objectives.priorities().forEach((name, priority) -> priorities.put(name, BigDecimal.valueOf(priority)));
            fields.put(OBJECTIVES, priorities);
        }
        if (conditionalDecode != null) {
            fields.put(CONDITIONAL, Map.of(PRODUCERS, conditionalDecode.producers()));
        }
        return fields;
    }
}
