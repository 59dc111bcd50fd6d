// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tells the format of a trace by its first bytes, which it leaves to be read. */
final class FormatDetector {
    private static final int LOOK_BYTES = 512;

    private FormatDetector() {}

    static TraceFormat detect(String name, InputStream in) throws IOException {
        in.mark(LOOK_BYTES);
        String start = new String(in.readNBytes(LOOK_BYTES), StandardCharsets.UTF_8);
        in.reset();
        String text = (start.startsWith("\uFEFF") ? start.substring(1) : start).stripLeading();
        if (text.startsWith("{")) {
            return TraceFormat.MOONCAKE;
        }
        if (text.toUpperCase(Locale.ROOT).startsWith("TIMESTAMP") || text.startsWith("\"TIMESTAMP\"")) {
            return TraceFormat.AZURE;
        }
        throw new TraceFormatException(
                name,
                1,
                text.isEmpty()
                        ? "the trace must not be empty."
                        : "must be a JSON object or the header of an Azure CSV file, but starts with "
                                + Excerpt.of(text) + ".",
                "Maybe it is compressed or of another format; this reads Mooncake's JSONL and Azure's CSV.");
    }
}
