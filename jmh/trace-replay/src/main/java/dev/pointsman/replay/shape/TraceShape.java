// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.shape;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.stats.QuantileSummary;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a trace is like. Immutable.
 *
 * @param trace the trace's name
 * @param blockTokens tokens in a full block
 * @param requests how many requests
 * @param arrivals how they arrive
 * @param inputTokens lengths of the prompts
 * @param outputTokens lengths of the answers
 * @param blocksPerRequest blocks of the prompts
 * @param reuse how much of the prompts could be reused, or null if the trace says nothing about shared prefixes
 */
public record TraceShape(
        String trace,
        int blockTokens,
        long requests,
        ArrivalShape arrivals,
        QuantileSummary inputTokens,
        QuantileSummary outputTokens,
        QuantileSummary blocksPerRequest,
        @Nullable ReuseShape reuse) {
    public TraceShape {
        requireNonNull(trace, "trace");
        requireNonNull(arrivals, "arrivals");
        requireNonNull(inputTokens, "inputTokens");
        requireNonNull(outputTokens, "outputTokens");
        requireNonNull(blocksPerRequest, "blocksPerRequest");
    }

    /**
     * Reads a trace from start to end. Memory grows with its requests (32 bytes each) and unique blocks (about 40 bytes
     * each), not with its length in blocks.
     *
     * @throws IOException if the trace is malformed or cannot be read
     */
    public static TraceShape of(TraceSource source) throws IOException {
        ArrivalShape.Recorder arrivals = new ArrivalShape.Recorder();
        LengthRecorder lengths = new LengthRecorder();
        ReuseShape.Recorder reuse = new ReuseShape.Recorder(source.blockTokens());
        long requests = 0;
        try (TraceReader reader = source.open()) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                arrivals.add(request.arrivalNanos());
                lengths.add(request);
                reuse.add(request);
                requests++;
            }
        }
        return new TraceShape(
                source.name(),
                source.blockTokens(),
                requests,
                arrivals.finish(),
                lengths.input.summarize(),
                lengths.output.summarize(),
                lengths.blocks.summarize(),
                reuse.finish());
    }
}
