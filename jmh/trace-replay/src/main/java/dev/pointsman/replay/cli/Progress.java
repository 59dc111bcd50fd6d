// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.core.sizing.SizingProgress;
import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Says on standard error how far a replay or a search is, from the first second on and once a second. */
final class Progress {
    private static final long SECOND = 1_000_000_000L;

    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private long nextLine;

    Progress(PrintWriter err, LongSupplier nanoTime) {
        this.err = err;
        this.nanoTime = nanoTime;
        nextLine = nanoTime.getAsLong() + SECOND;
    }

    /** Starts the clock of a command. */
    static Progress of(CommandSpec spec) {
        return new Progress(spec.commandLine().getErr(), System::nanoTime);
    }

    /** Returns the same trace, whose readings are watched. */
    TraceSource watch(TraceSource source, String doing) {
        return new TraceSource() {
            @Override
            public String name() {
                return source.name();
            }

            @Override
            public int blockTokens() {
                return source.blockTokens();
            }

            @Override
            public TraceReader open() throws IOException {
                return new WatchedReader(source.open(), doing);
            }
        };
    }

    /** Watches a search for a plan; lets it run to its end. */
    SizingProgress search(String doing) {
        return (nodes, lowerBound, best) -> {
            long now = nanoTime.getAsLong();
            if (now - nextLine >= 0) {
                err.printf(
                        Locale.ROOT,
                        "%s: %,d programs so far, best %.2f $/h, none below %.2f%n",
                        doing,
                        nodes,
                        best,
                        lowerBound);
                err.flush();
                nextLine = now + SECOND;
            }
            return true;
        };
    }

    private final class WatchedReader implements TraceReader {
        private final TraceReader reader;
        private final String doing;
        private long requests;

        WatchedReader(TraceReader reader, String doing) {
            this.reader = reader;
            this.doing = doing;
        }

        @Override
        public @Nullable TraceRequest read() throws IOException {
            long now = nanoTime.getAsLong();
            if (now - nextLine >= 0) {
                err.printf(Locale.ROOT, "%s: %,d requests so far%n", doing, requests);
                err.flush();
                nextLine = now + SECOND;
            }
            requests++;
            return reader.read();
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
