// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.DURATION;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.SIZE;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.object;
import static dev.pointsman.api.config.ParameterSpec.objects;
import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.ConfigurationException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of llm-d's configuration that belong to features which are not here yet. They are checked like all else, so that a
 * typing error is found. One that asks for nothing, as llm-d would read it, is let pass; one that asks for something is refused
 * with the name of the feature.
 */
final class CheckedOnly {
    private static final ParameterSpec PLUGIN = required("pluginRef", STRING, "The name of a plugin declared above.");

    private static final ParameterSpec[] CAPACITY = {
        optional("maxBytes", SIZE, null, "The most bytes that wait; 0 for the default.")
                .between(0, Long.MAX_VALUE),
        optional("maxRequests", SIZE, null, "The most requests that wait; 0 for the default.")
                .between(0, Long.MAX_VALUE),
        optional("fairnessPolicyRef", STRING, null, "Which flow is next."),
        optional("orderingPolicyRef", STRING, null, "Which request of a flow is next.")
    };

    static final ParameterSpec DATA_LAYER = object(
            "dataLayer",
            "Where llm-d reads metrics and endpoints. Here the host brings both, so only injectDefaults may stay.",
            optional("injectDefaults", BOOLEAN, "true", "Has no effect here."),
            objects(
                    "sources",
                    "Where metrics come from; must be empty here.",
                    PLUGIN,
                    objects("extractors", "What reads them.", PLUGIN)),
            object("discovery", "Where endpoints come from; must be absent here.", PLUGIN),
            object("peerDiscovery", "Where other replicas come from; must be absent here.", PLUGIN),
            optional("crossReplicaSyncerPluginRef", STRING, null, "What shares state; must be absent here."),
            optional("crossReplicaSyncInterval", DURATION, null, "Has no effect here."));

    static final ParameterSpec FLOW_CONTROL = object(
            "flowControl",
            "How requests wait. Ignored, as in llm-d, as long as the gate flowControl is off.",
            optional("maxBytes", SIZE, null, "The most bytes that wait; 0 for no limit.")
                    .between(0, Long.MAX_VALUE),
            optional("maxRequests", SIZE, null, "The most requests that wait; 0 for no limit.")
                    .between(0, Long.MAX_VALUE),
            optional("defaultRequestTTL", DURATION, "60s", "How long a request waits while there are endpoints."),
            optional("noEndpointRequestTTL", DURATION, null, "How long a request waits while there are none."),
            object("defaultPriorityBand", "Bands that are not listed.", CAPACITY),
            object("defaultNegativePriorityBand", "Bands of negative priority that are not listed.", CAPACITY),
            objects(
                    "priorityBands",
                    "Requests of one priority.",
                    required("priority", INTEGER, "Which priority."),
                    CAPACITY[0],
                    CAPACITY[1],
                    CAPACITY[2],
                    CAPACITY[3]),
            optional("usageLimitPolicyPluginRef", STRING, null, "How full the fleet may get."),
            object("saturationDetector", "How full the fleet is.", PLUGIN),
            optional("enableEviction", BOOLEAN, "false", "Whether running requests give way."));

    static final ParameterSpec REQUEST_HANDLER = object(
            "requestHandler",
            "How llm-d reads requests. Here the host does, so the list must be empty.",
            objects("parsers", "What reads requests; must be empty here.", PLUGIN));

    static final ParameterSpec SATURATION_DETECTOR = object(
            "saturationDetector", "An older place of flowControl.saturationDetector; must be empty here.", PLUGIN);

    static final ParameterSpec PARSER =
            object("parser", "An older place of requestHandler.parsers; must be empty here.", PLUGIN);

    static final List<ParameterSpec> ALL =
            List.of(DATA_LAYER, FLOW_CONTROL, REQUEST_HANDLER, SATURATION_DETECTOR, PARSER);

    private CheckedOnly() {}

    /**
     * Checks these parts of a document.
     *
     * @throws ConfigurationException if one is wrong, or asks for something
     */
    static void check(Section root) {
        for (ParameterSpec spec : ALL) {
            Section section = root.section(spec.name());
            // An empty one asks for nothing, even where a reference would be needed.
            if (section != null && !section.names().isEmpty()) {
                check(section, spec.fields());
                refuseWhatIsAsked(spec, section);
            }
        }
    }

    private static void check(Section section, List<ParameterSpec> fields) {
        section.checkNamesWithoutValue(fields);
        try {
            Parameters parameters = section.parameters();
            ParameterSpec.checkNames(parameters, fields);
            values(parameters, fields);
        } catch (ParameterException e) {
            throw section.of(e);
        }
    }

    private static void values(Parameters given, List<ParameterSpec> specs) {
        for (ParameterSpec spec : specs) {
            String name = spec.name();
            switch (spec.type()) {
                case STRING -> given.string(name);
                case INTEGER -> given.integer(name, 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
                case NUMBER -> given.number(name, 0, spec.minimum(), spec.maximum());
                case BOOLEAN -> given.flag(name, false);
                case DURATION -> given.duration(name, Duration.ZERO);
                case SIZE -> given.size(name, 0, (long) spec.minimum(), (long) spec.maximum());
                case STRING_LIST -> given.strings(name);
                case OBJECT -> values(given.object(name), spec.fields());
                case OBJECT_LIST -> given.objects(name).forEach(object -> values(object, spec.fields()));
            }
        }
    }

    private static void refuseWhatIsAsked(ParameterSpec spec, Section section) {
        for (String field : section.names()) {
            String feature = asks(section, field) ? feature(spec.name(), field) : null;
            if (feature != null) {
                throw later(section, field, feature);
            }
        }
    }

    private static boolean asks(Section section, String field) {
        Object value = section.values().get(field);
        return value != null && !value.equals("") && !value.equals(List.of());
    }

    /** Returns the feature that a field asks for, or null if it has no effect. */
    private static @Nullable String feature(String section, String field) {
        return switch (section) {
            case "saturationDetector" -> "flow control (saturation detection)";
            case "parser", "requestHandler" -> "request parsing";
            case "dataLayer" ->
                switch (field) {
                    case "sources" -> "metric scraping";
                    case "discovery" -> "endpoint discovery";
                    case "peerDiscovery", "crossReplicaSyncerPluginRef" -> "state shared between replicas";
                    default -> null;
                };
            default -> null;
        };
    }

    /** Makes the error for what asks for a feature that is not here. */
    static ConfigurationException later(Section section, String field, String feature) {
        return section.error(
                field,
                "belongs to " + feature + ", which is not read from a configuration yet.",
                section.path().equals("dataLayer")
                        ? "Maybe leave it out; the host tells the fleet who is there and what their metrics are."
                        : "Maybe leave it out and do that part in the host.");
    }
}
