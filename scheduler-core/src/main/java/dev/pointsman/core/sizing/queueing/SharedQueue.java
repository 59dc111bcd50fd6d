// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

import static java.util.Objects.requireNonNull;

/**
 * Servers that share one queue, first come first served: what a pool of like replicas is to a router that sends each request to where
 * least work waits. Immutable and thread-safe.
 *
 * <p>The mean wait is Allen and Cunneen's for GI/G/n, {@code C(n, a) S / (n - a) * (ca2 + cs2) / 2}: Erlang C of the offered load
 * {@code a}, with the squared coefficients of variation of arrivals and of service. For arrivals, the index of dispersion of counts
 * stands in, which is what a renewal process with as many bursts would have (Whitt, Approximating a Point Process by a Renewal
 * Process, I, 1982, the asymptotic method). One server with Poisson arrivals is M/G/1, exactly Pollaczek-Khinchine.
 *
 * <p>The tail of the wait is taken to be exponential: a request waits with probability {@code C}, and then {@code W / C} on average.
 * How long it waits does not depend on its own time, so the share that meets a target is the mean over requests of the chance to
 * wait no longer than their own time leaves.
 *
 * @param servers how many serve it; at least 1
 * @param dispersion variance over mean of how many arrive in a while; 1 if arrivals are independent; finite and at least 0
 * @param times what requests take
 */
public record SharedQueue(int servers, double dispersion, ServiceTimes times) {
    private static final int HALVINGS = 60;

    /** Checks the numbers. */
    public SharedQueue {
        Queueing.atLeastOne(servers);
        Queueing.notNegative("dispersion", dispersion);
        requireNonNull(times, "times");
    }

    /** Returns the mean time before service at a rate, in seconds; infinite if the servers cannot keep up. O(servers). */
    public double meanWait(double rate) {
        Queueing.notNegative("rate", rate);
        double offered = rate * times.mean();
        if (offered >= servers) {
            return Double.POSITIVE_INFINITY;
        }
        double variability = (dispersion + times.squaredVariation()) / 2;
        return Queueing.erlangC(servers, offered) * times.mean() / (servers - offered) * variability;
    }

    /** Returns the share of requests that are served, wait included, within a time; 0 if the servers cannot keep up. */
    public double attainment(double rate, double within) {
        double wait = meanWait(rate);
        return wait == Double.POSITIVE_INFINITY
                ? 0
                : times.attainment(wait, Queueing.erlangC(servers, rate * times.mean()), within);
    }

    /**
     * Returns the largest rate at which requests are served in time, of all servers together; 0 if they are not even if they never
     * wait. O(servers log of the precision).
     *
     * @param within the target, in seconds
     * @param quantile the share of requests that has to meet it; 0 if the mean has to
     */
    public double mostRate(double within, double quantile) {
        if (times.mean() == 0 || !holds(0, within, quantile)) {
            return 0;
        }
        double low = 0;
        double high = servers / times.mean();
        for (int i = 0; i < HALVINGS; i++) {
            double rate = (low + high) / 2;
            if (holds(rate, within, quantile)) {
                low = rate;
            } else {
                high = rate;
            }
        }
        return low;
    }

    private boolean holds(double rate, double within, double quantile) {
        return quantile == 0 ? times.mean() + meanWait(rate) <= within : attainment(rate, within) >= quantile;
    }
}
