// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.shape;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.stats.LongSamples;
import dev.pointsman.replay.stats.QuantileSummary;

/**
 * How requests arrive. Immutable.
 *
 * @param spanNanos from the first arrival to the last, in nanoseconds
 * @param distinctArrivals different times of arrival; far fewer than requests if the trace was written on ticks
 * @param gapNanos times between neighbouring arrivals, in nanoseconds
 * @param zeroGaps neighbours that arrive at the same time
 * @param gapVariation standard deviation of the gaps over their mean: 1 for Poisson arrivals; population form
 * @param perMinute requests in each full minute of the trace's clock; none are counted from a year after the first on
 * @param minuteDispersion variance over mean of the requests in each full minute: 1 for Poisson arrivals; population form
 */
public record ArrivalShape(
        long spanNanos,
        long distinctArrivals,
        QuantileSummary gapNanos,
        long zeroGaps,
        double gapVariation,
        QuantileSummary perMinute,
        double minuteDispersion) {
    private static final long MINUTE = 60_000_000_000L;
    /** One timestamp of nonsense must not fill the memory with empty minutes. */
    private static final int MOST_MINUTES = 366 * 24 * 60;

    public ArrivalShape {
        requireNonNull(gapNanos, "gapNanos");
        requireNonNull(perMinute, "perMinute");
    }

    /** Returns {@code (requests - 1) / span} in requests a second; 0 if all arrive at once. */
    public double meanRatePerSecond() {
        return spanNanos == 0 ? 0 : gapNanos.n() / (spanNanos / 1e9);
    }

    /** Collects arrivals, which never go back. Not thread-safe. */
    static final class Recorder {
        private final LongSamples gaps = new LongSamples();
        private final LongSamples minutes = new LongSamples();
        private final Moments gapMoments = new Moments();
        private final Moments minuteMoments = new Moments();
        private long first = -1;
        private long last = -1;
        private long minute;
        private long inMinute;
        private long zeroGaps;

        void add(long arrivalNanos) {
            if (last < 0) {
                first = arrivalNanos;
                // Minutes count from the start of the clock, but a clock that starts at an epoch has no use for empty
                // ones.
                minute = arrivalNanos / MINUTE;
            } else {
                long gap = arrivalNanos - last;
                gaps.add(gap);
                gapMoments.add(gap);
                zeroGaps += gap == 0 ? 1 : 0;
            }
            last = arrivalNanos;
            while (arrivalNanos / MINUTE > minute && minutes.size() < MOST_MINUTES) {
                minutes.add(inMinute);
                minuteMoments.add(inMinute);
                inMinute = 0;
                minute++;
            }
            inMinute++;
        }

        ArrivalShape finish() {
            long distinct = last < 0 ? 0 : gaps.size() - zeroGaps + 1;
            QuantileSummary gapNanos = gaps.summarize();
            return new ArrivalShape(
                    last - first,
                    distinct,
                    gapNanos,
                    zeroGaps,
                    gapMoments.mean() == 0 ? 0 : Math.sqrt(gapMoments.variance()) / gapMoments.mean(),
                    minutes.summarize(),
                    minuteMoments.mean() == 0 ? 0 : minuteMoments.variance() / minuteMoments.mean());
        }
    }

    /** Mean and variance as values come, without the cancellation of sums of squares (B. P. Welford, 1962). */
    private static final class Moments {
        private long n;
        private double mean;
        private double squares;

        void add(long value) {
            n++;
            double from = (double) value - mean;
            mean += from / n;
            squares += from * ((double) value - mean);
        }

        double mean() {
            return mean;
        }

        double variance() {
            return n == 0 ? 0 : squares / n;
        }
    }
}
