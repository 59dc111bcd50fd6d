// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.replay.stages.StageFleet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all servers of a fleet have in common: the model, and how it is served. */
final class ServersOptions {
    @Mixin
    private ServedOptions served = new ServedOptions();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "llama-3.1-70b",
            description = "What is served (default: ${DEFAULT-VALUE}).")
    private String model = "";

    AcceleratorCatalog chips() {
        return served.chips();
    }

    StageFleet.Terms terms() {
        return new StageFleet.Terms(
                served.models().get(model), served.chips(), CostModel.shipped(), served.weights(), served.engine());
    }
}
