// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.ReplicaCapacities;
import dev.pointsman.replay.cli.output.PlanOutput;
import dev.pointsman.replay.plan.FleetPlanning;
import dev.pointsman.replay.plan.PlanTerms;
import dev.pointsman.replay.plan.PlanText;
import dev.pointsman.replay.plan.PlannedFleet;
import dev.pointsman.replay.plan.RequestClass;
import dev.pointsman.replay.plan.StatedTraffic;
import dev.pointsman.replay.plan.TargetText;
import dev.pointsman.replay.plan.TrafficReader;
import dev.pointsman.replay.plan.Verification;
import dev.pointsman.replay.report.PlanPage;
import dev.pointsman.replay.stages.StagePolicies;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Plans a fleet. */
@Command(
        name = "plan",
        description = "Plans the cheapest fleet for some traffic and targets, and says what it beat.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Whether prefill and decode run apart is decided, not assumed. A trace is planned for its busiest",
            "minute. --verify replays the traffic over the plan with the real scheduler."
        })
final class PlanCommand implements Callable<Integer> {
    private static final double STATED_SECONDS = 300;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServersOptions served = new ServersOptions();

    @Mixin
    private ChipOptions chips = new ChipOptions();

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Option(names = "--trace", paramLabel = "TRACE", description = "The traffic: Mooncake JSONL or Azure CSV.")
    private @Nullable Path trace;

    @Option(
            names = "--traffic",
            paramLabel = "RATE:IN:OUT[:HIT]",
            split = ",",
            description = "Stated traffic instead: requests per second, tokens in and out, and the share cached.")
    private List<String> traffic = List.of();

    @Option(
            names = "--slo",
            paramLabel = "TARGETS",
            required = true,
            description = "Such as ttft=2s,tpot=50ms,quantile=0.9; without a quantile the mean has to keep TTFT.")
    private String slo = "";

    @Option(
            names = "--available",
            paramLabel = "NAME=CHIPS",
            split = ",",
            description = "How many chips of a kind there are (default: no limit).")
    private Map<String, Integer> available = Map.of();

    @Option(
            names = "--tp",
            paramLabel = "CHIPS",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "Over how many chips a replica may be spread (default: ${DEFAULT-VALUE}).")
    private List<Integer> tensorParallel = List.of();

    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "2",
            description = "Into how many classes of lengths a trace is divided (default: ${DEFAULT-VALUE}).")
    private int classes;

    @Option(
            names = "--cache-tokens",
            paramLabel = "TOKENS",
            description = "The cache by which a trace's hits are counted (default: one that the planned fleet has).")
    private @Nullable Long cacheTokens;

    @Option(names = "--half", description = "Plan for the first half of the trace, and verify on the second.")
    private boolean half;

    @Option(names = "--verify", description = "Replay the traffic over the plan, and say whether targets hold.")
    private boolean verify;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            defaultValue = StagePolicies.JOINT,
            description = "Who splits requests in that replay (default: ${DEFAULT-VALUE}).")
    private String policy = "";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "report",
            description = "Where report.html goes (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("report");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        Progress progress = Progress.of(command);
        PlanTerms terms = terms();
        Trace whole = source(progress);
        PlannedFleet planned = whole == null ? stated(terms, progress) : traced(whole, terms, progress);
        Verification verified = null;
        if (verify && planned.outcome() instanceof FleetPlan plan) {
            Trace replayed = whole == null
                    ? StatedTraffic.trace(planned.classes(), STATED_SECONDS, 42)
                    : half ? Verification.half(whole, true) : whole;
            TraceSource watched = progress.watch(replayed, "verifying");
            verified = Verification.of(plan, terms, watched, StagePolicies.find(policy));
        }
        Files.createDirectories(directory);
        Path page = directory.resolve("report.html");
        PlanPage.write(planned, verified, CompareCommand.commandLine(command), page);
        if (json) {
            PlanOutput.json(out, planned, verified);
        } else {
            out.print(PlanText.format(planned));
            if (verified != null) {
                out.println();
                out.println("Replayed: " + PlanText.verdict(verified));
            }
            out.println();
            out.println("Report: " + page);
        }
        return 0;
    }

    private PlannedFleet stated(PlanTerms terms, Progress progress) {
        List<RequestClass> asked = traffic.stream().map(RequestClass::parse).toList();
        return FleetPlanning.plan(asked, terms, progress.search("planning"));
    }

    private PlannedFleet traced(Trace whole, PlanTerms terms, Progress progress) {
        Trace part = half ? Verification.half(whole, false) : whole;
        return FleetPlanning.plan(
                tokens ->
                        TrafficReader.read(part, classes, tokens, terms.target().ttftSeconds()),
                cacheTokens == null ? OptionalLong.empty() : OptionalLong.of(cacheTokens),
                terms,
                progress.search("planning"));
    }

    private @Nullable Trace source(Progress progress) throws IOException {
        if ((trace == null) == traffic.isEmpty()) {
            throw new IllegalArgumentException(
                    "plan: needs --trace or --traffic, and not both.\nMaybe try --traffic=4.5:5000:250.");
        }
        if (trace == null) {
            if (half) {
                throw new IllegalArgumentException(
                        "--half: needs a trace, since stated traffic has no halves.\nMaybe leave it out.");
            }
            return null;
        }
        TraceSource file = format.file(trace);
        return Trace.load(progress.watch(file, "reading " + file.name()));
    }

    private PlanTerms terms() {
        return new PlanTerms(
                served.terms(),
                chips.of(served.chips()),
                tensorParallel,
                List.of(Role.PREFILL_DECODE, Role.PREFILL, Role.DECODE),
                chips.prices(),
                available,
                TargetText.parse(slo),
                ReplicaCapacities.Headroom.DEFAULT);
    }
}
