// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.plugin.Filter;
import java.util.Set;

/**
 * Keeps the candidates that are predicted to meet the request's objectives, if there are any (llm-d's {@code
 * slo-headroom-tier-filter}).
 *
 * <p>Candidates of which both headrooms are at least 0 are one tier; the others, and those without a prediction, are the other. If
 * both tiers have candidates the first is kept, or now and then the second, so that overloaded endpoints are heard of again. If
 * nothing is predicted, or only one tier has candidates, all are kept. The chance is a function of the request's draw, so equal
 * requests are filtered alike.
 *
 * <p>Immutable and thread-safe. O(candidates), allocates at most one small object.
 */
public final class SloHeadroomTierFilter implements Filter {
    static final double DEFAULT_EPSILON = 0.01;

    private static final String PURPOSE = "slo-headroom-tier-filter";

    private final PredictedLatency keys;
    private final double exploreProbability;

    /** Reads {@value PredictedLatency#PRODUCER}, and keeps the other tier once in a hundred times. */
    public SloHeadroomTierFilter() {
        this(DEFAULT_EPSILON, PredictedLatency.PRODUCER);
    }

    /**
     * Makes a filter.
     *
     * @param epsilonExploreNeg the probability of keeping the tier that misses the objectives; 0 to 1
     * @param producer the predicted-latency producer's name
     */
    public SloHeadroomTierFilter(double epsilonExploreNeg, String producer) {
        if (!(epsilonExploreNeg >= 0 && epsilonExploreNeg <= 1)) {
            throw new IllegalArgumentException("epsilonExploreNeg: must be between 0 and 1, but was "
                    + epsilonExploreNeg + ".\nMaybe it is a percentage; divide it by 100.");
        }
        this.exploreProbability = epsilonExploreNeg;
        this.keys = PredictedLatency.of(requireNonNull(producer, "producer"));
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(keys.ttftHeadroom(), keys.tpotHeadroom());
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        LongColumn ttft = cycle.column(keys.ttftHeadroom());
        LongColumn tpot = cycle.column(keys.tpotHeadroom());
        boolean predicted = false;
        int meeting = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            predicted |= ttft.has(slot);
            meeting += meets(slot, ttft, tpot) ? 1 : 0;
        }
        if (!predicted || meeting == 0 || meeting == candidates.size()) {
            return;
        }
        boolean explore =
                exploreProbability > 0 && cycle.draw().forPurpose(PURPOSE).unit(0) < exploreProbability;
        for (int i = 0; i < candidates.size(); i++) {
            if (meets(candidates.slot(i), ttft, tpot) == explore) {
                candidates.remove(i);
            }
        }
    }

    /** A missing number is negative, so what is not predicted does not meet anything. */
    private static boolean meets(int slot, LongColumn ttft, LongColumn tpot) {
        return ttft.get(slot) >= 0 && tpot.get(slot) >= 0;
    }
}
