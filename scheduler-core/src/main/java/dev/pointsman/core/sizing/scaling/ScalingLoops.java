// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.scaling;

import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.SizingOutcome;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.core.sizing.TrafficClass;
import dev.pointsman.core.sizing.scaling.ScalingSignals.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two loops as functions that the host calls: every few minutes what traffic is to come sets floors, every few seconds what waits now
 * moves the numbers above them. Thread-safe, no state: what a loop has to remember is in its arguments.
 *
 * <p>The reactive loop adds replicas until what waits is served in time, at most some in a call; it takes away one at a time, and only
 * if those that stay could take everything with a margin (the consolidation test: load times {@code N / (N - 1)}), never the last one;
 * to run none is for the host to say, by {@code most}. While replicas start it does nothing, since what they will do is not seen yet. A
 * pool of none with work waiting starts at once. Where the target is out of reach for any number, because a prompt or a step alone
 * misses it, replicas are added for what waits, not for the target.
 */
public final class ScalingLoops {
    private ScalingLoops() {}

    /**
     * How the reactive loop moves.
     *
     * @param mostUp replicas to add in a call; at least 1
     * @param sensitivity the share of a target that must not be exceeded after taking one away; above 0, at most 1
     */
    public record Pace(int mostUp, double sensitivity) {
        /** Two up, and four fifths of the target. */
        public static final Pace DEFAULT = new Pace(2, 0.8);

        /** Checks the numbers. */
        public Pace {
            if (mostUp < 1 || !(sensitivity > 0 && sensitivity <= 1)) {
                throw new IllegalArgumentException(
                        "pace: mostUp must be at least 1 and sensitivity in (0, 1], but were " + mostUp + " and "
                                + sensitivity + ".\nMaybe sensitivity is a percentage; divide it by 100.");
            }
        }
    }

    /**
     * Plans for traffic to come; the numbers of the plan are the floors of the reactive loop.
     *
     * @param problem what there is, with what runs now
     * @param requestsPerSecond forecast of classes by name; those that are missing stay as they are
     * @param progress watches the solver
     * @throws IllegalArgumentException if a class is forecast that the problem does not have
     */
    public static SizingOutcome predict(
            FleetProblem problem, Map<String, Double> requestsPerSecond, SizingProgress progress) {
        List<String> names = problem.classes().stream().map(TrafficClass::name).toList();
        for (String name : requestsPerSecond.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("requestsPerSecond: there is no class " + name + ", only " + names
                        + ".\nMaybe it is misspelt, or new; then add it to the problem.");
            }
        }
        List<TrafficClass> classes = new ArrayList<>();
        for (TrafficClass one : problem.classes()) {
            classes.add(one.withRate(requestsPerSecond.getOrDefault(one.name(), one.requestsPerSecond())));
        }
        return FleetSolver.solve(problem.withClasses(classes), progress);
    }

    /** Moves pools by what they do now. */
    public static ScalingSignals react(List<PoolState> pools, Pace pace) {
        List<ScalingSignals.Pool> signals = new ArrayList<>();
        for (PoolState pool : pools) {
            signals.add(signal(pool, pace));
        }
        return new ScalingSignals(signals);
    }

    private static ScalingSignals.Pool signal(PoolState pool, Pace pace) {
        int present = pool.running() + pool.starting();
        boolean waits = pool.queuedSeconds() > 0 || pool.kvTokens() > 0;
        int wanted = present;
        Reason reason = Reason.STEADY;
        if (present == 0) {
            wanted = waits ? 1 : 0;
            reason = waits ? Reason.FROM_ZERO : Reason.STEADY;
        } else if (pool.starting() > 0) {
            reason = Reason.STARTING;
        } else if (!pool.suffices(present, 1)) {
            while (wanted < present + pace.mostUp() && !pool.suffices(wanted, 1)) {
                wanted++;
            }
            reason = Reason.TOO_SLOW;
        } else if (pool.suffices(present - 1, pace.sensitivity())) {
            wanted = present - 1;
            reason = Reason.IDLE;
        } else if (present > 1) {
            reason = Reason.CONSOLIDATION_REFUSED;
        }
        if (pool.running() > 0 && pool.starting() == 0 && waits && !pool.attainable()) {
            reason = Reason.OUT_OF_REACH;
        }
        if (wanted < pool.floor()) {
            wanted = pool.floor();
            reason = reason == Reason.FROM_ZERO ? reason : Reason.FLOOR;
        } else if (wanted > pool.most()) {
            wanted = pool.most();
            reason = Reason.CEILING;
        }
        return new ScalingSignals.Pool(
                pool.option(),
                present,
                wanted,
                pool.utilization(),
                pool.queuedSeconds() / Math.max(1, pool.running()),
                pool.attainment(wanted),
                reason);
    }
}
