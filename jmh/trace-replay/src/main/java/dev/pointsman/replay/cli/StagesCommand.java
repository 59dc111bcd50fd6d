// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cli.output.StageOutput;
import dev.pointsman.replay.stages.StageFleet;
import dev.pointsman.replay.stages.StagePolicies;
import dev.pointsman.replay.stages.StagePolicy;
import dev.pointsman.replay.stages.StageReplay;
import dev.pointsman.replay.stages.StageResult;
import dev.pointsman.replay.stages.StageSettings;
import dev.pointsman.replay.stages.StageTable;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceSource;
import dev.pointsman.replay.workload.ConversationWorkload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares ways to split prefill from decode. */
@Command(
        name = "stages",
        description = "Replays a trace over servers for prefill and decode, and compares ways to split requests.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Policies: local, remote, n16 (16 uncached tokens or more), isl (Dynamo's rule of lengths),",
            "joint (our handler, by predicted time), or a file with an EndpointPickerConfig."
        })
final class StagesCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServersOptions served = new ServersOptions();

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Parameters(
            paramLabel = "TRACE",
            arity = "0..1",
            description = "The trace: Mooncake JSONL or Azure CSV; or use --workload.")
    private @Nullable Path trace;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            description = "Made-up traffic instead of a trace: edpp-chat, edpp-code or pd-guide.")
    private @Nullable String workload;

    @Option(
            names = "--rate",
            paramLabel = "RPS",
            defaultValue = "10",
            description = "Requests per second of edpp-chat and edpp-code (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "120",
            description = "For how long made-up traffic lasts (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--fleet",
            paramLabel = "POOLS",
            required = true,
            description = "Pools such as 1xprefill/h100-sxm/tp4,3xdecode/h100-sxm/tp4; the role aggregated does both.")
    private String fleet = "";

    @Option(
            names = "--policies",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "local,remote,n16,isl,joint",
            description = "Ways to split, or files (default: ${DEFAULT-VALUE}).")
    private List<String> policies = List.of();

    @Option(
            names = "--ttft-ms",
            paramLabel = "MILLIS",
            defaultValue = "2000",
            description = "Time to first token that is in time (default: ${DEFAULT-VALUE}).")
    private double ttftMillis;

    @Option(
            names = "--tpot-ms",
            paramLabel = "MILLIS",
            defaultValue = "50",
            description = "Time per output token that is in time (default: ${DEFAULT-VALUE}).")
    private double tpotMillis;

    @Option(
            names = "--metrics-ms",
            paramLabel = "MILLIS",
            defaultValue = "50",
            description = "How often servers report to the scheduler (default: ${DEFAULT-VALUE}).")
    private double metricsMillis;

    @Option(names = "--pipelined", description = "Send each layer as soon as it is read.")
    private boolean pipelined;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "42",
            description = "Seed of made-up traffic (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        Progress progress = Progress.of(command);
        StageFleet servers = StageFleet.parse(fleet, served.terms());
        StageSettings base = StageSettings.DEFAULT.targets(ttftMillis / 1e3, tpotMillis / 1e3);
        StageSettings settings = new StageSettings(
                Math.round(metricsMillis * 1e6),
                base.setupNanos(),
                pipelined,
                base.ttftNanos(),
                base.tpotNanos(),
                base.seed());
        List<StagePolicy> chosen = new ArrayList<>();
        for (String name : policies) {
            chosen.add(policy(name));
        }
        TraceSource source = source();
        Trace loaded = Trace.load(progress.watch(source, "reading " + source.name()));
        List<StageResult> results = new ArrayList<>();
        for (StagePolicy policy : chosen) {
            results.add(StageReplay.run(progress.watch(loaded, policy.name()), servers, policy, settings));
        }
        if (json) {
            StageOutput.json(out, source.name(), results);
        } else {
            out.print(StageTable.format(results));
        }
        return 0;
    }

    private TraceSource source() {
        if ((trace == null) == (workload == null)) {
            throw new IllegalArgumentException(
                    "stages: needs a trace or --workload, and not both.\nMaybe try --workload=edpp-chat.");
        }
        if (trace != null) {
            return format.file(trace);
        }
        return switch (requireNonNull(workload)) {
            case "edpp-chat" -> ConversationWorkload.chat(rate, seconds).withSeed(seed);
            case "edpp-code" -> ConversationWorkload.code(rate, seconds).withSeed(seed);
            case "pd-guide" -> ConversationWorkload.prefillDecodeGuide(seconds).withSeed(seed);
            default ->
                throw new IllegalArgumentException("--workload: must be edpp-chat, edpp-code or pd-guide, but was \""
                        + workload + "\".\nMaybe it is a trace; then leave --workload out.");
        };
    }

    private static StagePolicy policy(String name) throws IOException {
        if (StagePolicies.names().contains(name) || !Files.isRegularFile(Path.of(name))) {
            return StagePolicies.find(name);
        }
        return new StagePolicy(name, Files.readString(Path.of(name)));
    }
}
