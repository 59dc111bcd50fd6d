// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.cli.output.ResultOutput;
import dev.pointsman.replay.run.ReplayEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.trace.TraceFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What a replay of one trace by one policy needs, with or without time. */
final class ReplayOptions {
    @Mixin
    private FormatOptions format = new FormatOptions();

    @Mixin
    private PolicyOptions policies = new PolicyOptions();

    @Parameters(paramLabel = "TRACE", description = "The trace: Mooncake JSONL or Azure CSV.")
    private @Nullable Path trace;

    @Option(names = "--policy", paramLabel = "POLICY", required = true, description = "Who places requests; see below.")
    private String policy = "";

    @Option(names = "--endpoints", paramLabel = "N", required = true, description = "Endpoints in the fleet.")
    private int endpoints;

    @Option(
            names = "--capacity-tokens",
            paramLabel = "TOKENS",
            required = true,
            converter = CapacityConverter.class,
            description = "Cache of each endpoint in tokens, or inf.")
    private CacheCapacity capacity = CacheCapacity.UNLIMITED;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** Replays and prints the result. */
    void run(CommandSpec command, @Nullable ServiceTime serviceTime) throws IOException {
        ReplayEngine engine = ReplayEngine.of(new ReplaySettings(endpoints, capacity, serviceTime), false);
        TraceFile file = format.file(requireNonNull(trace));
        PrintWriter out = command.commandLine().getOut();
        try (PolicyOptions.Policies open = policies.open()) {
            ReplayResult result = engine.run(Progress.of(command).watch(file, policy), open.find(policy));
            if (json) {
                ResultOutput.json(out, file.name(), result);
            } else {
                ResultOutput.text(out, file.name(), result);
            }
        }
    }

    /** Reads a cache capacity: tokens, or {@code inf}. */
    static final class CapacityConverter implements ITypeConverter<CacheCapacity> {
        @Override
        public CacheCapacity convert(String value) {
            try {
                return CacheCapacity.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
