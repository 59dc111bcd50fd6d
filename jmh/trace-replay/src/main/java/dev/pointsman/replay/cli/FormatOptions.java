// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.replay.trace.TraceFile;
import dev.pointsman.replay.trace.TraceFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a trace file is to be read. */
final class FormatOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = "mooncake (JSONL) or azure (CSV); told by the first line unless given.")
    private @Nullable TraceFormat format;

    @Option(
            names = "--block-tokens",
            paramLabel = "TOKENS",
            defaultValue = "512",
            description = "Tokens in a block of the trace (default: ${DEFAULT-VALUE}, Mooncake's).")
    private int blockTokens;

    TraceFile file(Path trace) {
        return new TraceFile(trace, format, blockTokens);
    }

    static final class FormatConverter implements ITypeConverter<TraceFormat> {
        @Override
        public TraceFormat convert(String value) {
            try {
                return TraceFormat.ofLabel(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
