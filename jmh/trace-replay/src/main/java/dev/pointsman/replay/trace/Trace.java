// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trace held in memory, for replaying it often. Immutable and thread-safe.
 *
 * <p>It takes about 60 bytes a request and 8 bytes a block; longer traces are better read anew for each replay.
 */
public final class Trace implements TraceSource {
    private static final int LARGEST_BLOCK = 1 << 20;

    private final String name;
    private final int blockTokens;
    private final List<TraceRequest> requests;

    /**
     * Makes a trace of requests.
     *
     * @param name what people call it
     * @param blockTokens tokens in a full block, at least 1
     * @param requests the requests in arrival order
     * @throws IllegalArgumentException if an index is not the position, or an arrival is before its predecessor's
     */
    public Trace(String name, int blockTokens, List<TraceRequest> requests) {
        this.name = requireNonNull(name, "name");
        this.blockTokens = checkBlockTokens(blockTokens);
        this.requests = List.copyOf(requests);
        long previous = 0;
        for (int i = 0; i < this.requests.size(); i++) {
            TraceRequest request = this.requests.get(i);
            if (request.index() != i || request.arrivalNanos() < previous) {
                throw new IllegalArgumentException(
                        "requests[" + i + "]: must have index " + i + " and arrive at " + previous
                                + " ns or later, but was " + request + ".\nMaybe sort by arrival and number from 0.");
            }
            previous = request.arrivalNanos();
        }
    }

    /**
     * Loads a trace.
     *
     * @throws TraceFormatException if it is malformed
     * @throws IOException if it cannot be read
     */
    public static Trace load(TraceSource source) throws IOException {
        if (source instanceof Trace trace) {
            return trace;
        }
        List<TraceRequest> requests = new ArrayList<>();
        try (TraceReader reader = source.open()) {
            reader.forEachRemaining(requests::add);
        }
        return new Trace(source.name(), source.blockTokens(), requests);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int blockTokens() {
        return blockTokens;
    }

    /** Returns the requests in arrival order; unmodifiable. */
    public List<TraceRequest> requests() {
        return requests;
    }

    @Override
    public TraceReader open() {
        Iterator<TraceRequest> iterator = requests.iterator();
        return new TraceReader() {
            @Override
            public @Nullable TraceRequest read() {
                return iterator.hasNext() ? iterator.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    /**
     * Checks tokens in a block, by the one rule for all traces, recorded or made up: 1 to 2^20.
     *
     * @return the same number
     * @throws IllegalArgumentException if it is out of range
     */
    public static int checkBlockTokens(int blockTokens) {
        if (blockTokens < 1 || blockTokens > LARGEST_BLOCK) {
            throw new IllegalArgumentException(
                    "block size: must be between 1 and " + LARGEST_BLOCK + " tokens, but was " + blockTokens
                            + ".\nMaybe the trace's description says it; Mooncake's is 512.");
        }
        return blockTokens;
    }

    @Override
    public String toString() {
        return "Trace[" + name + ", " + requests.size() + " requests]";
    }
}
