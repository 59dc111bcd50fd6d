// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import java.time.Duration;

/**
 * Lengths of time as nanoseconds in a {@code long}, which end at 292 years: what is longer is without end, and a time beyond
 * the end of the clock is never. Both are {@link Long#MAX_VALUE}.
 */
public final class Times {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Times() {}

    /**
     * Returns a setting in nanoseconds.
     *
     * @param name what the setting is called
     * @param time its value
     * @param hint what to try if the value is wrong, such as {@code Maybe leave it out; there is a default.}
     * @throws IllegalArgumentException if it is not positive
     */
    public static long positiveNanos(String name, Duration time, String hint) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": must be positive, but was " + time + ".\n" + hint);
        }
        return time.compareTo(LONGEST) < 0 ? time.toNanos() : Long.MAX_VALUE;
    }

    /** Returns the time that comes so many nanoseconds after another; {@code nanos} is at least 0. */
    public static long after(long time, long nanos) {
        return nanos == Long.MAX_VALUE || time > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : time + nanos;
    }
}
