// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.Scorer;
import java.time.Duration;
import java.util.List;

/**
 * Keeps a new endpoint from being flooded, {@code endpoint-ramp}: an empty one looks best to every measure of load, and has
 * neither warm kernels nor a warm cache. While it is younger than the ramp, with {@code share = age / ramp},
 *
 * <pre>{@code
 * score = share                      1 from then on
 * cost  = penaltySeconds * (1 - share)    0 from then on
 * }</pre>
 *
 * <p>so that in a profile of scores its weight, and in a cost profile the penalty, say what others may be loaded with before
 * a newcomer is preferred to them (AIBrix's penalty for new pods). Where all candidates joined at the same time all have the
 * same, and where there is only one it does not matter: the ramp is then off by itself.
 *
 * <p>Age counts from the first request that was scheduled after an endpoint had joined, by the scheduler's clock; one that
 * came back is new. Thread-safe. O(candidates), allocates nothing.
 */
public final class EndpointRamp implements Scorer, CostScorer, FleetListener {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "ramp", ParameterSpec.Type.DURATION, "300s", "The age from which an endpoint is like all others."),
            ParameterSpec.optional(
                            "penaltySeconds",
                            ParameterSpec.Type.NUMBER,
                            "1",
                            "What a wholly new endpoint costs in a cost profile.")
                    .between(0, 1e9));

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Duration DEFAULT = Duration.ofMinutes(5);

    /** Stands for the time of one that joined and has not been seen by a request. */
    private static final long UNSEEN = Long.MAX_VALUE;

    private final long rampNanos;
    private final double penaltySeconds;
    private final SlotNumbers firstSeen = new SlotNumbers(UNSEEN);

    EndpointRamp(Parameters parameters) {
        rampNanos = parameters.duration("ramp", DEFAULT, SHORTEST, LONGEST).toNanos();
        penaltySeconds = parameters.number("penaltySeconds", 1, 0, 1e9);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int i = 0; i < candidates.size(); i++) {
            scores[i] = share(candidates.slot(i), cycle.now());
        }
    }

    @Override
    public void cost(SchedulingCycle cycle, Candidates candidates, double[] costs) {
        for (int i = 0; i < candidates.size(); i++) {
            costs[i] = penaltySeconds * (1 - share(candidates.slot(i), cycle.now()));
        }
    }

    private double share(int slot, long now) {
        long first = firstSeen.get(slot);
        if (first == SlotNumbers.NONE) {
            return 1; // Nobody said that it joined, so it was there before.
        }
        if (first == UNSEEN) {
            firstSeen.set(slot, now); // Of two at once either will do.
            return 0;
        }
        return Math.min(1, (double) Math.max(0, now - first) / rampNanos);
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        firstSeen.joined(slot);
    }
}
