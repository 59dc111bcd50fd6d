// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.scorer.label;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;

/** The types of this package, for the engine to register; a host names them in a configuration. */
public final class LabelScorerFactories {
    private static final String TOPOLOGY_PRODUCER = "topologyProducerName";
    private static final String HEADER = "headerName";
    private static final String LABEL_KEY = "labelKey";
    private static final String LABEL = "label";
    private static final String FILTERING = "enableFiltering";

    private LabelScorerFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return List.of(
                BuiltInFactory.of(
                        "topology-affinity-scorer",
                        "Prefers endpoints near the one that the earlier stage of the request chose.",
                        List.of(optional(
                                TOPOLOGY_PRODUCER,
                                ParameterSpec.Type.STRING,
                                "topology-extractor",
                                "Taken for llm-d's sake; labels say where endpoints are.")),
                        parameters -> topology(parameters, semantics)),
                BuiltInFactory.of(
                        "header-label-affinity-scorer",
                        "Prefers endpoints with a label that is what a header of the request says.",
                        List.of(
                                required(HEADER, ParameterSpec.Type.STRING, "The header's name, in any case."),
                                required(LABEL_KEY, ParameterSpec.Type.STRING, "The label's key.")),
                        parameters -> new HeaderLabelAffinityScorer(
                                parameters.requiredString(HEADER), parameters.requiredString(LABEL_KEY), semantics)),
                BuiltInFactory.of(
                        "context-length-aware",
                        "Prefers endpoints that are set up for prompts of this length, and can remove the others.",
                        List.of(
                                optional(
                                        LABEL,
                                        ParameterSpec.Type.STRING,
                                        ContextLengthAware.DEFAULT_LABEL,
                                        "The label that has the range of lengths in tokens, such as 0-8192."),
                                optional(
                                        FILTERING,
                                        ParameterSpec.Type.BOOLEAN,
                                        "false",
                                        "Whether endpoints that do not fit are removed.")),
                        parameters -> contextLength(parameters, semantics)));
    }

    private static TopologyAffinityScorer topology(Parameters parameters, Semantics semantics) {
        parameters.string(TOPOLOGY_PRODUCER); // Checked, so that a typing error is still found.
        return new TopologyAffinityScorer(semantics);
    }

    private static ContextLengthAware contextLength(Parameters parameters, Semantics semantics) {
        String label = parameters.has(LABEL) ? parameters.requiredString(LABEL) : ContextLengthAware.DEFAULT_LABEL;
        return new ContextLengthAware(label, parameters.flag(FILTERING, false), semantics);
    }
}
