// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.replay.stages.StageResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Prints results of replays of stages. */
public final class StageOutput {
    private StageOutput() {}

    /** Prints one JSON object with all results. */
    public static void json(PrintWriter out, String trace, List<StageResult> results) throws IOException {
        JsonLine.print(out, json -> {
            json.writeStringField("trace", trace);
            json.writeStringField(
                    "fleet", results.isEmpty() ? "" : results.get(0).fleet());
            json.writeArrayFieldStart("policies");
            for (StageResult result : results) {
                json.writeStartObject();
                write(json, result);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static void write(JsonGenerator json, StageResult result) throws IOException {
        json.writeStringField("policy", result.policy());
        json.writeNumberField("requests", result.requests());
        json.writeNumberField("rejected", result.rejected());
        json.writeNumberField("tooLong", result.tooLong());
        json.writeNumberField("completed", result.completed());
        json.writeNumberField("remote", result.remote());
        json.writeNumberField("readAgain", result.readAgain());
        json.writeNumberField("ttftInTime", result.ttftInTime());
        json.writeNumberField("inTime", result.inTime());
        json.writeNumberField("goodputPerSecond", result.goodput());
        json.writeNumberField("inputTokens", result.inputTokens());
        json.writeNumberField("cachedTokens", result.cachedTokens());
        json.writeNumberField("outputTokens", result.outputTokens());
        json.writeNumberField("decodeMicros", result.decodeMicros());
        json.writeNumberField("movedBytes", result.movedBytes());
        json.writeNumberField("makespanMicros", result.makespanMicros());
        JsonLine.quantiles(json, "ttftMicros", result.ttftMicros());
        JsonLine.quantiles(json, "tpotMicros", result.tpotMicros());
        JsonLine.quantiles(json, "totalMicros", result.totalMicros());
        json.writeArrayFieldStart("pools");
        for (StageResult.Pool pool : result.pools()) {
            json.writeStartObject();
            json.writeStringField("name", pool.name());
            json.writeNumberField("servers", pool.servers());
            json.writeNumberField("utilization", pool.utilization());
            json.writeNumberField("peakKv", pool.peakKv());
            json.writeNumberField("readTokens", pool.readTokens());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
