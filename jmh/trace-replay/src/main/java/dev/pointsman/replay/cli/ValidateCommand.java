// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.replay.costfit.Measurements;
import dev.pointsman.replay.costfit.Validation;
import dev.pointsman.replay.costfit.ValidationFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the cost model with measurements. */
@Command(
        name = "validate",
        description = "Predicts measured serving points and prints how far off the cost model is.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "FILE has one JSON object a line: accelerator, model, dtype, engine, tp, numChips, isl, osl,",
            "concurrency, ttftMs, tpotMs, statistic, scenario, specDecode, quality (and what else there is).",
            "Points that cannot be compared are counted by reason. TTFT counts at a concurrency of 64 and less."
        })
final class ValidateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--measured", paramLabel = "FILE", required = true, description = "The measurements.")
    private Path measured = Path.of("");

    @Option(
            names = "--coefficients",
            paramLabel = "FILE",
            description = "Coefficients that fit wrote (default: those that ship).")
    private @Nullable Path coefficients;

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "Accelerators and models of your own, beside those that ship.")
    private @Nullable Path catalog;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        AcceleratorCatalog accelerators = AcceleratorCatalog.shipped();
        ModelCatalog models = ModelCatalog.shipped();
        if (catalog != null) {
            accelerators = accelerators.with(catalog);
            models = models.with(catalog);
        }
        CostModel model = coefficients == null ? CostModel.shipped() : CostModel.read(coefficients);
        Validation validation = Validation.of(model, Measurements.read(measured, accelerators, models));
        out.print(json ? ValidationFormat.json(validation) : ValidationFormat.table(validation));
        return 0;
    }
}
