// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static com.example.pointsman.HomeParameters.DEFAULT_HOMES;
import static com.example.pointsman.HomeParameters.DEFAULT_PREFIX_TOKENS;
import static com.example.pointsman.HomeParameters.MOST_HOMES;
import static com.example.pointsman.HomeParameters.MOST_PREFIX_TOKENS;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.List;

/** Makes {@code home-scorer}, with its parameters bound to a record. */
public final class HomeScorerFactory implements PluginFactory {
    private static final List<ParameterSpec> PARAMETERS = List.of(
            optional(
                    "header",
                    ParameterSpec.Type.STRING,
                    "",
                    "The header whose value says where home is; empty for the prompt."),
            optional(
                            "prefixTokens",
                            ParameterSpec.Type.INTEGER,
                            String.valueOf(DEFAULT_PREFIX_TOKENS),
                            "Tokens of the prompt's beginning that say where home is.")
                    .between(1, MOST_PREFIX_TOKENS),
            optional(
                            "homes",
                            ParameterSpec.Type.INTEGER,
                            String.valueOf(DEFAULT_HOMES),
                            "Endpoints that are home to one key.")
                    .between(1, MOST_HOMES));

    @Override
    public String type() {
        return "home-scorer";
    }

    @Override
    public String description() {
        return "Prefers the few endpoints that a hash of the request's beginning, or of a header, calls its home.";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return PARAMETERS;
    }

    @Override
    public Plugin create(String name, Parameters parameters) {
        return new HomeScorer(parameters.bind(HomeParameters.class));
    }
}
