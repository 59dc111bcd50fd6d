// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines of bytes at LF or CRLF, the last of which may be unfinished, and refuses a line that is too
 * long to be honest. One buffer is reused: a line is valid until the next is read.
 */
final class LineReader {
    private final String trace;
    private final InputStream in;
    private final int longest;
    private byte[] line = new byte[4096];
    private int length;
    private long number;

    LineReader(String trace, InputStream in, int longest) {
        this.trace = trace;
        this.in = in;
        this.longest = longest;
    }

    /** Reads the next line, without its end; false at the end of the stream. */
    boolean next() throws IOException {
        length = 0;
        int b = in.read();
        if (b < 0) {
            return false;
        }
        number++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            append((byte) b);
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return true;
    }

    byte[] bytes() {
        return line;
    }

    int length() {
        return length;
    }

    /** Returns the number of the line read last, from 1. */
    long number() {
        return number;
    }

    boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private void append(byte b) throws TraceFormatException {
        if (length == line.length) {
            if (length >= longest) {
                throw new TraceFormatException(
                        trace,
                        number,
                        "must be at most " + longest + " bytes long, but is longer.",
                        "Maybe the line ends are missing; a trace has one object a line.");
            }
            line = Arrays.copyOf(line, Math.min(longest, length * 2));
        }
        line[length++] = b;
    }
}
