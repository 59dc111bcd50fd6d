// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * When llm-d's workload variant autoscaler takes a variant to be full: by spare KV and queue (version 1), or by tokens that fit
 * (version 2). Thread-safe, no state.
 *
 * <p>Source: llm-d/llm-d-workload-variant-autoscaler, {@code docs/saturation-analyzer.md} and {@code analyzers/saturation_v2}.
 */
public final class VariantSaturation {
    private static final double BYTES_PER_TOKEN = 4;

    private VariantSaturation() {}

    /**
     * Thresholds of version 1: what is full, and how little spare asks for more.
     *
     * @param kv used share of the KV at which a replica is full
     * @param queue waiting requests at which it is full
     * @param kvSpare mean spare share below which one more is wanted
     * @param queueSpare mean spare places below which one more is wanted
     */
    public record Thresholds(double kv, double queue, double kvSpare, double queueSpare) {
        /** Those that ship: 80 % of KV, 5 waiting; less than 0.1 or 3 spare. */
        public static final Thresholds SHIPPED = new Thresholds(0.8, 5, 0.1, 3);
    }

    /**
     * What version 1 says.
     *
     * @param scaleUp whether to add a replica
     * @param spareKv mean over the replicas that are not full; 0 if all are
     * @param spareQueue the same of the queue
     */
    public record Spare(boolean scaleUp, double spareKv, double spareQueue) {}

    /** Returns what replicas have spare. One is full if its KV or its queue reaches the threshold, and then does not count. */
    public static Spare spare(double[] kvUsage, double[] queue, Thresholds thresholds) {
        double kv = 0;
        double waiting = 0;
        int counted = 0;
        for (int i = 0; i < kvUsage.length; i++) {
            if (kvUsage[i] < thresholds.kv() && queue[i] < thresholds.queue()) {
                kv += thresholds.kv() - kvUsage[i];
                waiting += thresholds.queue() - queue[i];
                counted++;
            }
        }
        double spareKv = counted == 0 ? 0 : kv / counted;
        double spareQueue = counted == 0 ? 0 : waiting / counted;
        boolean up = spareKv < thresholds.kvSpare() || spareQueue < thresholds.queueSpare();
        return new Spare(up, spareKv, spareQueue);
    }

    /**
     * Tells whether version 1 may take a replica away: whether the load, spread over one fewer, leaves what it asks for.
     *
     * @return false if there is one replica only
     */
    public static boolean scaleDown(double[] kvUsage, double[] queue, Thresholds thresholds) {
        int counted = 0;
        double kv = 0;
        double waiting = 0;
        for (int i = 0; i < kvUsage.length; i++) {
            if (kvUsage[i] < thresholds.kv() && queue[i] < thresholds.queue()) {
                kv += kvUsage[i];
                waiting += queue[i];
                counted++;
            }
        }
        return counted > 1
                && thresholds.kv() - kv / (counted - 1) >= thresholds.kvSpare()
                && thresholds.queue() - waiting / (counted - 1) >= thresholds.queueSpare();
    }

    /**
     * Returns version 2's tokens that compute allows, derived: {@code N (I + O/2)} with {@code N = min(B O / (I + O), S)} sequences.
     *
     * @param batchedTokens B, that a step takes at most
     * @param sequences S, that the engine runs at most
     * @param input I, mean tokens of prompts
     * @param output O, mean tokens of answers
     */
    public static double computeBound(double batchedTokens, double sequences, double input, double output) {
        Checks.positive("input + output", input + output);
        double running = Math.min(batchedTokens * output / (input + output), sequences);
        return running * (input + output / 2);
    }

    /** Returns version 2's tokens that memory allows: a share of the KV. */
    public static double memoryBound(double kvTokens, double threshold) {
        return kvTokens * threshold;
    }

    /**
     * Returns version 2's capacity of a replica: the lower of memory and compute.
     *
     * @param compute observed while the queue was full, or from history, or derived; NaN if not known
     */
    public static double capacity(double memory, double compute) {
        return Double.isNaN(compute) ? memory : Math.min(memory, compute);
    }

    /**
     * Returns version 2's demand: what replicas hold, and what the queue will bring: {@code max(bytes / 4, n I)} prompt tokens, as
     * far as not cached, and {@code n O} more.
     */
    public static double demand(
            double held, double queued, double queuedBytes, double input, double output, double hitShare) {
        return held + Math.max(queuedBytes / BYTES_PER_TOKEN, queued * input) * (1 - hitShare) + queued * output;
    }

    /** Returns how many tokens of capacity version 2 wants more: {@code demand / threshold} over the supply that is coming. */
    public static double required(double demand, double supply, double upThreshold) {
        Checks.positive("upThreshold", upThreshold);
        return Math.max(0, demand / upThreshold - supply);
    }

    /** Returns how many tokens of capacity version 2 would give back: the supply over {@code demand / boundary}. */
    public static double spare(double demand, double supply, double downBoundary) {
        Checks.positive("downBoundary", downBoundary);
        return Math.max(0, supply - demand / downBoundary);
    }
}
