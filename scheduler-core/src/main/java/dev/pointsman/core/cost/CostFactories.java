// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.List;

/** The built-in costs by load, work and cache, by type name; llm-d has none of them, so there is one reading of each. */
public final class CostFactories {
    private static final List<PluginFactory> ALL = List.of(
            BuiltInFactory.of(
                    "least-work",
                    "Prefers where the uncached tokens in flight and the request's own take the fewest seconds.",
                    LeastWorkCost.PARAMETERS,
                    LeastWorkCost::new),
            BuiltInFactory.of(
                    "lmetric",
                    "Prefers the least product of uncached tokens and requests in flight.",
                    LMetricCost.PARAMETERS,
                    LMetricCost::new),
            BuiltInFactory.of(
                    "dynamo-cost",
                    "Prefers the fewest KV blocks to fill, after credit for cached ones, and to keep (Dynamo's cost).",
                    DynamoCost.PARAMETERS,
                    DynamoCost::new),
            BuiltInFactory.of(
                    "throughput-normalized-load",
                    "Prefers the fewest requests for an endpoint's speed, and keeps off those whose KV cache is full.",
                    ThroughputNormalizedLoadCost.PARAMETERS,
                    ThroughputNormalizedLoadCost::new),
            BuiltInFactory.of(
                    "weighted-load",
                    "Prefers the least (or the greatest) weighted sum of signals, load in flight and gauges.",
                    WeightedLoadCost.PARAMETERS,
                    WeightedLoadCost::new),
            BuiltInFactory.of(
                    "weighted-load-filter",
                    "Keeps endpoints whose weighted sum of signals, load in flight and gauges is at most a limit.",
                    WeightedLoadFilter.PARAMETERS,
                    WeightedLoadFilter::new),
            BuiltInFactory.of(
                    "observed-latency",
                    "Prefers the least time for the request by the means that engines measured.",
                    ObservedLatencyCost.PARAMETERS,
                    ObservedLatencyCost::new),
            BuiltInFactory.of(
                    "cache-discounted-load",
                    "Prefers the least load, of which a cached prompt takes off a part.",
                    CacheDiscountedLoadCost.PARAMETERS,
                    CacheDiscountedLoadCost::new),
            BuiltInFactory.of(
                    "cache-minus-load",
                    "Prefers the most of the prompt cached, less the load relative to the mean.",
                    CacheMinusLoadCost.PARAMETERS,
                    CacheMinusLoadCost::new));

    private CostFactories() {}

    /** Returns one factory for each type; unmodifiable. */
    public static List<PluginFactory> all() {
        return ALL;
    }
}
