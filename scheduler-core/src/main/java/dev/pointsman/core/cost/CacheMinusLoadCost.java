// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import java.util.List;
import java.util.Set;

/**
 * Weighs what is not cached against load relative to the mean, {@code cache-minus-load}:
 *
 * <pre>{@code cost = (1 - share) + loadWeight * load / max(1, mean load)}</pre>
 *
 * <p>The share is that of the prompt's blocks that are cached, the load requests in flight, its mean over the candidates. With
 * a weight of 1, having the whole prompt makes up for as much load as the mean (the load-aware router of vLLM's production
 * stack, which takes the greatest {@code share - beta * (load - mean) / max(1, mean)}: the same order). The scale moves with
 * the traffic, so that affinity does not vanish as the fleet fills up.
 *
 * <p>A missing load is missing; a missing match counts as none. Its unit is a prompt. Immutable and thread-safe.
 * O(candidates), allocates nothing.
 */
public final class CacheMinusLoadCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "prefixMatchInfoProducerName",
                    ParameterSpec.Type.STRING,
                    PrefixMatch.DEFAULT_PRODUCER,
                    "The prefix producer whose matches count."),
            ParameterSpec.optional(
                            "loadWeight",
                            ParameterSpec.Type.NUMBER,
                            "1",
                            "Cached prompts that a load as great as the mean is worth.")
                    .between(0, 1e9),
            SECONDS_PER_UNIT,
            PREFERENCES);

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final double loadWeight;

    CacheMinusLoadCost(Parameters parameters) {
        super(parameters, secondsPerUnit(parameters));
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        matchKey = PrefixMatch.of(prefix);
        blocksKey = PrefixMatch.matchedBlocks(prefix);
        loadWeight = parameters.number("loadWeight", 1, 0, 1e9);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(InFlightLoad.REQUESTS, matchKey, blocksKey);
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        LongColumn matched = cycle.column(blocksKey);
        PrefixMatch match = cycle.attribute(matchKey);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (requests.has(slot)) {
                sum += Math.max(0, requests.get(slot));
                count++;
            }
        }
        double scale = Math.max(1, count == 0 ? 0 : sum / count);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            loads[i] = requests.has(slot)
                    ? 1
                            - CacheDiscountedLoadCost.share(match, matched.get(slot))
                            + loadWeight * Math.max(0, requests.get(slot)) / scale
                    : MISSING;
        }
    }
}
