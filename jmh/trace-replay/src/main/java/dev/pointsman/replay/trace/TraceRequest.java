// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.util.Objects.requireNonNull;

/**
 * One request of a trace. Immutable.
 *
 * <p>A class and not a record, because the blocks are an array that engines read in place: a million requests have tens
 * of millions of blocks.
 */
public final class TraceRequest {
    private static final long[] NO_BLOCKS = {};

    private final long index;
    private final long arrivalNanos;
    private final int inputTokens;
    private final int outputTokens;
    private final long[] blocks;

    /**
     * Makes a request.
     *
     * @param index position in the trace, from 0
     * @param arrivalNanos arrival, in nanoseconds since the start of the trace's clock, at least 0
     * @param inputTokens length of the prompt, at least 0
     * @param outputTokens length of the answer, at least 0
     * @param blocks ids of the prompt's blocks in order, each of which names its block and all before it; empty if the
     *     trace has none. Viewed, not copied: the caller must not change it afterwards
     */
    public TraceRequest(long index, long arrivalNanos, int inputTokens, int outputTokens, long[] blocks) {
        if (index < 0 || arrivalNanos < 0 || inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException(
                    "request: index, arrival and lengths must be at least 0, but were " + index
                            + ", " + arrivalNanos + " ns, " + inputTokens + " and " + outputTokens
                            + ".\nMaybe arrivals are not counted from the start of the trace.");
        }
        this.index = index;
        this.arrivalNanos = arrivalNanos;
        this.inputTokens = inputTokens;
        this.outputTokens = outputTokens;
        this.blocks = requireNonNull(blocks, "blocks");
    }

    /** Makes a request whose trace says nothing about shared prefixes. */
    public static TraceRequest withoutBlocks(long index, long arrivalNanos, int inputTokens, int outputTokens) {
        return new TraceRequest(index, arrivalNanos, inputTokens, outputTokens, NO_BLOCKS);
    }

    /** Returns the position in the trace, from 0. */
    public long index() {
        return index;
    }

    /** Returns the arrival, in nanoseconds since the start of the trace's clock. */
    public long arrivalNanos() {
        return arrivalNanos;
    }

    /** Returns the length of the prompt in tokens. */
    public int inputTokens() {
        return inputTokens;
    }

    /** Returns the length of the answer in tokens; a policy must not see it before the answer has ended. */
    public int outputTokens() {
        return outputTokens;
    }

    /** Returns the ids of the prompt's blocks: the array itself and not a copy, to be read only. */
    public long[] blocks() {
        return blocks;
    }

    @Override
    public String toString() {
        return "TraceRequest[" + index + " at " + arrivalNanos + " ns, " + inputTokens + " in, " + outputTokens
                + " out, " + blocks.length + " blocks]";
    }
}
