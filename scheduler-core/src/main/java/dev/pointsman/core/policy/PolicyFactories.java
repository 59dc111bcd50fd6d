// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.cost.CostFactories;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;
import java.util.stream.Stream;

/** The built-in policies by load and cost that llm-d lacks, by type name; their costs are in {@link CostFactories}. */
public final class PolicyFactories {
    private static final List<PluginFactory> CHOICES = List.of(
            BuiltInFactory.of(
                    "power-of-two-picker",
                    "Draws two candidates and picks the one with the better total.",
                    PowerOfTwoPicker.PARAMETERS,
                    PowerOfTwoPicker::new),
            BuiltInFactory.of(
                    "softmax-picker",
                    "Picks at random, better totals more often, by a temperature; 0 picks the best.",
                    SoftmaxPicker.PARAMETERS,
                    SoftmaxPicker::new),
            BuiltInFactory.of(
                    "top-k-picker",
                    "Picks any of the k best totals, all equally likely.",
                    TopKPicker.PARAMETERS,
                    TopKPicker::new),
            BuiltInFactory.of(
                    "round-robin-picker",
                    "Picks candidates in turn, whatever their totals.",
                    RoundRobinPicker.PARAMETERS,
                    RoundRobinPicker::new),
            BuiltInFactory.of(
                    "kv-usage-or-requests-scorer",
                    "Prefers the least used KV cache if all report it, and otherwise the fewest requests in flight.",
                    KvUsageOrRequestsScorer::new),
            BuiltInFactory.of(
                    "endpoint-ramp",
                    "Prefers endpoints that have been there a while, so that a new one is not flooded.",
                    EndpointRamp.PARAMETERS,
                    EndpointRamp::new),
            BuiltInFactory.of(
                    "taint-filter",
                    "Keeps requests off endpoints with taints that they do not tolerate, and on those they require.",
                    TaintFilter.PARAMETERS,
                    TaintFilter::new),
            BuiltInFactory.of(
                    "pin-filter",
                    "Keeps the endpoint that a request header names, and none that is fenced off.",
                    PinFilter.PARAMETERS,
                    PinFilter::new),
            BuiltInFactory.of(
                    "cold-pool-filter",
                    "Confines long prompts that nobody has cached to a few endpoints.",
                    ColdPoolFilter.PARAMETERS,
                    ColdPoolFilter::new));

    private static final List<PluginFactory> ALL =
            Stream.concat(CHOICES.stream(), CostFactories.all().stream()).toList();

    private PolicyFactories() {}

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics makes no difference: llm-d has none of these, so there is one reading of each
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }
}
