// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.replay.cli.output.SurveyOutput;
import dev.pointsman.replay.report.WhichPage;
import dev.pointsman.replay.which.Limits;
import dev.pointsman.replay.which.Survey;
import dev.pointsman.replay.which.SurveyTable;
import dev.pointsman.replay.which.Traffic;
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

/** Says which accelerator is fastest and which is cheapest. */
@Command(
        name = "which",
        description = "Predicts which accelerator serves a model fastest and which cheapest.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Each chip gets as many of its kind as hold the model: 1, 2, 4 or 8. The page has the same figures",
            "over the length of prompts, with their bands and what they rest on."
        })
final class WhichCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServedOptions served = new ServedOptions();

    @Mixin
    private ChipOptions chips = new ChipOptions();

    @Parameters(paramLabel = "MODEL", description = "The model's name, such as llama-3.1-70b.")
    private String model = "";

    @Option(
            names = "--prompts",
            paramLabel = "TOKENS",
            split = ",",
            defaultValue = "1000,8000,32000",
            description = "Lengths of prompts in tokens (default: ${DEFAULT-VALUE}).")
    private List<Long> prompts = List.of();

    @Option(
            names = "--cached",
            paramLabel = "SHARE",
            split = ",",
            defaultValue = "0",
            description = "Shares of a prompt that are cached, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private List<Double> cached = List.of();

    @Option(
            names = "--output",
            paramLabel = "TOKENS",
            defaultValue = "500",
            description = "Length of answers in tokens (default: ${DEFAULT-VALUE}).")
    private long output;

    @Option(
            names = "--ttft-ms",
            paramLabel = "MILLIS",
            defaultValue = "2000",
            description = "Time to first token that nine in ten are to keep (default: ${DEFAULT-VALUE}).")
    private double ttftMillis;

    @Option(
            names = "--tpot-ms",
            paramLabel = "MILLIS",
            defaultValue = "50",
            description = "Time per output token that nine in ten are to keep (default: ${DEFAULT-VALUE}).")
    private double tpotMillis;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "report",
            description = "Where which.html goes (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("report");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        Survey.Terms terms = new Survey.Terms(
                served.models().get(model),
                served.weights(),
                served.engine(),
                chips.prices(),
                new Limits(ttftMillis / 1e3, tpotMillis / 1e3));
        List<Traffic> traffics = new ArrayList<>();
        for (double share : cached) {
            for (long prompt : prompts) {
                traffics.add(new Traffic(prompt, share, output));
            }
        }
        long longest = prompts.stream().mapToLong(Long::longValue).max().orElse(0) + output;
        Survey survey = Survey.of(terms, chips.of(served.chips()), CostModel.shipped(), longest);

        Files.createDirectories(directory);
        Path page = directory.resolve("which.html");
        WhichPage.write(survey, traffics, CompareCommand.commandLine(command), page);
        if (json) {
            SurveyOutput.json(out, survey, traffics);
        } else {
            out.print(SurveyTable.format(survey, traffics));
            out.println();
            out.println("Page: " + page);
        }
        return 0;
    }
}
