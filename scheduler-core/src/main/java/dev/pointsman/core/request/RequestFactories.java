// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.admission.AdmissionFactories;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.screener.ScreenerFactories;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The built-in plugins that work on a request before and after it is scheduled, by type name. */
public final class RequestFactories {
    private static final String HEADERS = "additionalSessionHeaders";

    private static final List<PluginFactory> OWN = List.of(
            new BuiltInFactory(
                    AgentIdentity.TYPE,
                    Set.of(),
                    "Finds which agent's session a request belongs to, by the headers that coding agents send.",
                    List.of(optional(
                            HEADERS,
                            ParameterSpec.Type.STRING_LIST,
                            null,
                            "Headers to look at before those of known agents.")),
                    (name, parameters) -> {
                        List<String> headers = parameters.strings(HEADERS);
                        if (headers.stream().anyMatch(String::isBlank)) {
                            throw parameters.error(HEADERS, "must not have a blank name", "Maybe leave the list out.");
                        }
                        return new AgentIdentity(name, headers);
                    }),
            BuiltInFactory.of(
                    "destination-endpoint-served-verifier",
                    "Says in the response which endpoint answers, for tests of a gateway.",
                    ServedEndpointHeader::new));

    private RequestFactories() {}

    /**
     * Returns one factory for each type, admissions and screeners included; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return Stream.of(OWN, AdmissionFactories.all(semantics), ScreenerFactories.all())
                .flatMap(List::stream)
                .toList();
    }
}
