// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of time with one arrival rate; several in a row make a rate ladder. Immutable.
 *
 * @param requestsPerSecond mean rate, above 0 and at most a million
 * @param seconds duration, above 0 and at most a million
 */
public record RateStage(double requestsPerSecond, double seconds) {
    private static final double MOST = 1_000_000;

    public RateStage {
        check("rate", requestsPerSecond);
        check("duration", seconds);
    }

    /**
     * Reads a ladder as people write it: rate/seconds, stage after stage, such as {@code 3/20,10/20,15/20}.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static List<RateStage> parseLadder(String text) {
        List<RateStage> stages = new ArrayList<>();
        for (String part : requireNonNull(text, "text").split(",", -1)) {
            String[] halves = part.split("/", -1);
            try {
                if (halves.length == 2) {
                    stages.add(new RateStage(Double.parseDouble(halves[0]), Double.parseDouble(halves[1])));
                    continue;
                }
            } catch (NumberFormatException e) {
                throw malformed(part, e);
            }
            throw malformed(part, null);
        }
        return List.copyOf(stages);
    }

    /** Returns the duration in nanoseconds. */
    long nanos() {
        return (long) (seconds * 1e9);
    }

    private static void check(String what, double value) {
        if (!(value > 0 && value <= MOST)) {
            throw new IllegalArgumentException("stage " + what + ": must be above 0 and at most 1000000, but was "
                    + value + ".\nMaybe the unit is wrong: rates are requests a second, durations seconds.");
        }
    }

    private static IllegalArgumentException malformed(String part, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "stage: must be rate/seconds, but was \"" + part
                        + "\".\nMaybe write 20/60 for 20 requests a second over a minute.",
                cause);
    }
}
