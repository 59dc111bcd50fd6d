// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import java.util.List;
import java.util.Set;

/**
 * Multiplies what is cached by what is loaded, {@code lmetric}:
 *
 * <pre>{@code cost = (tokens pending + tokens added) * (requests in flight + 1)}</pre>
 *
 * <p>Tokens are those that are not cached, pending those in flight, added those of this request. The product needs no weight
 * between cache and load: whichever differs more between two candidates in proportion decides (the score of LMetric, arXiv
 * 2603.15202; AIBrix has it too). A request that is cached in full everywhere, with nothing pending, costs nothing anywhere;
 * each request therefore counts one token at least.
 *
 * <p>Missing data is missing, but what the request adds is left out for all if it is missing for one. Its unit is a token
 * times a request. Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class LMetricCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "prefixMatchInfoProducerName",
                    ParameterSpec.Type.STRING,
                    PrefixMatch.DEFAULT_PRODUCER,
                    "The prefix producer that is run, so that tokens are counted without what is cached."),
            SECONDS_PER_UNIT,
            PREFERENCES);

    private final Set<DataKey> consumes;

    LMetricCost(Parameters parameters) {
        super(parameters, secondsPerUnit(parameters));
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        consumes = Set.of(
                InFlightLoad.REQUESTS,
                InFlightLoad.TOKENS,
                InFlightLoad.REQUEST_TOKENS,
                PrefixMatch.of(prefix),
                PrefixMatch.matchedBlocks(prefix));
    }

    @Override
    public Set<DataKey> consumes() {
        return consumes;
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        LongColumn pending = cycle.column(InFlightLoad.TOKENS);
        LongColumn added = cycle.column(InFlightLoad.REQUEST_TOKENS);
        boolean addedKnown = true;
        for (int i = 0; i < candidates.size(); i++) {
            addedKnown &= added.has(candidates.slot(i));
        }
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (!requests.has(slot) || !pending.has(slot)) {
                loads[i] = MISSING;
                continue;
            }
            // In double, because neither the sum nor the product of longs need fit one.
            double tokens = Math.max(0, (double) pending.get(slot)) + (addedKnown ? Math.max(0, added.get(slot)) : 0);
            loads[i] = Math.max(1, tokens) * (Math.max(0, requests.get(slot)) + 1.0);
        }
    }
}
