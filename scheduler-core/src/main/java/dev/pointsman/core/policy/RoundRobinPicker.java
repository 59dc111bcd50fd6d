// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.SchedulingObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Picks the candidates in turn, whatever their totals, {@code round-robin-picker}: whose last request is longest ago comes
 * next, and who has had none yet comes first, in the order of the draw.
 *
 * <p>Turns belong to endpoints and not to sets of them: each set of candidates, by model or role or whatever filters leave,
 * goes round evenly by itself, those that overlap share what they have in common, and state is one number for each endpoint
 * instead of a counter for each set ever seen. A newcomer gets one request and then its turn like all.
 *
 * <p>A turn is taken when a request is dispatched or fails over, and not by asking; so evaluations move nothing, and requests
 * decided in the same instant may get the same turn, which the next ones even out. Thread-safe. O(candidates), allocates
 * nothing.
 */
public final class RoundRobinPicker extends RankedPicker implements SchedulingObserver, FleetListener {
    static final List<ParameterSpec> PARAMETERS = List.of(MAX_ENDPOINTS);

    /** Before all turns. */
    private static final long NEVER = 0;

    private final AtomicLong turns = new AtomicLong();
    private final SlotNumbers lastTurns = new SlotNumbers(NEVER);

    RoundRobinPicker(Parameters parameters) {
        super(parameters);
    }

    @Override
    public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
        return rank(candidates, totals, draw, picks, wanted(picks), 0, 0);
    }

    @Override
    double key(int slot, double total, Draw draw, double least, double range) {
        return -(double) Math.max(NEVER, lastTurns.get(slot));
    }

    @Override
    public boolean deterministic() {
        return false;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        turn(dispatch.decision().primary().target());
        List<Leg> others = dispatch.decision().otherLegs();
        for (int i = 0; i < others.size(); i++) {
            turn(others.get(i).target());
        }
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        turn(to);
    }

    /** A late report of one that has left costs its successor in the slot one turn, at most. */
    private void turn(Target target) {
        lastTurns.set(target.slot(), turns.incrementAndGet());
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        lastTurns.joined(slot);
    }
}
