// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes lengths of time as configurations have them, {@code 1m30s}: the text form of Go's {@code
 * time.ParseDuration} (package {@code time} of the Go standard library), in whole nanoseconds of a {@code long}.
 */
final class DurationText {
    /** The longest length of time there is here, about 292 years; the shortest is its negative. */
    static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

    private static final Pattern PART =
            Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private DurationText() {}

    /**
     * Reads text such as {@code 250ms}, {@code 1m30s}, {@code 1.5h}, {@code -2s} or {@code 0}.
     *
     * @return the nanoseconds, with a fraction and beyond {@code long} if so written, or null if it is not such text
     */
    static @Nullable BigDecimal nanos(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        if (digits.equals("0")) {
            return BigDecimal.ZERO;
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher part = PART.matcher(digits);
        int end = 0;
        while (part.find() && part.start() == end) {
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosIn(part.group(2)))));
            end = part.end();
        }
        if (end == 0 || end < digits.length()) {
            return null;
        }
        return negative ? sum.negate() : sum;
    }

    /** Turns a number of seconds into nanoseconds. */
    static BigDecimal nanos(BigDecimal seconds) {
        return seconds.multiply(NANOS_PER_SECOND);
    }

    /** Cuts off what is finer than a nanosecond; null if the result is beyond {@code long}. */
    static @Nullable Duration duration(BigDecimal nanos) {
        if (nanos.abs().compareTo(MOST) > 0) {
            return null;
        }
        if (nanos.precision() <= nanos.scale()) {
            // Less than one; to round 1e-999999999 would take all memory.
            return Duration.ZERO;
        }
        return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    }

    /** Writes a length of time so that it can be read again: {@code 1m30s}, {@code 250ms}, {@code 0s}. */
    static String print(Duration duration) {
        if (duration.isNegative()) {
            return "-" + print(duration.negated());
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toHours(), "h");
        append(text, duration.toMinutesPart(), "m");
        long nanos = duration.toNanosPart();
        if (text.length() == 0 && duration.toSecondsPart() == 0 && nanos > 0) {
            String unit = nanos >= 1_000_000 ? "ms" : nanos >= 1_000 ? "us" : "ns";
            return plain(BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(nanosIn(unit)))) + unit;
        }
        BigDecimal seconds =
                BigDecimal.valueOf(duration.toSecondsPart()).add(new BigDecimal(BigInteger.valueOf(nanos), 9));
        if (text.length() == 0 || seconds.signum() > 0) {
            text.append(plain(seconds)).append('s');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static long nanosIn(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "ns" -> 1L;
            default -> 1_000L;
        };
    }
}
