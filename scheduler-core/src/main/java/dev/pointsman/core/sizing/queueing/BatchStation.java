// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

import java.util.function.IntToDoubleFunction;

/**
 * One server that works on a batch, faster or slower depending on how many are in it, with a place for so many more to wait: an
 * M/M/1/K queue whose service rate depends on its state. Immutable and thread-safe.
 *
 * <p>A birth-death chain: the chance of {@code n + 1} present is the chance of {@code n} times {@code arrival rate / rate(n + 1)},
 * where more present than the batch holds are served at its full rate. Computed in logarithms, so that long queues do not
 * overflow. Throughput, numbers and times are tied by Little's law. With a batch of one it is M/M/1/K. The model of llm-d's workload
 * variant autoscaler ({@code pkg/analyzer}); Gross and Harris, Fundamentals of Queueing Theory, for the chain.
 *
 * @param throughput requests that leave per second
 * @param blocked share of the arrivals that find no place
 * @param inService mean number in the batch
 * @param waiting mean number that wait
 * @param waitSeconds mean time before the batch, of those that enter
 * @param serviceSeconds mean time in the batch
 */
public record BatchStation(
        double throughput,
        double blocked,
        double inService,
        double waiting,
        double waitSeconds,
        double serviceSeconds) {
    /**
     * Works out a station. O(capacity).
     *
     * @param arrivals per second; above 0
     * @param batch how many the batch holds; at least 1
     * @param capacity how many are present at most, at least {@code batch}
     * @param rate requests per second that leave when so many are in the batch, from 1 to {@code batch}; above 0
     */
    public static BatchStation of(double arrivals, int batch, int capacity, IntToDoubleFunction rate) {
        if (!(arrivals > 0 && arrivals < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("arrivals: must be finite and above 0, but was " + arrivals
                    + ".\nMaybe leave an idle station out.");
        }
        if (batch < 1 || capacity < batch) {
            throw new IllegalArgumentException("batch and capacity: must be 1 <= batch <= capacity, but were " + batch
                    + " and " + capacity + ".\nMaybe capacity was meant without those in the batch.");
        }
        double[] logs = new double[capacity + 1];
        double most = 0;
        double last = 0;
        for (int n = 1; n <= capacity; n++) {
            if (n <= batch) {
                last = rate.applyAsDouble(n);
                if (!(last > 0 && last < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("rate: must be finite and above 0 for " + n + ", but was " + last
                            + ".\nMaybe the time of an iteration is zero.");
                }
            }
            logs[n] = logs[n - 1] + Math.log(arrivals / last);
            most = Math.max(most, logs[n]);
        }
        double sum = 0;
        double inService = 0;
        double waiting = 0;
        for (int n = 0; n <= capacity; n++) {
            double chance = Math.exp(logs[n] - most);
            sum += chance;
            inService += chance * Math.min(n, batch);
            waiting += chance * Math.max(0, n - batch);
        }
        double blocked = Math.exp(logs[capacity] - most) / sum;
        double throughput = arrivals * (1 - blocked);
        inService /= sum;
        waiting /= sum;
        return new BatchStation(throughput, blocked, inService, waiting, waiting / throughput, inService / throughput);
    }
}
