// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;
import java.math.BigDecimal;

/** Writes requests in Mooncake's format, so that a generated or filtered trace can be kept and shared. Thread-safe. */
public final class MooncakeWriter {
    private MooncakeWriter() {}

    /**
     * Writes a whole trace, one line a request. Arrivals that are no whole milliseconds get decimals, so that reading the
     * file gives the same requests.
     *
     * @throws IOException if the trace cannot be read or written
     */
    public static void write(TraceSource source, Appendable out) throws IOException {
        StringBuilder line = new StringBuilder();
        try (TraceReader reader = source.open()) {
            for (TraceRequest request = reader.read(); request != null; request = reader.read()) {
                line.setLength(0);
                append(line, request);
                out.append(line);
            }
        }
    }

    private static void append(StringBuilder line, TraceRequest request) {
        BigDecimal millis = BigDecimal.valueOf(request.arrivalNanos(), 6);
        line.append("{\"timestamp\": ")
                .append(millis.signum() == 0 ? "0" : millis.stripTrailingZeros().toPlainString())
                .append(", \"input_length\": ")
                .append(request.inputTokens())
                .append(", \"output_length\": ")
                .append(request.outputTokens())
                .append(", \"hash_ids\": [");
        long[] blocks = request.blocks();
        for (int i = 0; i < blocks.length; i++) {
            line.append(i == 0 ? "" : ", ").append(blocks[i]);
        }
        line.append("]}\n");
    }
}
