// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;
import java.io.Serial;

/** A trace is malformed. The message has two lines: the line and what is wrong with it, then what to try. */
public final class TraceFormatException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final long line;

    /**
     * Makes an error.
     *
     * @param trace the trace's name
     * @param line line number, from 1
     * @param fact what was found and what would be right
     * @param hint what to try; one sentence
     */
    public TraceFormatException(String trace, long line, String fact, String hint) {
        super(trace + ", line " + line + ": " + fact + "\n" + hint);
        this.line = line;
    }

    /** Returns the number of the line that is wrong, from 1. */
    public long line() {
        return line;
    }
}
