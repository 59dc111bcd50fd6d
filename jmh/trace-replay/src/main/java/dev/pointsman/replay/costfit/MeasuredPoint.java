// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One line of a file of measurements, as it stands there: nothing is checked but that numbers are numbers. What is missing is
 * an empty text, 0 or empty.
 */
record MeasuredPoint(
        String accelerator,
        String model,
        String dtype,
        String engine,
        String engineVersion,
        String date,
        int tensorParallel,
        int expertParallel,
        boolean dataParallelAttention,
        int chips,
        int promptTokens,
        int outputTokens,
        int concurrency,
        int batch,
        OptionalDouble ttftMillis,
        OptionalDouble tpotMillis,
        String statistic,
        String scenario,
        String specDecode,
        String quality,
        boolean flagged) {

    static MeasuredPoint of(JsonNode line) {
        return new MeasuredPoint(
                text(line, "accelerator"),
                text(line, "model"),
                text(line, "dtype"),
                text(line, "engine"),
                text(line, "engineVersion"),
                text(line, "date"),
                count(line, "tp"),
                count(line, "ep"),
                line.path("dpAttention").asBoolean(),
                count(line, "numChips"),
                count(line, "isl"),
                count(line, "osl"),
                count(line, "concurrency"),
                count(line, "batch"),
                number(line, "ttftMs"),
                number(line, "tpotMs"),
                text(line, "statistic"),
                text(line, "scenario"),
                text(line, "specDecode"),
                text(line, "quality"),
                line.path("flaggedPostHoc").asBoolean());
    }

    /** Returns how many requests were served together: the clients of a closed loop, or a static batch. */
    int together() {
        return concurrency > 0 ? concurrency : batch;
    }

    /** Returns whatever tells configurations apart, but not repeats of one: all but engine version and date. */
    List<Object> configuration() {
        return List.of(
                accelerator,
                model,
                dtype,
                engine,
                tensorParallel,
                expertParallel,
                dataParallelAttention,
                chips,
                promptTokens,
                outputTokens,
                together());
    }

    /**
     * Returns when the engine was built: the quarter of the day on which it was measured, because few points say more, else its
     * version.
     */
    String release() {
        String digits = date.replace("-", "");
        if (digits.length() >= 6 && digits.chars().limit(6).allMatch(Character::isDigit)) {
            int month = Integer.parseInt(digits.substring(4, 6));
            return digits.substring(0, 4) + "-Q" + (Math.max(0, month - 1) / 3 + 1);
        }
        return digits.isEmpty() ? engineVersion.toLowerCase(Locale.ROOT) : digits;
    }

    private static String text(JsonNode line, String field) {
        JsonNode value = line.get(field);
        return value == null || value.isNull() ? "" : value.asText().trim();
    }

    private static int count(JsonNode line, String field) {
        JsonNode value = present(line, field);
        if (value == null) {
            return 0;
        }
        if (!value.canConvertToInt() || value.doubleValue() != value.intValue() || value.intValue() < 0) {
            throw new IllegalArgumentException(
                    field + ": must be a whole number of at least 0, but was " + value + ".\nMaybe it has a unit.");
        }
        return value.intValue();
    }

    private static OptionalDouble number(JsonNode line, String field) {
        JsonNode value = present(line, field);
        if (value == null) {
            return OptionalDouble.empty();
        }
        double number = value.doubleValue();
        if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    field + ": must be finite and above 0, but was " + value + ".\nMaybe leave it out.");
        }
        return OptionalDouble.of(number);
    }

    private static @Nullable JsonNode present(JsonNode line, String field) {
        JsonNode value = line.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException(
                    field + ": must be a number, but was " + value + ".\nMaybe remove the quotation marks.");
        }
        return value;
    }
}
