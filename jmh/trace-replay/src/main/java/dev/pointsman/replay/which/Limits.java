// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

/**
 * The times that nine requests in ten are to keep.
 *
 * @param ttftSeconds time to first token; above 0
 * @param tpotSeconds time per output token; above 0
 */
public record Limits(double ttftSeconds, double tpotSeconds) {
    /** Checks the times. */
    public Limits {
        above("TTFT limit", ttftSeconds);
        above("TPOT limit", tpotSeconds);
    }

    private static void above(String name, double seconds) {
        if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be above 0 seconds, but was " + seconds
                    + ".\nMaybe leave it out; it has a default.");
        }
    }
}
