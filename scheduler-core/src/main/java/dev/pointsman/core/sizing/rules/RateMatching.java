// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * How aiconfigurator matches prefill and decode workers: all pairs within a number of GPUs, the most requests per GPU. Thread-safe,
 * no state.
 *
 * <p>Source: ai-dynamo/aiconfigurator, {@code src/aiconfigurator/sdk}: derated by 0.9 and 0.92, 1 to 32 prefill and 1 to 16 decode
 * workers, one type of GPU.
 */
public final class RateMatching {
    private static final int MOST_PREFILL = 32;
    private static final int MOST_DECODE = 16;

    private RateMatching() {}

    /**
     * Workers of a role.
     *
     * @param requestsPerSecond of one worker
     * @param derate the share of it to count on
     * @param gpus of one worker
     */
    public record Worker(double requestsPerSecond, double derate, int gpus) {
        /** Checks the numbers. */
        public Worker {
            Checks.positive("requestsPerSecond", requestsPerSecond);
            Checks.positive("derate", derate);
            Checks.positive("gpus", gpus);
        }

        double rate(int workers) {
            return workers * requestsPerSecond * derate;
        }
    }

    /**
     * A match.
     *
     * @param prefill workers of one replica
     * @param decode workers of one replica
     * @param replicas how many such replicas
     * @param requestsPerSecond of all replicas
     */
    public record Match(int prefill, int decode, int replicas, double requestsPerSecond) {
        /** Returns the prefill workers of all replicas. */
        public int prefillWorkers() {
            return prefill * replicas;
        }

        /** Returns the decode workers of all replicas. */
        public int decodeWorkers() {
            return decode * replicas;
        }
    }

    /** Returns the most requests that so many GPUs serve: the best pair for a replica, as often as it fits; the fewest workers of equals. */
    public static Match best(Worker prefill, Worker decode, int gpus) {
        Match best = new Match(0, 0, 0, 0);
        for (int p = 1; p <= MOST_PREFILL; p++) {
            for (int d = 1; d <= MOST_DECODE; d++) {
                int replicas = gpus / (p * prefill.gpus() + d * decode.gpus());
                double rate = replicas * Math.min(prefill.rate(p), decode.rate(d));
                if (rate > best.requestsPerSecond() * (1 + 1e-12)) {
                    best = new Match(p, d, replicas, rate);
                }
            }
        }
        return best;
    }
}
