// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.util.List;

/** Makes {@code concurrency-limit-filter}, with its parameters read one by one. */
public final class ConcurrencyLimitFilterFactory implements PluginFactory {
    private static final int MOST = 1_000_000;

    @Override
    public String type() {
        return "concurrency-limit-filter";
    }

    @Override
    public String description() {
        return "Keeps endpoints that have fewer requests than a limit.";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of(
                required("limit", ParameterSpec.Type.INTEGER, "Requests from which an endpoint is full.")
                        .between(1, MOST),
                optional(
                        "keepUnknown",
                        ParameterSpec.Type.BOOLEAN,
                        "true",
                        "Whether an endpoint of unknown load may be used."));
    }

    @Override
    public Plugin create(String name, Parameters parameters) {
        return new ConcurrencyLimitFilter(
                parameters.requiredInteger("limit", 1, MOST), parameters.flag("keepUnknown", true));
    }
}
