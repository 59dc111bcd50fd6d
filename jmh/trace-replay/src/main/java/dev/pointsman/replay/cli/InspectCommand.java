// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cli.output.ShapeOutput;
import dev.pointsman.replay.shape.TraceShape;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a trace is like. */
@Command(
        name = "inspect",
        description =
                "Says what a trace is like: shape, rates, quantiles, and how much of its prompts could be reused.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Parameters(paramLabel = "TRACE", description = "The trace: Mooncake JSONL or Azure CSV.")
    private @Nullable Path trace;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        TraceShape shape = TraceShape.of(Progress.of(command).watch(format.file(requireNonNull(trace)), "reading"));
        if (json) {
            ShapeOutput.json(out, shape);
        } else {
            ShapeOutput.text(out, shape);
        }
        return 0;
    }
}
