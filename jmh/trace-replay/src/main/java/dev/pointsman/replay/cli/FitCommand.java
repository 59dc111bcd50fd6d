// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.CostModelJson;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.replay.costfit.CostFit;
import dev.pointsman.replay.costfit.Measurements;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fits the cost model. */
@Command(
        name = "fit",
        description = "Fits the coefficients of the cost model to measured serving points.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without --measured it fits the public points that ship, and so writes the coefficients that ship.",
            "The same points in the same order give the same file."
        })
final class FitCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--measured",
            paramLabel = "FILE",
            description = "Measurements, one JSON object a line (default: those that ship).")
    private @Nullable Path measured;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "coefficients.json",
            description = "Where the coefficients go (default: ${DEFAULT-VALUE}).")
    private Path file = Path.of("coefficients.json");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        Measurements points = measured == null
                ? Measurements.shipped()
                : Measurements.read(measured, AcceleratorCatalog.shipped(), ModelCatalog.shipped());
        CostModel model = CostFit.fit(points);
        Map<String, String> about = new LinkedHashMap<>();
        about.put("what", "coefficients of the cost model; seconds = sum of coefficient times term");
        about.put("by", "pointsman-replay.jar fit");
        about.put("points", points.size() + " of " + points.name());
        about.put("licence", "Apache-2.0, as the published measurements; each has its source in that file");
        Files.writeString(file, CostModelJson.write(model, about));
        out.println("Fitted " + points.size() + " points: "
                + model.decode().groups().size() + " groups for TPOT, "
                + model.firstToken().groups().size() + " for TTFT.");
        points.excluded().forEach((reason, count) -> out.println("Left out " + count + ": " + reason));
        out.println("Coefficients: " + file);
        return 0;
    }
}
