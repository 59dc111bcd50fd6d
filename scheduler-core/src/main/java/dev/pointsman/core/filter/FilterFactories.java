// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.internal.session.PinParameters;
import dev.pointsman.core.internal.session.SessionPin;
import dev.pointsman.core.internal.topology.Topology.Tier;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The built-in filters by type name, for the engine to register; a host names them in a configuration. */
public final class FilterFactories {
    private static final List<ParameterSpec> TOPOLOGY_PARAMETERS = List.of(
            optional(
                    "minAffinity",
                    ParameterSpec.Type.STRING,
                    "host",
                    "What an endpoint must share with the earlier stage's at least: host, rack, zone or region."),
            optional(
                    "topologyProducerName",
                    ParameterSpec.Type.STRING,
                    null,
                    "Taken for llm-d's sake; here endpoints' labels say where they are."));

    private static final List<PluginFactory> CORRECTED = factories(Semantics.CORRECTED);
    private static final List<PluginFactory> LLM_D = factories(Semantics.LLM_D);

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
        return semantics == Semantics.LLM_D ? LLM_D : CORRECTED;
    }

    private static List<PluginFactory> factories(Semantics semantics) {
        return List.of(
                new BuiltInFactory(
                        "label-selector-filter",
                        Set.of("by-label-selector"),
                        "Keeps endpoints whose labels meet a Kubernetes label selector.",
                        LabelParameters.SELECTOR,
                        (name, parameters) -> LabelParameters.selector(parameters, semantics)),
                BuiltInFactory.of(
                        "by-label",
                        "Keeps endpoints of which one label has one of some values; label-selector-filter replaces it.",
                        LabelParameters.VALUES,
                        LabelParameters::values),
                BuiltInFactory.of(
                        "decode-filter", "Keeps endpoints that decode, or that state no role.", RoleFilter::decode),
                BuiltInFactory.of(
                        "prefill-filter", "Keeps endpoints that take separate prefill work.", RoleFilter::prefill),
                BuiltInFactory.of(
                        "encode-filter", "Keeps endpoints that take separate encode work.", RoleFilter::encode),
                BuiltInFactory.of(
                        "session-affinity-filter",
                        "Keeps only the endpoint that served the session before, if it is there.",
                        PinParameters.ALL,
                        parameters -> sessionAffinity(parameters, semantics)),
                BuiltInFactory.of(
                        "multicluster-session-affinity-filter",
                        "Keeps only the cluster that served the session before, if it is there.",
                        PinParameters.ALL,
                        parameters -> sessionAffinity(parameters, semantics)),
                BuiltInFactory.of(
                        "topology-affinity-filter",
                        "Keeps endpoints near the one that an earlier stage chose, if there are any.",
                        TOPOLOGY_PARAMETERS,
                        parameters -> topologyAffinity(parameters, semantics)),
                BuiltInFactory.of(
                        "utilization-filter",
                        "Keeps endpoints of which no measure of load is above its limit.",
                        LimitParameters.UTILIZATION,
                        LimitParameters::utilization),
                BuiltInFactory.of(
                        "endpoint-attribute-filter",
                        "Keeps endpoints of which one number compares with a limit as told.",
                        LimitParameters.ATTRIBUTE,
                        LimitParameters::attribute),
                BuiltInFactory.of(
                        "header-based-testing-filter",
                        "Keeps endpoints that the client lists in a header, for tests of gateways.",
                        HeaderEndpointFilter::new));
    }

    private static SessionAffinityFilter sessionAffinity(Parameters parameters, Semantics semantics) {
        // This filter leaves nobody beside the session's endpoint, so if a request went elsewhere that was no
        // candidate.
        UnaryOperator<SessionPin.Builder> adjustment =
                semantics == Semantics.LLM_D ? SessionPin.Builder::moving : UnaryOperator.identity();
        return new SessionAffinityFilter(PinParameters.pin(parameters, semantics, adjustment));
    }

    private static TopologyAffinityFilter topologyAffinity(Parameters parameters, Semantics semantics) {
        parameters.string("topologyProducerName"); // Checked, so that a typing error is still found.
        Tier widest = switch (parameters.string("minAffinity", "host")) {
            case "host" -> Tier.HOST;
            case "rack" -> Tier.RACK;
            case "zone" -> Tier.ZONE;
            case "region" -> Tier.REGION;
            default ->
                throw parameters.error(
                        "minAffinity", "must be host, rack, zone or region", "Maybe leave it out; host is used then.");
        };
        return new TopologyAffinityFilter(semantics, widest);
    }
}
