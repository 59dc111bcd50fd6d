// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import dev.pointsman.core.sizing.queueing.BatchStation;

/**
 * The queueing model of llm-d's workload variant autoscaler: a batch whose iterations take longer the more are in it. Times are in
 * whatever unit the parameters are in, milliseconds there. Immutable and thread-safe.
 *
 * <p>{@code T(n) = alpha + n (beta tc + gamma tm)} with {@code tc = (I + O) / (O + 1)} and {@code tm = I + O/2}; a prompt takes {@code
 * T + (beta + gamma) I}, a token {@code T + beta + gamma (I + O/2)}, and the station serves {@code n / (prefill + O token)}.
 *
 * <p>Source: llm-d/llm-d-workload-variant-autoscaler, {@code pkg/analyzer}.
 *
 * @param alpha of an iteration; at least 0
 * @param beta of a token to be computed; at least 0
 * @param gamma of a token in the cache; at least 0
 * @param input I, mean tokens of prompts; at least 0
 * @param output O, mean tokens of answers; at least 0
 */
public record VariantQueue(double alpha, double beta, double gamma, double input, double output) {
    private static final int QUEUE_PER_BATCH = 10;
    private static final double STABLE = 0.9;
    private static final int BISECTIONS = 60;

    /** Checks the numbers. */
    public VariantQueue {
        Checks.notNegative("alpha", alpha);
        Checks.notNegative("beta", beta);
        Checks.notNegative("gamma", gamma);
        Checks.notNegative("input", input);
        Checks.notNegative("output", output);
    }

    /** Returns the time of an iteration with a mean batch. */
    public double iteration(double batch) {
        double compute = (input + output) / (output + 1);
        double memory = input + output / 2;
        return alpha + batch * (beta * compute + gamma * memory);
    }

    /** Returns the time of a prompt in such a batch. */
    public double prefill(double batch) {
        return iteration(batch) + (beta + gamma) * input;
    }

    /** Returns the time of a token in such a batch. */
    public double decode(double batch) {
        return iteration(batch) + beta + gamma * (input + output / 2);
    }

    /** Returns requests per unit of time with a number in the batch. */
    public double rate(int batch) {
        return batch / (prefill(batch) + output * decode(batch));
    }

    /** Returns the station under some load, with a queue of ten batches. */
    public BatchStation station(double arrivals, int batch) {
        return BatchStation.of(arrivals, batch, batch * (1 + QUEUE_PER_BATCH), this::rate);
    }

    /**
     * Returns the largest rate that meets targets, by bisection below 0.9 of what a full batch serves; 0 if none does.
     *
     * @param ttft for waiting and the prompt
     * @param itl for a token
     */
    public double mostRate(int batch, double ttft, double itl) {
        double low = 0;
        double high = STABLE * rate(batch);
        if (meets(high, batch, ttft, itl)) {
            return high;
        }
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (middle > 0 && meets(middle, batch, ttft, itl)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean meets(double arrivals, int batch, double ttft, double itl) {
        BatchStation station = station(arrivals, batch);
        double running = station.inService();
        return station.waitSeconds() + prefill(running) <= ttft && decode(running) <= itl;
    }
}
