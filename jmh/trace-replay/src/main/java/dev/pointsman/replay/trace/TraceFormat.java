// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The formats that traces are read from. */
public enum TraceFormat {
    /**
     * Mooncake's: one JSON object a line, with {@code timestamp} (milliseconds), {@code input_length},
     * {@code output_length} and {@code hash_ids} (one id for each block, a partial last one included).
     */
    MOONCAKE("mooncake"),
    /**
     * Azure's LLM inference traces: CSV with the columns {@code TIMESTAMP} (date and time, to 100 ns),
     * {@code ContextTokens} and {@code GeneratedTokens}. It says nothing about shared prefixes.
     */
    AZURE("azure");

    private final String label;

    TraceFormat(String label) {
        this.label = label;
    }

    /** Returns the name used on command lines. */
    public String label() {
        return label;
    }

    /**
     * Finds a format by its label.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static TraceFormat ofLabel(String label) {
        requireNonNull(label, "label");
        for (TraceFormat format : values()) {
            if (format.label.equals(label)) {
                return format;
            }
        }
        throw new IllegalArgumentException("format: must be one of "
                + Arrays.stream(values()).map(TraceFormat::label).collect(Collectors.joining(", ")) + ", but was \""
                + label + "\".\nMaybe leave it out, and the trace's first line decides.");
    }
}
