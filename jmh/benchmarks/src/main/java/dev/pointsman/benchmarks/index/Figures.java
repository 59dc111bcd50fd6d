// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one run measured: figures by name, in the order in which they were added. Units are in the names. */
final class Figures {
    private static final JsonFactory JSON = new JsonFactory();
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Begins with what is measured, and the Java that runs it. */
    Figures(String what) {
        text("benchmark", what);
        text("java", System.getProperty("java.vm.version"));
        count("processors", Runtime.getRuntime().availableProcessors());
        count("maxHeapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
    }

    /** Adds a word. */
    void text(String name, String value) {
        values.put(name, value);
    }

    /** Adds a whole number. */
    void count(String name, long value) {
        values.put(name, value);
    }

    /** Adds a number with three digits after the point. */
    void number(String name, double value) {
        values.put(name, Math.rint(value * 1000) / 1000);
    }

    /** Adds an answer. */
    void flag(String name, boolean value) {
        values.put(name, value);
    }

    /** Adds percentiles, maximum and count of nanoseconds. */
    void nanos(String name, Histogram histogram) {
        for (double percentile : PERCENTILES) {
            String suffix = String.valueOf(percentile).replace(".0", "").replace(".", "");
            count(name + "P" + suffix + "Nanos", histogram.getValueAtPercentile(percentile));
        }
        count(name + "MaxNanos", histogram.getMaxValue());
        count(name + "Samples", histogram.getTotalCount());
    }

    /** Prints a line for each figure, and appends one line of JSON to a file if there is one. */
    void report(PrintStream out, @Nullable Path json) throws IOException {
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            Object value = entry.getValue();
            String text = value instanceof Long whole ? String.format(Locale.ROOT, "%,d", whole) : value.toString();
            out.printf(Locale.ROOT, "%-30s %s%n", entry.getKey(), text);
        }
        out.println();
        if (json != null) {
            Files.writeString(json, line(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private String line() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.writeStartObject();
            for (Map.Entry<String, Object> entry : values.entrySet()) {
                generator.writeFieldName(entry.getKey());
                if (entry.getValue() instanceof Long whole) {
                    generator.writeNumber(whole);
                } else if (entry.getValue() instanceof Double number) {
                    generator.writeNumber(number);
                } else if (entry.getValue() instanceof Boolean flag) {
                    generator.writeBoolean(flag);
                } else {
                    generator.writeString(entry.getValue().toString());
                }
            }
            generator.writeEndObject();
        }
        return text.append('\n').toString();
    }
}
