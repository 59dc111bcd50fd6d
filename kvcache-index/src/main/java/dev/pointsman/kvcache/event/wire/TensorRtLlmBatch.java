// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.event.KvEventBatch;

/**
 * Events of one rank of TensorRT-LLM whose numbers follow each other. TensorRT-LLM numbers events, not batches, each
 * rank on its own: if a rank's batch does not begin where its last one ended, events were lost.
 *
 * @param first the first event's number, at least 0
 * @param next one more than the last event's number
 * @param batch what they say; one event of TensorRT-LLM may make none of these, or several
 */
public record TensorRtLlmBatch(long first, long next, KvEventBatch batch) {
    /** Checks the numbers. */
    public TensorRtLlmBatch {
        requireNonNull(batch, "batch");
        if (first < 0 || next <= first) {
            throw new IllegalArgumentException("first, next: must be a range of numbers from 0 on, but were " + first
                    + " and " + next + ".\nMaybe next is the last number instead of one more.");
        }
    }
}
