// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace once, from the first request to the last, holding one request at a time. Not thread-safe.
 *
 * <p>Requests come in file order, with indices from 0 and arrivals that never go back. Simultaneous arrivals are normal
 * (about ten requests share each timestamp of Mooncake's conversation trace), and file order is their order.
 */
public interface TraceReader extends AutoCloseable {
    /**
     * Reads the next request.
     *
     * @return the request, or null at the end of the trace
     * @throws TraceFormatException if the trace is malformed; the reader is then of no further use
     * @throws IOException if the trace cannot be read
     */
    @Nullable
    TraceRequest read() throws IOException;

    /**
     * Reads all remaining requests.
     *
     * @throws TraceFormatException if the trace is malformed
     * @throws IOException if the trace cannot be read
     */
    default void forEachRemaining(Consumer<TraceRequest> action) throws IOException {
        for (TraceRequest request = read(); request != null; request = read()) {
            action.accept(request);
        }
    }

    /** Releases the file or stream. */
    @Override
    void close() throws IOException;
}
