// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.scaling;

import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.FleetSolver;
import dev.pointsman.core.sizing.SizingOutcome;
import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.core.sizing.TrafficClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two loops as functions that the host calls: every few minutes what traffic is to come sets floors, every few seconds what waits now
 * moves the numbers above them. Thread-safe, no state: what a loop has to remember is in its arguments.
 *
 * <p>The reactive loop adds replicas until what waits is served in time, at most some in a call; it takes away one at a time, and only
 * if those that stay could take everything with a margin (the consolidation test: load times {@code N / (N - 1)}). While
 * replicas start it does nothing, since what they will do is not seen yet. A pool of none with work waiting starts at once.
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
     */
    public static SizingOutcome predict(
            FleetProblem problem, Map<String, Double> requestsPerSecond, SizingProgress progress) {
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
            int desired = desired(pool, pace);
            int present = pool.running() + pool.starting();
            double waits = pool.queuedSeconds() / Math.max(1, pool.running());
            signals.add(new ScalingSignals.Pool(
                    pool.option(), present, desired, waits, pool.attainment(desired), reason(pool, desired, pace)));
        }
        return new ScalingSignals(signals);
    }

    private static int desired(PoolState pool, Pace pace) {
        int present = pool.running() + pool.starting();
        int wanted = present;
        if (present == 0) {
            wanted = waits(pool) ? 1 : 0;
        } else if (pool.starting() == 0) {
            if (!pool.suffices(present, 1)) {
                while (wanted < present + pace.mostUp() && !pool.suffices(wanted, 1)) {
                    wanted++;
                }
            } else if (pool.suffices(present - 1, pace.sensitivity())) {
                wanted = present - 1;
            }
        }
        return Math.max(pool.floor(), Math.min(pool.most(), wanted));
    }

    private static boolean waits(PoolState pool) {
        return pool.queuedSeconds() > 0 || pool.kvTokens() > 0;
    }

    private static ScalingSignals.Reason reason(PoolState pool, int desired, Pace pace) {
        int present = pool.running() + pool.starting();
        if (desired > present) {
            if (present == 0 && waits(pool)) {
                return ScalingSignals.Reason.FROM_ZERO;
            }
            return desired == pool.floor() && pool.suffices(present, 1)
                    ? ScalingSignals.Reason.FLOOR
                    : ScalingSignals.Reason.TOO_SLOW;
        }
        if (desired < present) {
            return desired == pool.most() && !pool.suffices(desired, pace.sensitivity())
                    ? ScalingSignals.Reason.CEILING
                    : ScalingSignals.Reason.IDLE;
        }
        if (pool.starting() > 0) {
            return ScalingSignals.Reason.STARTING;
        }
        if (present > 0 && !pool.suffices(present, 1)) {
            return ScalingSignals.Reason.CEILING;
        }
        return present > 1 && !pool.suffices(present - 1, pace.sensitivity())
                ? ScalingSignals.Reason.CONSOLIDATION_REFUSED
                : ScalingSignals.Reason.STEADY;
    }
}
