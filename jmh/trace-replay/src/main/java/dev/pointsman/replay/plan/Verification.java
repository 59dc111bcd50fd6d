// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.LatencyTarget;
import dev.pointsman.replay.stages.StageFleet;
import dev.pointsman.replay.stages.StagePolicy;
import dev.pointsman.replay.stages.StageReplay;
import dev.pointsman.replay.stages.StageResult;
import dev.pointsman.replay.stages.StageSettings;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replay by stages says of a plan. Immutable.
 *
 * @param trace what was replayed
 * @param target how fast answers had to be
 * @param result what came of it
 */
public record Verification(String trace, LatencyTarget target, StageResult result) {
    /**
     * Replays traffic over a planned fleet.
     *
     * @throws IOException if the trace cannot be read
     */
    public static Verification of(FleetPlan plan, PlanTerms terms, TraceSource trace, StagePolicy policy)
            throws IOException {
        StageFleet fleet = StageFleet.parse(PlannedFleet.pools(plan), terms.servers());
        StageSettings settings = StageSettings.DEFAULT.targets(
                terms.target().ttft().toNanos() / 1e9, terms.target().tpot().toNanos() / 1e9);
        return new Verification(trace.name(), terms.target(), StageReplay.run(trace, fleet, policy, settings));
    }

    /** Tells whether TTFT held: of the share of requests that the target names, or on average if it names none. */
    public boolean ttftHolds() {
        return target.quantile() > 0
                ? result.ttftAttainment() >= target.quantile()
                : result.completed() == result.requests()
                        && result.meanTtftSeconds() * 1e9 <= target.ttft().toNanos();
    }

    /** Tells whether the mean time between tokens held. */
    public boolean tpotHolds() {
        return result.meanItlSeconds() * 1e9 <= target.tpot().toNanos();
    }

    /** Returns the first or the second half of a trace, by time, on a clock of its own. */
    public static Trace half(Trace trace, boolean second) {
        List<TraceRequest> all = trace.requests();
        long first = all.isEmpty() ? 0 : all.get(0).arrivalNanos();
        long last = all.isEmpty() ? 0 : all.get(all.size() - 1).arrivalNanos();
        long middle = first + (last - first) / 2;
        List<TraceRequest> part = new ArrayList<>();
        for (TraceRequest request : all) {
            if (request.arrivalNanos() > middle == second) {
                part.add(new TraceRequest(
                        part.size(),
                        request.arrivalNanos() - (second ? middle : first),
                        request.inputTokens(),
                        request.outputTokens(),
                        request.blocks()));
            }
        }
        return new Trace(trace.name() + (second ? ", second half" : ", first half"), trace.blockTokens(), part);
    }
}
