// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The program: replays traces of inference traffic over simulated fleets. */
@Command(
        name = "pointsman-replay",
        description =
                "Replays traces of LLM inference traffic over simulated fleets, and compares scheduling policies.",
        subcommands = {
            InspectCommand.class,
            HitsCommand.class,
            QueueCommand.class,
            CompareCommand.class,
            FitCommand.class,
            ValidateCommand.class,
            WhichCommand.class,
            StagesCommand.class,
            PlanCommand.class,
            GenerateCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = PointsmanReplay.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 done, 1 bad input (one line on standard error), 2 wrong usage."})
public final class PointsmanReplay {
    private PointsmanReplay() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, false, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        int exitCode = run(out, err, args);
        out.flush();
        System.exit(exitCode);
    }

    /**
     * Runs a command.
     *
     * @param out what to take for standard output
     * @param err what to take for standard error
     * @param args command and options
     * @return 0 if all is well, 1 after bad input, 2 after wrong usage
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(new PointsmanReplay())
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Failures::usage)
                .setExecutionExceptionHandler(Failures::execution);
        addPolicies(commandLine, "hits", false);
        addPolicies(commandLine, "queue", true);
        addPolicies(commandLine, "compare", true);
        if (args.length == 0) {
            commandLine.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        int exitCode = commandLine.execute(args);
        out.flush();
        err.flush();
        return exitCode;
    }

    /** Ends a command's help with the policies that it can replay. */
    private static void addPolicies(CommandLine commandLine, String command, boolean timed) {
        CommandLine sub = requireNonNull(commandLine.getSubcommands().get(command), command);
        CommandLine.Model.UsageMessageSpec help = sub.getCommandSpec().usageMessage();
        List<String> footer = new ArrayList<>(List.of(help.footer()));
        footer.addAll(PolicyOptions.describe(timed));
        help.footer(footer.toArray(new String[0]));
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = PointsmanReplay.class.getPackage().getImplementationVersion();
            return new String[] {"pointsman-replay " + (version == null ? "(development)" : version)};
        }
    }
}
