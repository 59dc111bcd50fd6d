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
import dev.pointsman.core.internal.builtin.Choice;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts a candidate's load for less the more of the prompt it has cached, {@code cache-discounted-load}:
 *
 * <pre>{@code cost = max(load, 1) * (1 - discount * share^2)}</pre>
 *
 * <p>The load is requests in flight, or tokens with {@code load: tokens}; the share is that of the prompt's blocks that are
 * cached. The square leaves small matches without effect, and the discount is the most that a match can save: at 0.5 an
 * endpoint that has everything may be twice as loaded as one that has nothing (AIBrix's hybrid cache and load score). Idle
 * endpoints differ by their caches alone.
 *
 * <p>A missing load is missing; a missing match has no discount. Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class CacheDiscountedLoadCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "prefixMatchInfoProducerName",
                    ParameterSpec.Type.STRING,
                    PrefixMatch.DEFAULT_PRODUCER,
                    "The prefix producer whose matches count."),
            ParameterSpec.optional(
                    "load", ParameterSpec.Type.STRING, "requests", "What the load is in flight: requests or tokens."),
            ParameterSpec.optional(
                            "discount", ParameterSpec.Type.NUMBER, "0.5", "Share of its load that a full match saves.")
                    .between(0, 1),
            SECONDS_PER_UNIT,
            PREFERENCES);

    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final LongColumnKey loadKey;
    private final double discount;

    CacheDiscountedLoadCost(Parameters parameters) {
        super(parameters, secondsPerUnit(parameters));
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        matchKey = PrefixMatch.of(prefix);
        blocksKey = PrefixMatch.matchedBlocks(prefix);
        loadKey = Choice.second(parameters, "load", "requests", "tokens") ? InFlightLoad.TOKENS : InFlightLoad.REQUESTS;
        discount = parameters.number("discount", 0.5, 0, 1);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(loadKey, matchKey, blocksKey);
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn inFlight = cycle.column(loadKey);
        LongColumn matched = cycle.column(blocksKey);
        PrefixMatch match = cycle.attribute(matchKey);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            double share = share(match, matched.get(slot));
            loads[i] = inFlight.has(slot) ? Math.max(1, inFlight.get(slot)) * (1 - discount * share * share) : MISSING;
        }
    }

    /** Returns how much of a prompt is cached, from 0 to 1. */
    static double share(@Nullable PrefixMatch match, long blocks) {
        return match == null || match.totalBlocks() == 0 || blocks <= 0
                ? 0
                : Math.min(1, (double) blocks / match.totalBlocks());
    }
}
