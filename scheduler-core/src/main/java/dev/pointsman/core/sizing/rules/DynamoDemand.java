// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * Replicas by demand over throughput, as Dynamo's planner has it: no headroom for queueing, so that utilization may come near 1.
 * Thread-safe, no state.
 *
 * <p>Source: ai-dynamo/dynamo, {@code docs/architecture/sla_planner.md} (first version) and {@code planner/core/encode.py}.
 */
public final class DynamoDemand {
    private DynamoDemand() {}

    /**
     * Returns the prefill replicas of the first version: {@code ceil(rate * input * min(1, correction) / throughput / gpus)}.
     *
     * @param rate requests per second
     * @param inputTokens of a request
     * @param correction observed over expected TTFT; above 1 it counts as 1, as queueing is not throughput
     * @param tokensPerSecond of one GPU; above 0
     * @param gpus of one replica
     */
    public static int prefill(double rate, double inputTokens, double correction, double tokensPerSecond, int gpus) {
        return replicas(rate * inputTokens * Math.min(1, correction), tokensPerSecond, gpus);
    }

    /** Returns the decode replicas: {@code ceil(rate * output / throughput / gpus)}, with the throughput at the corrected ITL. */
    public static int decode(double rate, double outputTokens, double tokensPerSecond, int gpus) {
        return replicas(rate * outputTokens, tokensPerSecond, gpus);
    }

    /** Returns the encode replicas: {@code ceil(rate / throughput / gpus)}, and the fewest allowed if the throughput is not known. */
    public static int encode(double rate, double requestsPerSecond, int gpus, int fewest) {
        return requestsPerSecond <= 0 ? fewest : Math.max(fewest, replicas(rate, requestsPerSecond, gpus));
    }

    /** Returns {@code ceil(demand / throughput / gpus)}, at least 0. */
    public static int replicas(double demand, double throughputPerGpu, int gpus) {
        Checks.notNegative("demand", demand);
        Checks.positive("throughputPerGpu", throughputPerGpu);
        Checks.positive("gpus", gpus);
        return Checks.ceiling(demand / throughputPerGpu / gpus);
    }
}
