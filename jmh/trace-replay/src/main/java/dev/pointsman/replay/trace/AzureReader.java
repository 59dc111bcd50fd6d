// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the CSV of Azure's LLM inference traces, one row at a time: CRLF or LF, the last line finished or not. Times keep
 * all their digits (the files have 100 ns ticks), and the first row's arrival is 0. The rows say nothing about shared
 * prefixes, so the requests have no blocks.
 */
final class AzureReader implements TraceReader {
    /** Longest field, in characters; the longest honest one is a date. */
    private static final int LONGEST_RECORD = 1 << 14;

    private static final int MOST_TOKENS = 1_000_000_000;
    private static final List<String> HEADER = List.of("TIMESTAMP", "ContextTokens", "GeneratedTokens");
    /** The 2025 files add this column. */
    private static final String IMAGES = "NumImages";

    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendOptional(DateTimeFormatter.ofPattern("XXX"))
            .toFormatter(Locale.ROOT);

    private final String trace;
    private final CsvReader<CsvRecord> csv;
    private final Iterator<CsvRecord> rows;
    private final int columns;
    private long index;
    private long line = 1;
    private long previousNanos;
    private @Nullable LocalDateTime start;

    AzureReader(String trace, InputStream in) throws IOException {
        this.trace = trace;
        csv = CsvReader.builder()
                .skipEmptyLines(true)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .detectBomHeader(true)
                .maxBufferSize(LONGEST_RECORD)
                .ofCsvRecord(in, StandardCharsets.UTF_8);
        rows = csv.iterator();
        columns = readHeader();
    }

    @Override
    public @Nullable TraceRequest read() throws IOException {
        CsvRecord row = next();
        if (row == null) {
            return null;
        }
        if (row.getFieldCount() != columns) {
            throw error(
                    "must have " + columns + " fields, but has " + row.getFieldCount() + ".",
                    "Maybe the line was cut off.");
        }
        long arrival = nanosSinceStart(row.getField(0));
        if (arrival < previousNanos) {
            throw error(
                    "TIMESTAMP: must not be before the previous row's, but was " + Excerpt.of(row.getField(0)) + ".",
                    "Maybe sort the rows by time; file order is arrival order.");
        }
        previousNanos = arrival;
        return TraceRequest.withoutBlocks(index++, arrival, tokens(row, 1), tokens(row, 2));
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }

    private int readHeader() throws IOException {
        CsvRecord header = next();
        if (header == null) {
            throw error(
                    "must be the header " + String.join(",", HEADER) + ", but is missing.", "Maybe the file is empty.");
        }
        List<String> names = header.getFields();
        for (int i = 0; i < Math.max(names.size(), HEADER.size()); i++) {
            String right = i < HEADER.size() ? HEADER.get(i) : i == HEADER.size() ? IMAGES : "none";
            if (i >= names.size() || !names.get(i).equals(right)) {
                throw error(
                        "must be the header " + String.join(",", HEADER) + " (and perhaps " + IMAGES + "), but column "
                                + (i + 1) + " is " + (i < names.size() ? Excerpt.of(names.get(i)) : "missing") + ".",
                        "Maybe an unknown column can be removed, or the trace is of another format.");
            }
        }
        return names.size();
    }

    private @Nullable CsvRecord next() throws IOException {
        try {
            if (!rows.hasNext()) {
                return null;
            }
            CsvRecord row = rows.next();
            line = row.getStartingLineNumber();
            return row;
        } catch (CsvParseException e) {
            throw error(
                    "must be a row of CSV, but cannot be parsed after line " + line + ".",
                    "Maybe a quote is not closed, or line ends are missing; a row has at most " + LONGEST_RECORD
                            + " characters.");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private long nanosSinceStart(String text) throws TraceFormatException {
        try {
            TemporalAccessor parsed = TIMESTAMP.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            LocalDateTime time = parsed instanceof OffsetDateTime offset
                    ? offset.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                    : (LocalDateTime) parsed;
            if (start == null) {
                start = time;
            }
            return Duration.between(start, time).toNanos();
        } catch (DateTimeException | ArithmeticException e) {
            throw error(
                    "TIMESTAMP: must be a date and time such as 2023-11-16 18:15:46.6805900, but was "
                            + Excerpt.of(text) + ".",
                    "Maybe it is in another form; convert it first.");
        }
    }

    private int tokens(CsvRecord row, int column) throws TraceFormatException {
        String text = row.getField(column);
        if (!text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long tokens = Long.parseLong(text);
            if (tokens <= MOST_TOKENS) {
                return (int) tokens;
            }
        }
        throw error(
                HEADER.get(column) + ": must be a whole number from 0 to " + MOST_TOKENS + ", but was "
                        + Excerpt.of(text) + ".",
                "Maybe the row is of a failed request; leave it out.");
    }

    private TraceFormatException error(String fact, String hint) {
        return new TraceFormatException(trace, line, fact, hint);
    }
}
