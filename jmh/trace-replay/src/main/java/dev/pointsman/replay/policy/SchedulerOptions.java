// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import org.jspecify.annotations.Nullable;

/**
 * How the real scheduler is run in a replay. Immutable.
 *
 * @param inFlight in a replay without time, how many requests stay in flight: when another one arrives, the oldest is
 *     completed. At least 0 (completed at once, so that no load is ever seen), or {@link #TWICE_THE_FLEET}
 * @param metricsNanos in a replay with time, how often the simulated engines report to the scheduler, in nanoseconds of the
 *     trace's clock; 0 for before every arrival
 * @param seed seed of the scheduler's draws
 * @param plugins where to discover plugin types besides the built-in ones, or null for nowhere
 */
public record SchedulerOptions(
        int inFlight,
        long metricsNanos,
        long seed,
        @Nullable ClassLoader plugins) {
    /** Keeps two requests for each endpoint in flight. */
    public static final int TWICE_THE_FLEET = -1;

    /** Two requests for each endpoint in flight, reports before every arrival, seed 0, built-in plugins only. */
    public static final SchedulerOptions DEFAULT = new SchedulerOptions(TWICE_THE_FLEET, 0, 0, null);

    public SchedulerOptions {
        if (inFlight < TWICE_THE_FLEET) {
            throw new IllegalArgumentException(
                    "in flight: must be at least 0 requests, but was " + inFlight + ".\nMaybe leave it out.");
        }
        if (metricsNanos < 0) {
            throw new IllegalArgumentException("metrics interval: must be at least 0 ns, but was " + metricsNanos
                    + ".\nMaybe use 0 for a report before every arrival.");
        }
    }
}
