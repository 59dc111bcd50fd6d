// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import java.math.BigDecimal;

/**
 * How long a simulated server takes for one prompt: a fixed part, and a part for every token that its cache lacks.
 * Immutable.
 *
 * @param fixedNanos nanoseconds for any request, 0 to an hour
 * @param nanosPerToken nanoseconds for each uncached prompt token, 0 to an hour
 */
public record ServiceTime(long fixedNanos, long nanosPerToken) {
    private static final long LONGEST = 3_600_000_000_000L;

    public ServiceTime {
        check("fixed time", fixedNanos);
        check("time per token", nanosPerToken);
    }

    /** Makes a service time of whole microseconds. */
    public static ServiceTime ofMicros(long fixedMicros, long microsPerToken) {
        return ofMicros(BigDecimal.valueOf(fixedMicros), BigDecimal.valueOf(microsPerToken));
    }

    /**
     * Makes a service time of microseconds with up to three decimals.
     *
     * @throws IllegalArgumentException if a value is negative, above an hour or finer than a nanosecond
     */
    public static ServiceTime ofMicros(BigDecimal fixedMicros, BigDecimal microsPerToken) {
        return new ServiceTime(nanos("fixed time", fixedMicros), nanos("time per token", microsPerToken));
    }

    /**
     * Returns how long a prompt takes.
     *
     * @param uncachedTokens prompt tokens that the cache lacks, at least 0
     * @return nanoseconds
     * @throws ArithmeticException if that is more than a long can hold
     */
    public long nanos(long uncachedTokens) {
        return Math.addExact(fixedNanos, Math.multiplyExact(nanosPerToken, uncachedTokens));
    }

    private static long nanos(String what, BigDecimal micros) {
        if (micros.signum() < 0 || micros.compareTo(BigDecimal.valueOf(LONGEST / 1000)) > 0) {
            throw outOfRange(what, micros.toString());
        }
        BigDecimal nanos = micros.movePointRight(3);
        if (nanos.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(what + ": must be a whole number of nanoseconds, but was " + micros
                    + " microseconds.\nMaybe round it to three decimals.");
        }
        return nanos.longValueExact();
    }

    private static void check(String what, long nanos) {
        if (nanos < 0 || nanos > LONGEST) {
            throw outOfRange(what, BigDecimal.valueOf(nanos, 3).toString());
        }
    }

    private static IllegalArgumentException outOfRange(String what, String micros) {
        return new IllegalArgumentException(what + ": must be between 0 and 3600000000 microseconds, but was " + micros
                + ".\nMaybe the unit is wrong: 5 ms is 5000, and a fast prefill takes about 50 a token.");
    }
}
