// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes an explanation as one line of JSON, for logs, pages and other programs.
 *
 * <p>The names below are kept from release to release; new ones may be added. Every name is always present.
 *
 * <pre>
 * {"requestId": text, "outcome": text,
 *  "seed": text,              a decimal number; text because it needs all 64 bits
 *  "fleetVersion": integer, "endpoints": integer,
 *  "profiles": [
 *    {"profile": text, "unit": "score" | "seconds" | "dollars", "picker": text, "attempts": integer,
 *     "target": text or null, "fallbacks": [text], "margin": number or null, "tied": integer,
 *     "candidates": [
 *       {"endpoint": text,
 *        "removedBy": text or null,   the filter that removed it
 *        "total": number or null,
 *        "verdicts": [{"filter": text, "kept": boolean, "failed": boolean}],
 *        "scores": [{"scorer": text, "raw": number or null, "used": number, "weight": number, "weighted": number,
 *                    "note": "used" | "clamped" | "missing" | "failed"}],
 *        "inFlightRequests": integer, "inFlightTokens": integer,
 *        "signalAgesNanos": {signal: integer}}]}],   sorted by name
 *  "notes": [text]}
 * </pre>
 *
 * <p>Numbers that are not finite are null. Lists keep the explanation's order. The text is ASCII (other characters are
 * escaped), so it can go to any log or terminal. Thread-safe; allocates in proportion to the explanation.
 */
public final class ExplanationJson {
    /** Explanations are asked for seldom, so no buffer is kept for the next one, by thread or otherwise. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            // Double.toString differs between JDK 17 and 19 in the last digits; this does not.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private ExplanationJson() {}

    /**
     * Returns an explanation as JSON.
     *
     * @param explanation what to write
     */
    public static String of(Explanation explanation) {
        StringBuilder text = new StringBuilder(1024);
        try {
            write(explanation, text);
        } catch (IOException e) {
            throw new UncheckedIOException("A StringBuilder does not fail.", e);
        }
        return text.toString();
    }

    /**
     * Appends an explanation as JSON, without a line end.
     *
     * @param explanation what to write
     * @param into where to append it; left open
     * @throws IOException if appending fails; part of the text may have been appended by then
     */
    public static void write(Explanation explanation, Appendable into) throws IOException {
        requireNonNull(explanation, "explanation");
        try (JsonGenerator json = JSON.createGenerator(new AppendingWriter(requireNonNull(into, "into")))) {
            json.writeStartObject();
            json.writeStringField("requestId", explanation.requestId());
            json.writeStringField("outcome", explanation.outcome());
            json.writeStringField("seed", Long.toString(explanation.seed()));
            json.writeNumberField("fleetVersion", explanation.fleetVersion());
            json.writeNumberField("endpoints", explanation.endpoints());
            json.writeArrayFieldStart("profiles");
            for (ProfileExplanation profile : explanation.profiles()) {
                writeProfile(json, profile);
            }
            json.writeEndArray();
            writeTexts(json, "notes", explanation.notes());
            json.writeEndObject();
        }
    }

    private static void writeProfile(JsonGenerator json, ProfileExplanation profile) throws IOException {
        json.writeStartObject();
        json.writeStringField("profile", profile.profile());
        json.writeStringField("unit", profile.unit());
        json.writeStringField("picker", profile.picker());
        json.writeNumberField("attempts", profile.attempts());
        writeText(json, "target", profile.target());
        writeTexts(json, "fallbacks", profile.fallbacks());
        writeNumber(json, "margin", profile.margin());
        json.writeNumberField("tied", profile.tied());
        json.writeArrayFieldStart("candidates");
        for (CandidateExplanation candidate : profile.candidates()) {
            writeCandidate(json, candidate);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeCandidate(JsonGenerator json, CandidateExplanation candidate) throws IOException {
        json.writeStartObject();
        json.writeStringField("endpoint", candidate.endpoint());
        writeText(json, "removedBy", candidate.removedBy());
        writeNumber(json, "total", candidate.total());
        json.writeArrayFieldStart("verdicts");
        for (FilterVerdict verdict : candidate.verdicts()) {
            json.writeStartObject();
            json.writeStringField("filter", verdict.filter());
            json.writeBooleanField("kept", verdict.kept());
            json.writeBooleanField("failed", verdict.failed());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("scores");
        for (ScoreExplanation score : candidate.scores()) {
            writeScore(json, score);
        }
        json.writeEndArray();
        json.writeNumberField("inFlightRequests", candidate.inFlightRequests());
        json.writeNumberField("inFlightTokens", candidate.inFlightTokens());
        json.writeObjectFieldStart("signalAgesNanos");
        for (Map.Entry<String, Duration> age : new TreeMap<>(candidate.signalAges()).entrySet()) {
            json.writeNumberField(age.getKey(), saturatedNanos(age.getValue()));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeScore(JsonGenerator json, ScoreExplanation score) throws IOException {
        json.writeStartObject();
        json.writeStringField("scorer", score.scorer());
        writeNumber(json, "raw", score.raw());
        writeNumber(json, "used", score.used());
        writeNumber(json, "weight", score.weight());
        writeNumber(json, "weighted", score.weighted());
        json.writeStringField("note", score.note().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text == null) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, text);
        }
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void writeNumber(JsonGenerator json, String name, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumberField(name, number);
        } else {
            json.writeNullField(name);
        }
    }

    private static long saturatedNanos(Duration age) {
        try {
            return age.toNanos();
        } catch (ArithmeticException e) { // more than 292 years
            return age.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** Passes text on to an appendable that is not ours to close. */
    private static final class AppendingWriter extends Writer {
        private final Appendable into;

        AppendingWriter(Appendable into) {
            this.into = into;
        }

        @Override
        public void write(char[] chars, int from, int count) throws IOException {
            into.append(new String(chars, from, count));
        }

        @Override
        public void write(String text, int from, int count) throws IOException {
            into.append(text, from, from + count);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
