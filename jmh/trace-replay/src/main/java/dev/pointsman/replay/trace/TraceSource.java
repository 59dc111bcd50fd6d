// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;

/** A trace that can be read from its start, as often as it takes; each reading is the same. */
public interface TraceSource {
    /** Returns what people call this trace, such as a file name. */
    String name();

    /** Returns the tokens in a full block, at least 1. */
    int blockTokens();

    /**
     * Starts reading.
     *
     * @throws TraceFormatException if the trace is malformed
     * @throws IOException if the trace cannot be read
     */
    TraceReader open() throws IOException;
}
