// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

/**
 * How a replay of stages is run. Immutable.
 *
 * @param metricsNanos how often servers report to the scheduler, at least 0; 0 for before every arrival
 * @param setupNanos what it takes before the first byte of a transfer flows, at least 0
 * @param pipelined whether each layer is sent as soon as it is read, so that prefill hides the transfer of all but the last
 * @param ttftNanos time to first token that counts as in time, above 0
 * @param tpotNanos time per further token that counts as in time, above 0
 * @param seed of the scheduler's draws
 */
public record StageSettings(
        long metricsNanos, long setupNanos, boolean pipelined, long ttftNanos, long tpotNanos, long seed) {
    /** Reports every 50 ms as llm-d scrapes, RDMA set-up of 1.25 ms, no pipelining, 2 s and 50 ms, seed 0. */
    public static final StageSettings DEFAULT =
            new StageSettings(50_000_000, 1_250_000, false, 2_000_000_000, 50_000_000, 0);

    /** Checks the numbers. */
    public StageSettings {
        if (metricsNanos < 0 || setupNanos < 0 || ttftNanos <= 0 || tpotNanos <= 0) {
            throw new IllegalArgumentException(
                    "settings: intervals must be at least 0 and targets above 0 ns, but were "
                            + metricsNanos + ", " + setupNanos + ", " + ttftNanos + " and " + tpotNanos
                            + ".\nMaybe start from StageSettings.DEFAULT.");
        }
    }

    /** Returns the same settings with other targets. */
    public StageSettings targets(double ttftSeconds, double tpotSeconds) {
        return new StageSettings(
                metricsNanos,
                setupNanos,
                pipelined,
                Math.round(ttftSeconds * 1e9),
                Math.round(tpotSeconds * 1e9),
                seed);
    }
}
