// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.stats.Quantile;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Numbers as the table and the page print them, in one place so that both print the same. English separators whatever
 * the machine's locale: equal input gives equal bytes. Times are microseconds.
 */
public final class Figures {
    private static final Pattern BEFORE_UNIT = Pattern.compile("(?<=[0-9]) (?=(?:%|us|ms|s|min|h|times)(?!\\w))");

    private Figures() {}

    /** A sentence in which the space between a figure and its unit is another character, so that no line ends there. */
    public static String keepUnits(String sentence, char space) {
        return BEFORE_UNIT.matcher(sentence).replaceAll(String.valueOf(space));
    }

    /** A time with its unit, to three figures: {@code 87 us}, {@code 4.57 ms}, {@code 0.450 s}, {@code 1,782 s}. */
    public static String time(double micros) {
        if (micros < 1e3) {
            return String.format(Locale.ROOT, "%.0f us", micros);
        }
        return (micros < 1e5 ? Unit.MILLISECONDS : Unit.SECONDS).formatWithSymbol(micros);
    }

    /** A span of the clock: {@code 7.25 s}, {@code 42 s}, {@code 58 min 57 s}, {@code 3 h 05 min}. */
    public static String span(long micros) {
        long seconds = Math.round(micros / 1e6);
        if (seconds < 10) {
            return time((double) micros);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }

    /** A whole number with separators: {@code 12,031}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A large number in a few characters: {@code 950}, {@code 12.0k}, {@code 144.8M}, {@code 2.1G}. */
    public static String shortCount(long number) {
        if (number < 1000) {
            return Long.toString(number);
        }
        if (number < 999_950) {
            return String.format(Locale.ROOT, "%.1fk", number / 1e3);
        }
        return number < 999_950_000
                ? String.format(Locale.ROOT, "%.1fM", number / 1e6)
                : String.format(Locale.ROOT, "%,.1fG", number / 1e9);
    }

    /** A share of one as a percentage with one decimal: {@code 37.4 %}. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    /** A share of one as a whole percentage; {@code <1 %} if there is something, but less than that. */
    public static String wholePercent(double share) {
        return share > 0 && share < 0.005 ? "<1 %" : String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /** A share of one to three decimals: {@code 0.374}. */
    public static String ratio(double share) {
        return String.format(Locale.ROOT, "%.3f", share);
    }

    /** A multiple to two decimals: {@code 1.02}, {@code 8.00}. */
    public static String multiple(double times) {
        return String.format(Locale.ROOT, "%.2f", times);
    }

    /** The unit of a column of times: one for the whole column, so that its figures can be compared by eye. */
    public enum Unit {
        /** A thousandth of a second. */
        MILLISECONDS("ms", 1e3),
        /** The second. */
        SECONDS("s", 1e6);

        private final String symbol;
        private final double micros;

        Unit(String symbol, double micros) {
            this.symbol = symbol;
            this.micros = micros;
        }

        /** Milliseconds if the shortest mean is under a tenth of a second. */
        public static Unit forMean(double shortestMeanMicros) {
            return shortestMeanMicros < 1e5 ? MILLISECONDS : SECONDS;
        }

        /** Returns {@code ms} or {@code s}. */
        public String symbol() {
            return symbol;
        }

        /** A time without its unit: three figures, or all before the point: 0.450, 1.87, 12.3, 1,782. */
        public String format(double timeMicros) {
            double number = timeMicros / micros;
            if (number < 0.9995) {
                return String.format(Locale.ROOT, "%.3f", number);
            }
            if (number < 9.995) {
                return String.format(Locale.ROOT, "%.2f", number);
            }
            return String.format(Locale.ROOT, number < 99.95 ? "%.1f" : "%,.0f", number);
        }

        /** A quantile without its unit. */
        public String quantile(TtftDistribution ttft, Quantile q) {
            return format((double) ttft.quantileMicros(q));
        }

        private String formatWithSymbol(double timeMicros) {
            return format(timeMicros) + " " + symbol;
        }
    }
}
