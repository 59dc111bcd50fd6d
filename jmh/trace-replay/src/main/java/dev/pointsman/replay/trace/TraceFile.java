// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

import static java.util.Objects.requireNonNull;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A trace in a file. Its format is told by its first line (a JSON object, or the header of a CSV file), unless it is given.
 * Immutable and thread-safe; every {@link #open} reads the file anew.
 */
public final class TraceFile implements TraceSource {
    /** Tokens in a block of Mooncake's traces. */
    public static final int MOONCAKE_BLOCK_TOKENS = 512;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final @Nullable TraceFormat format;
    private final int blockTokens;

    /**
     * Names a file with Mooncake's blocks.
     *
     * @param path the file
     */
    public TraceFile(Path path) {
        this(path, null, MOONCAKE_BLOCK_TOKENS);
    }

    /**
     * Names a file.
     *
     * @param path the file
     * @param format its format, or null to tell it by the first line
     * @param blockTokens tokens in a full block, at least 1
     */
    public TraceFile(Path path, @Nullable TraceFormat format, int blockTokens) {
        this.path = requireNonNull(path, "path");
        this.format = format;
        this.blockTokens = Trace.checkBlockTokens(blockTokens);
    }

    /**
     * Reads a trace from a stream, which the reader owns from here on.
     *
     * @param name what to call the trace in errors
     * @param in the stream
     * @param format its format, or null to tell it by the first line
     * @param blockTokens tokens in a full block, at least 1
     * @throws TraceFormatException if the format cannot be told, or the header is wrong
     * @throws IOException if the stream cannot be read
     */
    public static TraceReader read(String name, InputStream in, @Nullable TraceFormat format, int blockTokens)
            throws IOException {
        InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        TraceFormat told = format != null ? format : FormatDetector.detect(name, buffered);
        return switch (told) {
            case MOONCAKE -> new MooncakeReader(name, buffered, Trace.checkBlockTokens(blockTokens));
            case AZURE -> new AzureReader(name, buffered);
        };
    }

    @Override
    public String name() {
        Path file = path.getFileName();
        return file == null ? path.toString() : file.toString();
    }

    @Override
    public int blockTokens() {
        return blockTokens;
    }

    @Override
    public TraceReader open() throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + ": is a directory, not a trace.\nMaybe name a file in it.");
        }
        InputStream in = Files.newInputStream(path);
        try {
            return read(name(), in, format, blockTokens);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return "TraceFile[" + path + "]";
    }
}
