// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.queueing;

/**
 * Waiting times of queues, in closed form. All times in seconds, all rates per second; a queue that gets more work than it can do
 * has an infinite waiting time. Thread-safe, O(1) unless said otherwise, no allocation.
 *
 * <p>Sources: Pollaczek-Khinchine for M/G/1; the mean TTFT of one GPU and of two, DistServe, section 3.1 (arXiv 2401.09670); Erlang
 * C with Allen-Cunneen's correction for pooled servers. The tail is taken to be exponential, which is exact for M/M/1, and for
 * M/G/1 is what heavy traffic tends to.
 */
public final class Queueing {
    private static final double PRECISION = 1e-13;

    private Queueing() {}

    /**
     * Returns the mean time in an M/G/1 queue before service: {@code rho * S * (1 + cv^2) / (2 * (1 - rho))}.
     *
     * @param rate arrivals per second; at least 0
     * @param service mean service time; at least 0
     * @param variation coefficient of variation of the service time: 0 if it is constant, 1 if exponential
     */
    public static double meanWait(double rate, double service, double variation) {
        notNegative("rate", rate);
        notNegative("service", service);
        notNegative("variation", variation);
        double utilization = rate * service;
        if (utilization >= 1) {
            return Double.POSITIVE_INFINITY;
        }
        return utilization * service * (1 + variation * variation) / (2 * (1 - utilization));
    }

    /** Returns the mean TTFT of one replica that takes a constant time: {@code D + R D^2 / (2 (1 - R D))}. */
    public static double oneReplica(double rate, double service) {
        return service + meanWait(rate, service, 0);
    }

    /** Returns the same of several replicas of which each gets an equal share. */
    public static double replicas(int count, double rate, double service) {
        atLeastOne(count);
        return oneReplica(rate / count, service);
    }

    /**
     * Returns the mean TTFT of a pipeline of two stages: {@code D + R D^2 / (4 (2 - R D))}. A request takes as long as on one GPU,
     * but the next may start after half of that.
     */
    public static double twoStages(double rate, double service) {
        return service + meanWait(rate, service / 2, 0);
    }

    /**
     * Returns the mean TTFT of tensor parallelism that makes one request faster: {@code D/K + R D^2 / (2 K (K - R D))}.
     *
     * @param speedup K, how many times faster; above 0
     */
    public static double sharded(double rate, double service, double speedup) {
        if (!(speedup > 0 && speedup < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("speedup: must be finite and above 0, but was " + speedup
                    + ".\nMaybe it was meant as a share of linear speed-up; multiply it by the number of GPUs.");
        }
        return oneReplica(rate, service / speedup);
    }

    /**
     * Returns the rate above which two stages have a lower mean TTFT than sharding over the same two GPUs; 0 if they always have,
     * infinity if they never have while both are stable. O(log of the precision).
     *
     * @param speedup K of sharding; above 1 to have such a rate
     */
    public static double crossover(double service, double speedup) {
        double most = Math.min(speedup, 2) / service;
        if (sharded(0, service, speedup) >= service) {
            return 0;
        }
        double low = 0;
        double high = most * (1 - 1e-12);
        if (sharded(high, service, speedup) < twoStages(high, service)) {
            return Double.POSITIVE_INFINITY;
        }
        while (high - low > PRECISION * most) {
            double middle = (low + high) / 2;
            if (sharded(middle, service, speedup) < twoStages(middle, service)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * Returns the waiting time that a share of requests does not exceed, by an exponential tail: a request waits at all with
     * probability rho, and then with the mean {@code W / rho}.
     *
     * @param meanWait mean of all requests, those that do not wait included
     * @param utilization rho, the chance to find the server busy
     * @param quantile the share, such as 0.9; at least 0, below 1
     */
    public static double waitQuantile(double meanWait, double utilization, double quantile) {
        if (!(quantile >= 0 && quantile < 1)) {
            throw new IllegalArgumentException("quantile: must be at least 0 and below 1, but was " + quantile
                    + ".\nMaybe it is a percentage; divide it by 100.");
        }
        if (meanWait == Double.POSITIVE_INFINITY || utilization <= 1 - quantile) {
            return meanWait == Double.POSITIVE_INFINITY ? meanWait : 0;
        }
        return meanWait / utilization * Math.log(utilization / (1 - quantile));
    }

    /** Returns the share of requests that wait at most so long, by the same tail; 0 if the queue is not stable. */
    public static double waitAttainment(double meanWait, double utilization, double longest) {
        if (longest < 0 || meanWait == Double.POSITIVE_INFINITY) {
            return 0;
        }
        return meanWait == 0 ? 1 : 1 - utilization * Math.exp(-longest * utilization / meanWait);
    }

    /**
     * Returns the chance that all servers of a pool are busy (Erlang C), by the recursion of Erlang B. O(servers).
     *
     * @param servers how many share one queue; at least 1
     * @param offered rate times mean service time, in Erlang; 1 or more per server means always busy
     */
    public static double erlangC(int servers, double offered) {
        atLeastOne(servers);
        notNegative("offered", offered);
        if (offered >= servers) {
            return 1;
        }
        double blocked = 1;
        for (int i = 1; i <= servers; i++) {
            blocked = offered * blocked / (i + offered * blocked);
        }
        return blocked / (1 - offered / servers * (1 - blocked));
    }

    /**
     * Returns the mean wait of servers that share one queue: Erlang C's, times {@code (1 + cv^2) / 2} for Poisson arrivals
     * (Allen-Cunneen). For one server it is {@link #meanWait}.
     */
    public static double pooledWait(int servers, double rate, double service, double variation) {
        notNegative("rate", rate);
        notNegative("service", service);
        notNegative("variation", variation);
        double offered = rate * service;
        if (offered >= servers) {
            return Double.POSITIVE_INFINITY;
        }
        return erlangC(servers, offered) * service / (servers - offered) * (1 + variation * variation) / 2;
    }

    /**
     * Returns the largest rate of one replica whose TTFT meets a target: in closed form for the mean, by bisection for a quantile; 0
     * if the service time alone does not. This over the service time is rho*, the utilization to plan with.
     *
     * @param quantile of which the target is; 0 for the mean
     */
    public static double mostRate(double service, double variation, double target, double quantile) {
        notNegative("service", service);
        notNegative("variation", variation);
        double slack = target - service;
        if (!(slack > 0)) {
            return 0;
        }
        if (quantile == 0) {
            return 2 * slack / (service * (service * (1 + variation * variation) + 2 * slack));
        }
        double low = 0;
        double high = 1 / service;
        for (int i = 0; i < 60; i++) {
            double rate = (low + high) / 2;
            double wait = waitQuantile(meanWait(rate, service, variation), rate * service, quantile);
            if (wait <= slack) {
                low = rate;
            } else {
                high = rate;
            }
        }
        return low;
    }

    static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least 0, but was " + value
                    + ".\nMaybe it was divided by a rate of zero.");
        }
    }

    static void atLeastOne(int servers) {
        if (servers < 1) {
            throw new IllegalArgumentException(
                    "servers: must be at least 1, but was " + servers + ".\nMaybe the pool is empty.");
        }
    }
}
