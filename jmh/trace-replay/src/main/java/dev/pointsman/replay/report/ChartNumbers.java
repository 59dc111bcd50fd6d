// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.pointsman.replay.compare.Backlog;
import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.PolicyRow;
import dev.pointsman.replay.compare.TtftDistribution;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The numbers behind the line charts, as JSON that is safe inside a script element. Curves are thinned to a few hundred
 * points each, so that the page stays small whatever the trace: the cumulative curve is read off at equal steps of the
 * logarithm of time, and the backlog was thinned by {@link Backlog} already.
 */
final class ChartNumbers {
    private static final int CURVE_POINTS = 400;
    /** Beyond this quotient of the highest peak and the lowest, a linear axis would show one line and a floor of others. */
    private static final double COMPRESS_BEYOND = 20;

    static final JsonFactory FACTORY =
            new JsonFactoryBuilder().characterEscapes(new NoTags()).build();

    private ChartNumbers() {}

    static String json(Comparison comparison, Palette palette) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            policies(comparison, palette, json);
            curves(comparison, json);
            backlog(comparison.rows(), json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void policies(Comparison comparison, Palette palette, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("policies");
        for (int i = 0; i < comparison.rows().size(); i++) {
            json.writeStartObject();
            json.writeStringField("name", comparison.rows().get(i).policy());
            json.writeStringField("colour", palette.colour(i));
            json.writeArrayFieldStart("dash");
            for (int length : palette.dash(i)) {
                json.writeNumber(length);
            }
            json.writeEndArray();
            json.writeBooleanField("first", i == 0);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void curves(Comparison comparison, JsonGenerator json) throws IOException {
        List<PolicyRow> rows = comparison.rows();
        TtftDistribution bound = comparison.references().stream()
                .flatMap(reference -> Stream.ofNullable(reference.ttft()))
                .findFirst()
                .orElse(null);
        double least = rows.stream()
                .mapToDouble(row -> (double) row.ttft().minMicros())
                .min()
                .orElse(1);
        double most = rows.stream()
                .mapToDouble(row -> (double) row.ttft().maxMicros())
                .max()
                .orElse(1);
        if (bound != null) {
            least = Math.min(least, (double) bound.minMicros());
        }
        double low = Math.max(1, least * 0.9);
        double high = Math.max(most * 1.02, low * 2);
        double step = Math.pow(high / low, 1.0 / (CURVE_POINTS - 1));
        json.writeObjectFieldStart("cdf");
        json.writeArrayFieldStart("seconds");
        for (int i = 0; i < CURVE_POINTS; i++) {
            json.writeNumber(String.format(Locale.ROOT, "%.4g", low * Math.pow(step, i) / 1e6));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("percent");
        for (PolicyRow row : rows) {
            curve(row.ttft(), low, step, json);
        }
        json.writeEndArray();
        json.writeFieldName("bound");
        if (bound == null) {
            json.writeNull();
        } else {
            curve(bound, low, step, json);
        }
        json.writeEndObject();
    }

    private static void curve(TtftDistribution ttft, double low, double step, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (int i = 0; i < CURVE_POINTS; i++) {
            number(ttft.shareWithin(low * Math.pow(step, i)) * 100, json);
        }
        json.writeEndArray();
    }

    private static void backlog(List<PolicyRow> rows, JsonGenerator json) throws IOException {
        Backlog model = rows.get(0).backlog();
        json.writeObjectFieldStart("backlog");
        json.writeBooleanField("compressed", compress(rows));
        json.writeArrayFieldStart("seconds");
        for (int i = 0; i < model.size(); i++) {
            number((i + 0.5) * model.intervalMicros() / 1e6, json);
        }
        json.writeEndArray();
        columns("total", rows, Backlog::total, json);
        columns("busiest", rows, Backlog::busiest, json);
        json.writeEndObject();
    }

    private static void columns(
            String name, List<PolicyRow> rows, ToDoubleBiFunction<Backlog, Integer> value, JsonGenerator json)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (PolicyRow row : rows) {
            json.writeStartArray();
            for (int i = 0; i < row.backlog().size(); i++) {
                number(value.applyAsDouble(row.backlog(), i), json);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static boolean compress(List<PolicyRow> rows) {
        double lowest = Double.MAX_VALUE;
        double highest = 0;
        for (PolicyRow row : rows) {
            double peak = 0;
            for (int i = 0; i < row.backlog().size(); i++) {
                peak = Math.max(peak, row.backlog().total(i));
            }
            lowest = Math.min(lowest, peak);
            highest = Math.max(highest, peak);
        }
        return highest > COMPRESS_BEYOND * lowest;
    }

    /** Two decimals, and none where they are zero: half of the page would be zeros otherwise. */
    private static void number(double number, JsonGenerator json) throws IOException {
        long hundredths = Math.round(number * 100);
        if (hundredths % 100 == 0) {
            json.writeNumber(hundredths / 100);
        } else {
            json.writeNumber(String.format(Locale.ROOT, hundredths % 10 == 0 ? "%.1f" : "%.2f", hundredths / 100.0));
        }
    }

    /** Escapes what could end a script element or begin a comment in one. */
    private static final class NoTags extends CharacterEscapes {
        private static final long serialVersionUID = 1;
        private final int[] escapes = CharacterEscapes.standardAsciiEscapesForJSON();

        NoTags() {
            for (char c : new char[] {'<', '>', '&', '\''}) {
                escapes[c] = CharacterEscapes.ESCAPE_STANDARD;
            }
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return escapes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int c) {
            return c == '\u2028' || c == '\u2029' ? new SerializedString(String.format("\\u%04x", c)) : null;
        }
    }
}
