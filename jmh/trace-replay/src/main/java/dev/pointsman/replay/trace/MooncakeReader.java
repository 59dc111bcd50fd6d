// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads Mooncake's JSONL, one line at a time.
 *
 * <p>All four fields are required. Fields that relatives of the format carry and that a replay has no use for are
 * skipped; any other field is an error, since a misspelt field that is skipped in silence spoils a replay. Blank lines
 * are skipped. Nothing that a line contains can make the reader hold more than that line.
 */
final class MooncakeReader implements TraceReader {
    /** A prompt of a million tokens in blocks of 16 has 65,536 ids, or 1.4 MB. */
    static final int LONGEST_LINE = 1 << 24;

    static final int MOST_BLOCKS = 1 << 20;

    private static final int MOST_TOKENS = 1_000_000_000;
    private static final BigDecimal NANOS_PER_MILLI = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal LATEST_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int LONGEST_NUMBER = 40;
    private static final Set<String> SKIPPED_FIELDS =
            Set.of("chat_id", "parent_chat_id", "priority", "request_id", "session_id", "turn", "type");

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxNameLength(1024)
                    .build())
            .build();

    private final String trace;
    private final InputStream in;
    private final LineReader lines;
    private final int blockTokens;
    private long index;
    private long previousNanos;

    private long arrivalNanos;
    private int inputTokens;
    private int outputTokens;
    private long @Nullable [] blocks;
    private long[] ids = new long[64];

    MooncakeReader(String trace, InputStream in, int blockTokens) {
        this.trace = trace;
        this.in = in;
        this.blockTokens = blockTokens;
        lines = new LineReader(trace, in, LONGEST_LINE);
    }

    @Override
    public @Nullable TraceRequest read() throws IOException {
        do {
            if (!lines.next()) {
                return null;
            }
        } while (lines.isBlank());
        arrivalNanos = -1;
        inputTokens = -1;
        outputTokens = -1;
        blocks = null;
        int skipped = lines.number() == 1 && startsWithByteOrderMark() ? 3 : 0;
        try (JsonParser json = JSON.createParser(lines.bytes(), skipped, lines.length() - skipped)) {
            readObject(json);
        } catch (TraceFormatException e) {
            throw e;
        } catch (IOException e) {
            String what = e instanceof JsonProcessingException broken ? broken.getOriginalMessage() : e.getMessage();
            throw error(
                    "must be one JSON object, but cannot be parsed: " + firstLine(what) + ".", "Maybe it was cut off.");
        }
        return request();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void readObject(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw error(
                    "must be a JSON object, but starts with " + Excerpt.of(String.valueOf(json.getText())) + ".",
                    "Maybe the file is one JSON array; write one object a line instead.");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "timestamp" -> arrivalNanos = nanos(json);
                case "input_length" -> inputTokens = tokens(json, field);
                case "output_length" -> outputTokens = tokens(json, field);
                case "hash_ids" -> blocks = readBlocks(json);
                default -> skip(json, field);
            }
        }
        if (json.nextToken() != null) {
            throw error("must hold one JSON object, but goes on after it.", "Maybe a line end is missing.");
        }
    }

    private TraceRequest request() throws TraceFormatException {
        if (arrivalNanos < 0) {
            throw missing("timestamp", "the arrival in milliseconds");
        }
        if (inputTokens < 0) {
            throw missing("input_length", "the prompt's length in tokens");
        }
        if (outputTokens < 0) {
            throw missing("output_length", "the answer's length in tokens");
        }
        if (blocks == null) {
            throw missing("hash_ids", "an array of block ids, which may be empty");
        }
        long most = ((long) inputTokens + blockTokens - 1) / blockTokens;
        if (blocks.length > most) {
            throw error(
                    "hash_ids: must be at most " + most + " ids (" + inputTokens + " tokens in blocks of " + blockTokens
                            + "), but were " + blocks.length + ".",
                    "Maybe the trace has smaller blocks; give their size, such as 16.");
        }
        if (arrivalNanos < previousNanos) {
            throw error(
                    "timestamp: must not be before the previous line's " + millis(previousNanos) + " ms, but was "
                            + millis(arrivalNanos) + " ms.",
                    "Maybe sort the lines by timestamp; file order is arrival order.");
        }
        previousNanos = arrivalNanos;
        return new TraceRequest(index++, arrivalNanos, inputTokens, outputTokens, blocks);
    }

    /** Returns a number as it is written, or -1 if its exponent is beyond what any number here can be. */
    private static BigDecimal decimal(JsonParser json) throws IOException {
        try {
            return json.getDecimalValue();
        } catch (NumberFormatException e) {
            return BigDecimal.ONE.negate();
        }
    }

    private long nanos(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            BigDecimal millis = decimal(json);
            // A short text can name an enormous number (1e999999999), so its size is asked before it is spelled out.
            long magnitude = (long) millis.precision() - millis.scale();
            if (millis.signum() == 0) {
                return 0;
            }
            if (millis.signum() > 0 && magnitude <= 19 && millis.scale() <= LONGEST_NUMBER) {
                BigDecimal nanos = millis.multiply(NANOS_PER_MILLI);
                if (nanos.compareTo(LATEST_NANOS) <= 0
                        && nanos.stripTrailingZeros().scale() <= 0) {
                    return nanos.longValueExact();
                }
            }
        }
        throw error(
                "timestamp: must be milliseconds from 0 to 9223372036854 with at most six decimals, but was "
                        + Excerpt.of(json.getText()) + ".",
                "Maybe the unit is wrong, or it is a date; count from the first arrival.");
    }

    private int tokens(JsonParser json, String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() == JsonParser.NumberType.INT
                && json.getIntValue() >= 0
                && json.getIntValue() <= MOST_TOKENS) {
            return json.getIntValue();
        }
        throw error(
                field + ": must be a whole number from 0 to " + MOST_TOKENS + ", but was " + Excerpt.of(json.getText())
                        + ".",
                "Maybe the record is of a failed request; leave it out.");
    }

    private long[] readBlocks(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw error(
                    "hash_ids: must be an array of whole numbers, but was " + Excerpt.of(json.getText()) + ".",
                    "Maybe use [] for a prompt that shares nothing.");
        }
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (count == MOST_BLOCKS) {
                throw error(
                        "hash_ids: must be at most " + MOST_BLOCKS + " ids, but are more.", "Maybe use larger blocks.");
            }
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, count * 2);
            }
            ids[count] = blockId(json, count);
            count++;
        }
        return Arrays.copyOf(ids, count);
    }

    private long blockId(JsonParser json, int position) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                return json.getLongValue();
            }
            BigInteger id = json.getBigIntegerValue();
            // Unsigned 64-bit hashes keep their bits.
            if (id.signum() > 0 && id.bitLength() <= Long.SIZE) {
                return id.longValue();
            }
        }
        throw error(
                "hash_ids[" + position + "]: must be a whole number of 64 bits, but was " + Excerpt.of(json.getText())
                        + ".",
                "Maybe hash longer ids down to 64 bits first.");
    }

    private void skip(JsonParser json, String field) throws IOException {
        if (!SKIPPED_FIELDS.contains(field)) {
            throw error(
                    "unknown field " + Excerpt.of(field)
                            + "; known are timestamp, input_length, output_length and hash_ids.",
                    "Maybe it is misspelt; remove it if a replay does not need it.");
        }
        json.skipChildren();
    }

    private boolean startsWithByteOrderMark() {
        byte[] line = lines.bytes();
        return lines.length() >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    private TraceFormatException missing(String field, String what) {
        return error(field + ": must be given, but is missing.", "Maybe it has another name; it is " + what + ".");
    }

    private TraceFormatException error(String fact, String hint) {
        return new TraceFormatException(trace, lines.number(), fact, hint);
    }

    private static String millis(long nanos) {
        return BigDecimal.valueOf(nanos, 6).stripTrailingZeros().toPlainString();
    }

    private static String firstLine(@Nullable String message) {
        String text = String.valueOf(message);
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
