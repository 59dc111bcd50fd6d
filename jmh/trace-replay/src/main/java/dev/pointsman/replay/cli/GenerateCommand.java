// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.trace.MooncakeWriter;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes up a trace. */
@Command(
        name = "generate",
        description =
                "Makes up a trace of tenants with shared prefixes, as Mooncake JSONL; equal options, equal trace.",
        mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private WorkloadOptions workload = new WorkloadOptions();

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write it (default: standard output).")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        SharedPrefixWorkload made = workload.workload();
        if (file == null) {
            MooncakeWriter.write(made, command.commandLine().getOut());
            return 0;
        }
        try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            MooncakeWriter.write(Progress.of(command).watch(made, "writing"), out);
        }
        return 0;
    }
}
