// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.ComparisonJson;
import dev.pointsman.replay.compare.ComparisonTable;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.SchedulerPolicies;
import dev.pointsman.replay.report.HtmlReport;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceSource;
import dev.pointsman.replay.workload.SharedPrefixWorkload;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts policies side by side. */
@Command(
        name = "compare",
        description =
                "Puts policies side by side on one trace, between a floor and an oracle: a table here, and a page.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without TRACE it replays a built-in workload of many tenants. Separate policies by commas or spaces.",
            "A list of scorers and weights has commas of its own, so give it alone:",
            "--policies round_robin,min_eta --policies prefix-cache-scorer:3,my-scorer:1.",
            "The floor is round_robin, and random with any seed."
        })
final class CompareCommand implements Callable<Integer> {
    private static final List<String> DEFAULT_POLICIES = List.of(
            "round_robin",
            "random42",
            "least_work",
            "longest_prefix",
            "session_hash",
            "min_eta",
            "default",
            "prefix-load",
            "least-tokens",
            "least-requests",
            "llm-d");
    /** Policies that look at nothing, whatever the seed. */
    private static final Pattern FLOOR = Pattern.compile("round_robin|random[0-9]*");

    private static final Pattern PLAIN_ARGUMENT = Pattern.compile("[A-Za-z0-9_./:,+=@%-]+");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Mixin
    private PolicyOptions policyOptions = new PolicyOptions();

    @Parameters(
            paramLabel = "TRACE",
            arity = "0..1",
            description = "The trace: Mooncake JSONL or Azure CSV (default: a built-in workload).")
    private @Nullable Path trace;

    @Option(
            names = "--policies",
            paramLabel = "POLICY",
            arity = "1..*",
            description = "Which policies (default: eleven).")
    private List<String> policies = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "report",
            description = "Where report.html and comparison.json go (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("report");

    @Option(
            names = "--endpoints",
            paramLabel = "N",
            defaultValue = "8",
            description = "Endpoints in the fleet (default: ${DEFAULT-VALUE}).")
    private int endpoints;

    @Option(
            names = "--capacity-tokens",
            paramLabel = "TOKENS",
            defaultValue = "500000",
            converter = ReplayOptions.CapacityConverter.class,
            description = "Cache of each endpoint in tokens, or inf (default: ${DEFAULT-VALUE}).")
    private CacheCapacity capacity = CacheCapacity.UNLIMITED;

    @Option(
            names = "--fixed-micros",
            paramLabel = "MICROS",
            defaultValue = "5000",
            description = "What every request takes, in microseconds (default: ${DEFAULT-VALUE}).")
    private BigDecimal fixedMicros = BigDecimal.ZERO;

    @Option(
            names = "--micros-per-token",
            paramLabel = "MICROS",
            defaultValue = "50",
            description = "What each uncached token takes, in microseconds (default: ${DEFAULT-VALUE}).")
    private BigDecimal microsPerToken = BigDecimal.ZERO;

    @Option(names = "--json", description = "Print the comparison as JSON instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        ReplaySettings settings =
                new ReplaySettings(endpoints, capacity, ServiceTime.ofMicros(fixedMicros, microsPerToken));
        List<String> names = names();
        Comparison comparison;
        try (PolicyOptions.Policies open = policyOptions.open()) {
            Map<String, PolicyDefinition> chosen = new LinkedHashMap<>();
            for (String name : names) {
                chosen.put(name, open.find(name));
            }
            comparison = compare(settings, chosen, Progress.of(command), commandLine(command));
        }
        Files.createDirectories(directory);
        Path page = directory.resolve("report.html");
        HtmlReport.write(comparison, page);
        Files.writeString(directory.resolve("comparison.json"), ComparisonJson.format(comparison));
        if (json) {
            out.print(ComparisonJson.format(comparison));
        } else {
            out.print(ComparisonTable.format(comparison));
            out.println();
            out.println("Report: " + page);
        }
        return 0;
    }

    private Comparison compare(
            ReplaySettings settings, Map<String, PolicyDefinition> chosen, Progress progress, String commandLine)
            throws IOException {
        TraceSource source = trace == null ? SharedPrefixWorkload.multiTenant() : format.file(trace);
        Trace loaded = Trace.load(progress.watch(source, "reading " + source.name()));
        String description = trace == null ? SharedPrefixWorkload.multiTenant().description() : "";
        Comparison.Builder builder =
                Comparison.builder(source.name(), description).command(commandLine);
        ReplayEngine engine = new QueueingEngine(settings, true);
        for (Map.Entry<String, PolicyDefinition> policy : chosen.entrySet()) {
            ReplayResult result = engine.run(progress.watch(loaded, policy.getKey()), policy.getValue());
            if (FLOOR.matcher(policy.getKey()).matches()) {
                builder.floor(result);
            } else {
                builder.contender(result);
            }
        }
        PolicyCatalog references = PolicyCatalog.fixed();
        return builder.infiniteCache(new CacheOnlyEngine(ReplaySettings.cacheOnly(1, CacheCapacity.UNLIMITED), true)
                        .run(progress.watch(loaded, "infinite cache"), references.find("round_robin")))
                .clairvoyantCache(new CacheOnlyEngine(ReplaySettings.cacheOnly(endpoints, capacity))
                        .run(loaded, references.find("pooled_belady")))
                .build();
    }

    /** Splits lists of names; a list of scorers is one name. */
    private List<String> names() {
        if (policies.isEmpty()) {
            return DEFAULT_POLICIES;
        }
        List<String> given = new ArrayList<>(policies);
        // After "--policies a b TRACE", the parser cannot tell where the list ends, but a file that exists can.
        if (trace == null && given.size() > 1) {
            String last = given.get(given.size() - 1);
            if (isFile(last)) {
                trace = Path.of(given.remove(given.size() - 1));
            }
        }
        List<String> names = new ArrayList<>();
        for (String value : given) {
            boolean scorers = SchedulerPolicies.isInline(value.replace(SchedulerPolicies.PROFILE_PREFIX, ""));
            names.addAll(scorers ? List.of(value) : List.of(value.split(",", -1)));
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "--policies: must name each policy once, but " + name + " is there twice.\nMaybe remove one.");
            }
        }
        return names;
    }

    /** Whether there is a file of this name; a list of scorers is not even a path on a system where ":" is special. */
    private static boolean isFile(String name) {
        try {
            return Files.isRegularFile(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Returns the command line that was given, ready to be given again. */
    static String commandLine(CommandSpec command) {
        StringBuilder line = new StringBuilder("java -jar pointsman-replay.jar");
        for (String argument : command.root().commandLine().getParseResult().originalArgs()) {
            line.append(' ')
                    .append(
                            PLAIN_ARGUMENT.matcher(argument).matches()
                                    ? argument
                                    : "'" + argument.replace("'", "'\\''") + "'");
        }
        return line.toString();
    }
}
