// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

/**
 * How headrooms are counted, by llm-d's rules; all times in nanoseconds. Immutable and thread-safe.
 *
 * @param bufferFactor what the objective of TPOT is multiplied by; finite and above 0
 * @param streaming whether answers are streamed; otherwise TPOT does not count
 */
public record Headrooms(double bufferFactor, boolean streaming) {
    /** Checks the factor. */
    public Headrooms {
        if (!(bufferFactor > 0 && bufferFactor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sloBufferFactor: must be a finite number > 0, but was " + bufferFactor
                    + ".\nMaybe 1, for no buffer; less than 1 asks for more than the request does.");
        }
    }

    /**
     * Returns what is left of an objective, which is 0 if there is none: then nothing is left.
     *
     * @param target the request's own, 0 for none
     * @param predicted what is predicted
     */
    public long ttft(long target, long predicted) {
        return target - predicted;
    }

    /**
     * Returns what is left of an objective: that of the request or the tightest of those running on the endpoint, whichever is less,
     * with the buffer.
     *
     * @param target the request's own, 0 for none
     * @param tightest the tightest running there, 0 for none
     * @param predicted what is predicted there
     * @param prefillOnly whether the endpoint only reads prompts
     */
    public long tpot(long target, long tightest, long predicted, boolean prefillOnly) {
        if (!streaming || prefillOnly) {
            return 0;
        }
        long least = tightest > 0 ? Math.min(target, tightest) : target;
        return (long) Math.min(least * bufferFactor, Long.MAX_VALUE / 4.0) - predicted;
    }
}
