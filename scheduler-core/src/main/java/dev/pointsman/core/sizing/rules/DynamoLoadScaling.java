// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import java.util.function.DoubleUnaryOperator;

/**
 * How Dynamo's planner scales by load: one replica at a time, down only if those that stay could take it. Thread-safe, no state.
 *
 * <p>Source: ai-dynamo/dynamo, {@code planner/core/load_scaling.py} and the tests of its state machine and of easy scaling.
 */
public final class DynamoLoadScaling {
    private DynamoLoadScaling() {}

    /**
     * What to do.
     *
     * @param replicas how many to run
     * @param reason in Dynamo's words: {@code scale_up}, {@code scale_down}, {@code no_change} or {@code
     *     scale_down_refused_consolidation}
     */
    public record Scaled(int replicas, String reason) {
        static Scaled of(int current, int replicas) {
            return new Scaled(
                    replicas, replicas > current ? "scale_up" : replicas < current ? "scale_down" : "no_change");
        }
    }

    /** When to scale by a ratio alone, without a model of time. */
    public enum Easy {
        /** Queued prompt tokens over the context length, to keep prefill busy. */
        PREFILL_THROUGHPUT(1, 0.1),
        /** The same, to keep its queue empty. */
        PREFILL_LATENCY(0.1, 0),
        /** Used and asked KV over all of it, to keep decode busy. */
        DECODE_THROUGHPUT(1, 0.6),
        /** The same, to keep its batch small. */
        DECODE_LATENCY(0.4, 0.1);

        private final double up;
        private final double down;

        Easy(double up, double down) {
            this.up = up;
            this.down = down;
        }

        /** Returns the ratio beyond which any engine asks for one more; prefill asks at it already. */
        public double up() {
            return up;
        }

        /** Returns the ratio below which all engines give one back; for an empty queue, at it. */
        public double down() {
            return down;
        }

        private boolean over(double ratio) {
            boolean prefill = this == PREFILL_THROUGHPUT || this == PREFILL_LATENCY;
            return prefill ? ratio >= up : ratio > up;
        }

        private boolean under(double ratio) {
            return this == PREFILL_LATENCY ? ratio <= down : ratio < down;
        }
    }

    /** Scales by ratios, one for each engine: up if any is over, down if all are under. */
    public static Scaled easy(Easy mode, double[] ratios, int replicas, int fewest) {
        boolean over = false;
        boolean under = ratios.length > 0;
        for (double ratio : ratios) {
            over |= mode.over(ratio);
            under &= mode.under(ratio);
        }
        int desired = over ? replicas + 1 : under && replicas > 1 ? Math.max(fewest, replicas - 1) : replicas;
        return Scaled.of(replicas, desired);
    }

    /**
     * Scales decode by its inter-token latency: up if all engines miss the target, down if the KV of each, spread over one engine
     * fewer, still fits and still meets the target with a margin.
     *
     * @param kvTokens used and asked KV of each engine
     * @param most KV of an engine; infinite if not known
     * @param itl seconds of a step, by the KV that is read
     * @param target in seconds
     * @param sensitivity the share of the target that must not be exceeded after scaling down, such as 0.8
     */
    public static Scaled decode(
            double[] kvTokens, double most, DoubleUnaryOperator itl, double target, double sensitivity) {
        int replicas = kvTokens.length;
        boolean missed = replicas > 0;
        boolean refused = false;
        double grows = replicas > 1 ? replicas / (replicas - 1.0) : 1;
        for (double kv : kvTokens) {
            missed &= itl.applyAsDouble(kv) > target;
            double after = Math.floor(kv * grows);
            refused |= after >= most || itl.applyAsDouble(after) >= target * sensitivity;
        }
        return decide(replicas, missed, refused);
    }

    /**
     * Scales prefill by its TTFT: up if all engines miss the target, down if what a queue spread over one engine fewer adds stays
     * within a share of what the target leaves. The request's own time does not shrink with more engines, so it has no margin.
     *
     * @param queuedTokens of each engine
     * @param ttft seconds to the first token of an average request, by the tokens queued before it
     * @param target in seconds
     * @param sensitivity as for decode
     */
    public static Scaled prefill(double[] queuedTokens, DoubleUnaryOperator ttft, double target, double sensitivity) {
        int replicas = queuedTokens.length;
        boolean missed = replicas > 0;
        double own = ttft.applyAsDouble(0);
        double budget = (target - own) * sensitivity;
        boolean refused = budget <= 0;
        double grows = replicas > 1 ? replicas / (replicas - 1.0) : 1;
        for (double queued : queuedTokens) {
            missed &= ttft.applyAsDouble(queued) > target;
            refused |= ttft.applyAsDouble(Math.floor(queued * grows)) - own >= budget;
        }
        return decide(replicas, missed, refused);
    }

    /**
     * Returns the time to the first token behind a queue, read in chunks: a line of time per chunk.
     *
     * @param perToken seconds of a token
     * @param perChunk seconds of a chunk beside its tokens
     * @param inputTokens of an average request
     * @param chunkTokens of a full chunk
     */
    public static DoubleUnaryOperator chunked(
            double perToken, double perChunk, double inputTokens, double chunkTokens) {
        Checks.positive("chunkTokens", chunkTokens);
        return queued -> {
            double tokens = queued + inputTokens;
            return tokens * perToken + Math.ceil(tokens / chunkTokens) * perChunk;
        };
    }

    private static Scaled decide(int replicas, boolean missed, boolean refused) {
        if (missed) {
            return Scaled.of(replicas, replicas + 1);
        }
        if (replicas <= 1) {
            return Scaled.of(replicas, replicas);
        }
        return refused ? new Scaled(replicas, "scale_down_refused_consolidation") : Scaled.of(replicas, replicas - 1);
    }
}
