// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.pointsman.replay.stats.QuantileSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Writes one JSON object on one line, in ASCII, so that any terminal and any script can read it. */
final class JsonLine {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();

    private JsonLine() {}

    /** Says what is in the object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    static void print(PrintWriter out, Fields fields) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        out.println();
    }

    static void longs(JsonGenerator json, String name, List<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    static void quantiles(JsonGenerator json, String name, QuantileSummary summary) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("n", summary.n());
        json.writeNumberField("sum", summary.sum());
        json.writeNumberField("mean", summary.mean());
        json.writeNumberField("min", summary.min());
        json.writeNumberField("p50", summary.p50());
        json.writeNumberField("p90", summary.p90());
        json.writeNumberField("p95", summary.p95());
        json.writeNumberField("p99", summary.p99());
        json.writeNumberField("p999", summary.p999());
        json.writeNumberField("max", summary.max());
        json.writeEndObject();
    }
}
