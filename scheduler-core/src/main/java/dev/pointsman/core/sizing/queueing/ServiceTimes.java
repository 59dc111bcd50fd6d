// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

import java.util.Arrays;

/**
 * How long the requests of a queue take: mean, variance and, in groups of equally many like times, how they are spread. Immutable and
 * thread-safe.
 */
public final class ServiceTimes {
    private static final int GROUPS = 64;

    private final double mean;
    private final double variance;
    private final double[] groups;

    private ServiceTimes(double mean, double variance, double[] groups) {
        this.mean = mean;
        this.variance = variance;
        this.groups = groups;
    }

    /**
     * Takes times as they were seen or predicted, each as likely. O(n log n).
     *
     * @param seconds at least one; each finite and at least 0
     */
    public static ServiceTimes of(double... seconds) {
        if (seconds.length == 0) {
            throw new IllegalArgumentException("seconds: must have at least one, but there are none."
                    + "\nMaybe state a mean and a variation instead.");
        }
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        double sum = 0;
        for (double one : sorted) {
            Queueing.notNegative("seconds", one);
            sum += one;
        }
        double mean = sum / sorted.length;
        double squares = 0;
        for (double one : sorted) {
            squares += (one - mean) * (one - mean);
        }
        return new ServiceTimes(mean, squares / sorted.length, grouped(sorted));
    }

    /**
     * Takes a mean and a coefficient of variation. The variation makes queues longer; what a request itself takes counts as the mean.
     *
     * @param mean seconds; finite and at least 0
     * @param variation 0 if all are alike, 1 if exponential; finite and at least 0
     */
    public static ServiceTimes ofMean(double mean, double variation) {
        Queueing.notNegative("mean", mean);
        Queueing.notNegative("variation", variation);
        return new ServiceTimes(mean, mean * mean * variation * variation, new double[] {mean});
    }

    /** Returns the times of requests that each take so much longer. */
    public ServiceTimes plus(double seconds) {
        Queueing.notNegative("seconds", seconds);
        double[] longer = groups.clone();
        for (int i = 0; i < longer.length; i++) {
            longer[i] += seconds;
        }
        return new ServiceTimes(mean + seconds, variance, longer);
    }

    /** Returns the mean in seconds. */
    public double mean() {
        return mean;
    }

    /** Returns the squared coefficient of variation; 0 if nothing takes any time. */
    public double squaredVariation() {
        return mean == 0 ? 0 : variance / (mean * mean);
    }

    /** Returns the mean over requests of the chance to wait no longer than what their own time leaves of a target. */
    double attainment(double meanWait, double busy, double within) {
        double sum = 0;
        for (double group : groups) {
            sum += Queueing.waitAttainment(meanWait, busy, within - group);
        }
        return sum / groups.length;
    }

    private static double[] grouped(double[] sorted) {
        int count = Math.min(GROUPS, sorted.length);
        double[] means = new double[count];
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) i * sorted.length / count);
            int to = (int) ((i + 1L) * sorted.length / count);
            for (int j = from; j < to; j++) {
                means[i] += sorted[j] / (to - from);
            }
        }
        return means;
    }
}
