// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.time.Duration;

/** Says bounds in messages, as the end of a sentence: {@code " between 0 and 100"}, {@code " >= 0"} or nothing. */
final class Bounds {
    private Bounds() {}

    static String of(long minimum, long maximum) {
        return of(
                minimum == Long.MIN_VALUE ? "" : Long.toString(minimum),
                maximum == Long.MAX_VALUE ? "" : Long.toString(maximum),
                " of at most 64 bits");
    }

    static String of(double minimum, double maximum) {
        return of(
                minimum == Double.NEGATIVE_INFINITY ? "" : plain(minimum),
                maximum == Double.POSITIVE_INFINITY ? "" : plain(maximum),
                "");
    }

    static String of(Duration minimum, Duration maximum) {
        return of(
                DurationText.print(minimum),
                maximum.compareTo(DurationText.MAX) >= 0 ? "" : DurationText.print(maximum),
                "");
    }

    private static String of(String minimum, String maximum, String neither) {
        if (minimum.isEmpty() && maximum.isEmpty()) {
            return neither;
        }
        if (maximum.isEmpty()) {
            return " >= " + minimum;
        }
        return minimum.isEmpty() ? " <= " + maximum : " between " + minimum + " and " + maximum;
    }

    /** A bound such as 100 is written without a fraction. */
    private static String plain(double bound) {
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15
                ? Long.toString((long) bound)
                : Double.toString(bound);
    }
}
