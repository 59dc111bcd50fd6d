// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.run.ServiceTime;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times a policy against queues. */
@Command(
        name = "queue",
        description =
                "Replays a trace with an LRU cache and a first-in first-out server for each endpoint, and times it.",
        mixinStandardHelpOptions = true)
final class QueueCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ReplayOptions replay = new ReplayOptions();

    @Option(
            names = "--fixed-micros",
            paramLabel = "MICROS",
            required = true,
            description = "What every request takes, in microseconds.")
    private BigDecimal fixedMicros = BigDecimal.ZERO;

    @Option(
            names = "--micros-per-token",
            paramLabel = "MICROS",
            required = true,
            description = "What each uncached token takes, in microseconds.")
    private BigDecimal microsPerToken = BigDecimal.ZERO;

    @Override
    public Integer call() throws IOException {
        replay.run(requireNonNull(spec), ServiceTime.ofMicros(fixedMicros, microsPerToken));
        return 0;
    }
}
