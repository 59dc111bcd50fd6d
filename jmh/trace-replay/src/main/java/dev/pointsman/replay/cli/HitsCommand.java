// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Counts the cache hits of a policy. */
@Command(
        name = "hits",
        description = "Replays a trace without time, with an LRU cache for each endpoint, and counts cache hits.",
        mixinStandardHelpOptions = true)
final class HitsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ReplayOptions replay = new ReplayOptions();

    @Override
    public Integer call() throws IOException {
        replay.run(requireNonNull(spec), null);
        return 0;
    }
}
