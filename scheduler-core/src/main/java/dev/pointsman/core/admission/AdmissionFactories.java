// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.admission;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.Set;

/** The built-in admissions by type name. */
public final class AdmissionFactories {
    private static final double MOST = 1e9;

    private AdmissionFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return List.of(new BuiltInFactory(
                "probabilistic-admitter",
                Set.of(),
                "Refuses a share of the requests of negative priority, the larger the busier the endpoints are.",
                List.of(
                        number(
                                "queueDepthThreshold",
                                "5",
                                MOST,
                                "Waiting requests that make an endpoint full; above 0."),
                        number(
                                "kvCacheUtilThreshold",
                                "0.8",
                                1,
                                "Used share of the KV cache that makes an endpoint full; above 0."),
                        number("power", "5", MOST, "How steeply the share refused rises with saturation; above 0."),
                        number(
                                "k",
                                "300",
                                Double.MAX_VALUE,
                                "How early it rises: all from (1/k)^(1/power) on; above 0.")),
                (name, parameters) -> new ProbabilisticAdmitter(name, settings(parameters), semantics)));
    }

    /** Returns the reason for which admissions refuse. */
    public static Rejection.Reason denial(Semantics semantics) {
        return semantics == Semantics.LLM_D ? Rejection.Reason.ADMISSION_ERROR : Rejection.Reason.NOT_ADMITTED;
    }

    private static ParameterSpec number(String name, String fallback, double most, String description) {
        return optional(name, ParameterSpec.Type.NUMBER, fallback, description).between(0, most);
    }

    private static ProbabilisticAdmitter.Settings settings(Parameters parameters) {
        ProbabilisticAdmitter.Settings fallback = ProbabilisticAdmitter.Settings.DEFAULT;
        return new ProbabilisticAdmitter.Settings(
                positive(parameters, "queueDepthThreshold", fallback.queueDepthThreshold(), MOST),
                positive(parameters, "kvCacheUtilThreshold", fallback.kvCacheUtilThreshold(), 1),
                positive(parameters, "power", fallback.power(), MOST),
                positive(parameters, "k", fallback.k(), Double.MAX_VALUE));
    }

    private static double positive(Parameters parameters, String name, double fallback, double most) {
        double value = parameters.number(name, fallback, 0, most);
        if (value == 0) {
            throw parameters.error(name, "must be above 0", "Maybe leave it out; there is a default.");
        }
        return value;
    }
}
